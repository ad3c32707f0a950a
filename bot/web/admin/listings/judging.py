"""What is wrong with a listing, an activity, a duty or a source as it is typed: beside which field, in plain words.

The rules are those of `knowledge.check`. Pure and not quick (a quarter of a second): views call it in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.amend import Amendment, Sort, Thing, amended, decode, title
from knowledge.check import Problem, check
from knowledge.differences import FIELD_WORDS
from knowledge.freshness import updated
from knowledge.model import Library
from knowledge.records import FieldError

# Beside which field the findings of a rule stand; the others stand above the form.
_SLOTS: Mapping[str, str] = {
    "number-region": "phone",
    "number": "about",
    "emergency": "hours",
    "dates": "source_date",
    **{name: name for name in ("fallback", "contacts", "reach", "hours", "closures", "recurrence", "region", "source")},
    **{name: name for name in ("topics", "stages", "families")},
}
_UNREADABLE: Mapping[str, str] = {
    "hours": "每一行都要选星期几，写明从几点到几点，比如 08:30。",
    "closures": "临时停开要写明从哪天、到哪天，为什么。",
    "recurrence": "请选什么时候办，把日子写全。",
    "source_date": "日期写成 2026-01-31 的样子。",
    "date": "日期写成 2026-01-31 的样子。",
    "verified": "核实的日期不对，请再核实一次。",
}
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"出处 (.+) 不在 sources\.yaml 中，请补上出处或改正标识。"), r"“\1”没有登记过，请从列表里选。"),
    (re.compile(r"出处 (.+) 里的 (.+) 不对，"), r"“\1”里的“\2”不对，"),
    (re.compile(r"地区 (.+) 不在 regions\.csv 中，请改成已有的。"), r"不认识“\1”这个地方，请从列表里选。"),
    (re.compile(r"\w+ 里的 (.+) 不在 taxonomy\.yaml 中，请改成已有的。"), r"没有“\1”这一类，请从列表里选。"),
    (re.compile(r"\w+ 里的 (.+) 没有这个服务条目，请改正或补上。"), r"没有叫“\1”的服务，请从列表里选，或者先加上它。"),
    (re.compile(r"(?:fallback|contacts) 里的"), ""),
    (re.compile(r"hours 里的日子不对.*"), "有一行还没有选星期几。"),
    (re.compile(r"hours 是空的.*"), "还没有写时间。请加一行，或者选“不知道”。"),
    (re.compile(r"紧急电话请写上号码，hours.*"), "紧急电话要写号码，时间选“24 小时”。"),
    (re.compile(r"请至少写一个 contacts 或 fallback。"), "请至少选一处。"),
    (re.compile(r"请在 fallback 里加一个能打的，如 national-12345。"), "请在“没有回音时”加一个能打的，如 12345。"),
    (re.compile(r"recurrence 的 [\w-]+ "), "什么时候办"),
    (re.compile(r"recurrence 的(月份|nth|times) ?"), r"\1"),
)
_PARTS: Mapping[str, str] = {
    "months": "月份",
    "month": "月份",
    "day": "日子",
    "nth": "第几个",
    "weekday": "星期几",
    "start": "开始的日子",
    "end": "结束的日子",
    "times": "次数",
}
_ID = re.compile(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])")


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found: `thing` is None while the fields make none; `elsewhere` is what would be wrong with others."""

    thing: Thing | None
    found: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[str, ...] = ()

    def of(self, *slots: str) -> list[str]:
        """Give the sentences for some places of the form."""
        return [sentence for slot, sentence in self.found if slot in slots]

    @property
    def count(self) -> int:
        """How many things are to be mended."""
        return len(self.found) + len(self.elsewhere)


def judged(sort: Sort, key: str, body: Mapping[str, object], library: Library) -> Judged:
    """Look at a thing as it is typed."""
    thing, wrongs = decode(sort, {**body, "id": key})
    if thing is None:
        return Judged(None, tuple(dict.fromkeys(_unreadable(wrong) for wrong in wrongs)))
    whole = amended(library, (Amendment(sort, key, thing),))
    found, elsewhere = [], []
    for problem in check(whole, only={(sort, key)}):
        sentence = plain(problem.message, whole)
        if _id(problem) == key:
            found.append((_SLOTS.get(problem.rule, "whole"), sentence))
        else:
            elsewhere.append(_of_other(problem, whole, sentence))
    return Judged(thing, tuple(dict.fromkeys(found)), tuple(elsewhere))


def without(sort: Sort, key: str, library: Library) -> tuple[str, ...]:
    """Say what would be wrong elsewhere if a thing were taken out."""
    whole = amended(library, (Amendment(sort, key, None),))
    return tuple(
        _of_other(problem, library, plain(problem.message, library)) for problem in check(whole, only={(sort, key)})
    )


def by_thing(problems: list[Problem], library: Library) -> dict[str, str]:
    """Give the first problem of each thing, by its id."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(_id(problem), plain(problem.message, library))
    return found


def _id(problem: Problem) -> str:
    return re.split("[#/]", problem.where)[-1].removesuffix(".md")


def _of_other(problem: Problem, library: Library, sentence: str) -> str:
    name = _name(_id(problem), library)
    return f"{name}：{sentence}" if name else sentence


def _name(key: str, library: Library) -> str:
    for sort, held in (
        ("entry", library.entries),
        ("listing", library.listings),
        ("activity", library.activities),
        ("duty", library.duties),
        ("source", library.sources),
    ):
        if key in held:
            return f"《{title(sort, held[key])}》"  # type: ignore[arg-type]  # each sort with its own things
    return ""


def _unreadable(wrong: FieldError) -> tuple[str, str]:
    """Put what keeps the fields from being a thing beside its field."""
    named = re.match(r"字段 (\w+)", wrong.what)
    field = named[1] if named else ""
    words = FIELD_WORDS.get(field, "")
    if field in _UNREADABLE and "没有写" not in wrong.what[: len(field) + 8]:
        return field, _UNREADABLE[field]
    if not words:
        return "whole", f"{wrong.what}，请{wrong.mend}。"
    return field, f"还没有写{words}。" if "没有写" in wrong.what else f"{words}不对，请再看看。"


def plain(message: str, library: Library) -> str:
    """Say what a rule says without names of files, fields and ids."""
    for pattern, words in _PLAIN:
        message = pattern.sub(words, message)
    message = re.sub(rf" ?(?<![\w-])({'|'.join(_PARTS)})(?![\w-])", lambda found: _PARTS[found[1]], message)
    return (
        _ID.sub(lambda found: _name(found[0], library) or found[0], message).replace("“《", "《").replace("》”", "》")
    )


def resting(key: str, library: Library) -> Iterator[tuple[Sort, Thing, bool]]:
    """Give what rests on a source: its sort, the thing, and whether the source is newer than its last reading."""
    source = library.sources[key]
    for entry in library.entries.values():
        if any(reference == key or reference.startswith(f"{key}-") for reference in entry.sources):
            yield "entry", entry, source in updated(entry, library)
    sorts: tuple[tuple[Sort, Mapping[str, Thing]], ...] = (
        ("listing", library.listings),
        ("activity", library.activities),
        ("duty", library.duties),
    )
    for sort, held in sorts:
        for thing in held.values():
            reference = str(getattr(thing, "source", ""))
            if reference == key or reference.startswith(f"{key}-"):
                yield sort, thing, source.date > getattr(thing, "source_date", source.date)
