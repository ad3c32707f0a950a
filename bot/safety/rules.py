"""The patterns and cards in force: the packaged ones with what administrators changed of them. Pure but for `install`.

An edit is the whole text of one pattern or card, or None for the packaged one again. A pattern may be added, changed
or switched off (`off: true`); a card may be changed. Nothing packaged can be deleted, and a card keeps its kind, level
and reader, so that there is always an answer to give.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from bot.messages import Assessment
from bot.safety import patterns, protocols
from bot.safety.patterns import HERE, Book, Pattern, compiler
from bot.safety.protocols import Card
from bot.safety.shape import ShapeError, Sort, read

_FILES: Mapping[Sort, tuple[str, str]] = {
    "pattern": ("patterns.yaml", "patterns"),
    "card": ("protocols.yaml", "cards"),
}
_FIXED = ("kind", "level", "child", "quiet")


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody made of one pattern or card; `body` is its YAML, None the packaged one again."""

    sort: Sort
    key: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What rules make of a message: the assessment and every pattern found; `fault` names an error inside."""

    assessment: Assessment
    found: frozenset[str]
    fault: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A book of patterns and the cards. `base` is what it was made of by changing `changed` (old and new versions).

    `verdicts` are what it made of messages so far: what no changed pattern touches is as it was with `base`.
    """

    book: Book
    cards: tuple[Card, ...]
    base: Rules | None = None
    changed: tuple[Pattern, ...] = ()
    verdicts: dict[str, Verdict] = field(default_factory=dict)


@functools.cache
def packaged() -> Rules:
    """The rules that come with the program."""
    return Rules(patterns.packaged(), protocols.packaged())


@functools.cache
def sources(sort: Sort) -> Mapping[str, str]:
    """The packaged text of each pattern or card by its id, as it stands in the file."""
    file, part = _FILES[sort]
    text = (HERE / file).read_text("utf-8")
    document = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(document, yaml.MappingNode)  # noqa: S101 - our own file, and the type checker must know
    listed = next(value for name, value in document.value if name.value == part)
    pieces = (text[node.start_mark.index : node.end_mark.index] for node in listed.value)
    return {key: _tidy(piece) for key, piece in zip(raws(sort), pieces, strict=True)}


@functools.cache
def raws(sort: Sort) -> Mapping[str, Mapping[str, Any]]:
    """The packaged patterns or cards as mappings, by their ids and in the order of the file."""
    file, part = _FILES[sort]
    return {raw["id"]: raw for raw in patterns.read_yaml(file)[part]}


def _tidy(piece: str) -> str:
    """Without the indent of the list, and without what stands below and belongs to the next one."""
    lines = [re.sub(r"^ {4}", "", line).rstrip() for line in piece.splitlines()]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines) + "\n"


def applied(rules: Rules, edit: Edit) -> Rules:
    """The rules with one pattern or card changed.

    Raises:
        ShapeError: the text cannot be read, or changes what must stay.
    """
    body = sources(edit.sort).get(edit.key) if edit.body is None else edit.body
    if body is None:  # an added pattern, given up again
        return _with_pattern(rules, edit.key, None)
    raw = read(edit.sort, body)
    if raw["id"] != edit.key:
        message = f"字段 id：要和这一条的名字一样，是 {edit.key}"
        raise ShapeError(message)
    if edit.sort == "pattern":
        _keep(raw, "pattern", ("fires", "spares"))
        return _with_pattern(rules, edit.key, None if raw.get("off") else compiler().pattern(raw))
    return _with_card(rules, raw)


def _keep(raw: Mapping[str, Any], sort: Sort, fields: tuple[str, ...]) -> None:
    """See that no packaged example is taken out: an edit must not get by through dropping what it breaks."""
    before = raws(sort).get(raw["id"], {})
    gone = [text for name in fields for text in before.get(name, ()) if text not in raw.get(name, ())]
    if gone:
        raise ShapeError(*(f"原有的例子不能去掉，只能再加：{text}" for text in gone))


def _with_pattern(rules: Rules, key: str, pattern: Pattern | None) -> Rules:
    old = next((one for one in rules.book.patterns if one.id == key), None)
    if old is not None and pattern is not None:
        kept = tuple(pattern if one is old else one for one in rules.book.patterns)
    else:
        others = (one for one in rules.book.patterns if one is not old)
        kept = (*others, pattern) if pattern is not None else tuple(others)
    changed = tuple(one for one in (old, pattern) if one is not None)
    return Rules(replace(rules.book, patterns=kept), rules.cards, rules, changed)


def _with_card(rules: Rules, raw: Mapping[str, Any]) -> Rules:
    before = raws("card").get(raw["id"])
    if before is None:
        message = f"没有叫 {raw['id']} 的卡片；卡片只能改，不能加"
        raise ShapeError(message)
    moved = [name for name in _FIXED if raw.get(name, False) != before.get(name, False)]
    moved += ["when"] if ("when" in raw) != ("when" in before) else []
    if moved:
        raise ShapeError(*(f"字段 {name}：这一项不能改，别的卡片要靠它" for name in moved))
    _keep(raw, "card", ("for",))
    made = protocols.read_card(raw)
    return Rules(rules.book, tuple(made if one.id == made.id else one for one in rules.cards), rules)


def install(rules: Rules) -> None:
    """Let the whole process go by these rules from now on."""
    patterns.IN_FORCE.put(rules.book)
    protocols.IN_FORCE.put(rules.cards)


@contextmanager
def trying(rules: Rules) -> Iterator[None]:
    """Let only this thread or task go by these rules, for a while."""
    with patterns.IN_FORCE.trying(rules.book), protocols.IN_FORCE.trying(rules.cards):
        yield
