"""One value of a thing <-> the text of its cell. What people would write where that says everything; else in full.

A value "in full" is its JSON after 原样：, so that any text whatever comes back as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from knowledge.imports.columns import Column
from knowledge.imports.phrases import (
    CLOSED_LIKE,
    HOURS_LIKE,
    RECURS_LIKE,
    closure_of,
    closure_words,
    date_of,
    recurrence_of,
    recurrence_words,
    span_of,
    span_words,
    verified_of,
    verified_words,
)
from knowledge.imports.vocabulary import Names, Vocabulary, plain

IN_FULL = "原样："
NO_HOURS = "没有固定时间"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What files or programs lose or change on the way: controls, halves of pairs, what Excel takes for an escape.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
# What neither the database keeps nor a page shows.
UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ValueFault(Exception):  # noqa: N818 - what is wrong with a cell, not an error of ours
    """A cell that cannot be read: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def write(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    """Write a value as `amend.encode` has it, so that `read` gives it back."""
    try:
        words = _natural(column, value, vocabulary)
        if words.strip() and not _UNSAFE.search(words) and read(column, words, vocabulary) == value:
            return words
    except (ValueFault, LookupError, TypeError, AttributeError):
        pass  # a value that has no words of its own
    return in_full(value)


def in_full(value: Any) -> str:
    """Write a value so that no reader can take it for anything else."""
    return IN_FULL + json.dumps(value, ensure_ascii=True).replace("_x", "\\u005fx")


def read(column: Column, text: str, vocabulary: Vocabulary) -> Any:
    """Read a cell that is not empty.

    Raises:
        ValueFault: it cannot be read.
    """
    if text.startswith(IN_FULL):
        return _from_full(text.removeprefix(IN_FULL))
    return _READERS[column.form](column, text.strip(), vocabulary)


def _natural(column: Column, value: Any, vocabulary: Vocabulary) -> str:
    names = _names(column, vocabulary)
    match column.form:
        case "list":
            return "\n".join(value)
        case "words":
            return "\n".join(names.words.get(one, one) for one in value)
        case "choice" | "place":
            return names.words.get(value, str(value))
        case "hours":
            return "\n".join(map(span_words, value)) or NO_HOURS
        case "closures":
            return "\n".join(map(closure_words, value))
        case "recurrence":
            return recurrence_words(value)
        case "verified":
            return verified_words(value)
        case _:
            return str(value)


def _from_full(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueFault("“原样：”后面的内容不完整", "照导出时的样子贴回去，或者删去“原样：”重新写") from None


def _text(_column: Column, text: str, _vocabulary: Vocabulary) -> str:
    return text


def _date(_column: Column, text: str, _vocabulary: Vocabulary) -> str:
    day = date_of(text)
    if day is None:
        raise ValueFault(f"“{shortened(text)}”不是日期", "写成 2026-01-31 的样子")
    return day


def _list(_column: Column, text: str, _vocabulary: Vocabulary) -> list[str]:
    return items(text, "；;")


def _words(column: Column, text: str, vocabulary: Vocabulary) -> list[str]:
    names = _names(column, vocabulary)
    if text in names.ids:
        return [names.ids[text]]
    return [_named(column, names, word) for word in items(text, "；;、，,")]


def _word(column: Column, text: str, vocabulary: Vocabulary) -> str:
    return _named(column, _names(column, vocabulary), text)


def _hours(_column: Column, text: str, _vocabulary: Vocabulary) -> list[dict[str, Any]]:
    return [] if text == NO_HOURS else _each(text, span_of, "看不懂是什么时间", HOURS_LIKE)


def _closures(_column: Column, text: str, _vocabulary: Vocabulary) -> list[dict[str, Any]]:
    return _each(text, closure_of, "看不懂是哪几天", CLOSED_LIKE)


def _each(text: str, reader: Callable[[str], dict[str, Any] | None], what: str, mend: str) -> list[dict[str, Any]]:
    found = []
    for item in items(text, "；;"):
        value = reader(item)
        if value is None:
            raise ValueFault(f"“{shortened(item)}”{what}", mend)
        found.append(value)
    return found


def _recurrence(_column: Column, text: str, _vocabulary: Vocabulary) -> dict[str, Any]:
    found = recurrence_of(text)
    if found is None:
        raise ValueFault(f"“{shortened(text)}”看不懂是什么时候", RECURS_LIKE)
    return found


def _verified(_column: Column, text: str, _vocabulary: Vocabulary) -> dict[str, Any]:
    found = verified_of(text)
    if found is None:
        raise ValueFault(f"“{shortened(text)}”看不懂", "写日期和岗位，中间空一格，例如 2026-05-12 值班老师")
    return found


_READERS: Mapping[str, Callable[[Column, str, Vocabulary], Any]] = {
    "text": _text,
    "date": _date,
    "list": _list,
    "words": _words,
    "choice": _word,
    "place": _word,
    "hours": _hours,
    "closures": _closures,
    "recurrence": _recurrence,
    "verified": _verified,
}


def items(text: str, marks: str) -> list[str]:
    """Take a list apart: one a line; in one line, at these marks."""
    parts = text.splitlines() if "\n" in text else re.split(f"[{re.escape(marks)}]", text)
    return [part.strip() for part in parts if part.strip()]


def _names(column: Column, vocabulary: Vocabulary) -> Names:
    return plain(column.choices.items()) if column.choices else vocabulary.names.get(column.key, Names())


def _named(column: Column, names: Names, word: str) -> str:
    """Find what a word stands for. An id that nothing has may come: the rules say what is wrong with it."""
    if word in names.ids:
        return names.ids[word]
    if SLUG.fullmatch(word) and not column.choices:
        return word
    if column.choices:
        mend = f"请在这几样里选：{'、'.join(column.choices.values())}"
    else:
        near = names.nearest(word)
        full = "写全称，例如 江苏省常州市天宁区" if column.form == "place" else "请照模板里“可以写的词”那张表来写"
        mend = f"是不是“{near}”" if near else full
    raise ValueFault(f"没有“{shortened(word)}”", mend)


def shortened(text: str) -> str:
    """Give so much of a text as a message can hold."""
    one = " ".join(text.split())
    return one if len(one) <= 30 else one[:29] + "…"
