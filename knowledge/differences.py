"""What differs between two forms of a thing: field by field, lists by item, texts by the words in them. Pure.

For people who compare side by side: every piece says whether it stayed, went or came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from difflib import SequenceMatcher
from typing import Any, Literal

from knowledge.amend import Thing
from knowledge.model import Library

Mark = Literal["same", "gone", "new"]
Names = Mapping[str, Mapping[str, str]]  # of a field: what people read for an id

FIELD_WORDS: Mapping[str, str] = {
    "title": "标题",
    "name": "名称",
    "problem": "问题",
    "kind": "种类",
    "department": "归口单位",
    "topics": "主题",
    "wordings": "问法",
    "brief": "聊天里的回答",
    "full": "详解",
    "about": "介绍",
    "sources": "依据",
    "source": "依据",
    "source_date": "依据的日期",
    "written": "写成",
    "reviewed": "审读",
    "review_by": "审读到期",
    "stages": "阶段",
    "families": "家庭",
    "region": "地区",
    "related": "相关条目",
    "intent": "家长想要什么",
    "phone": "电话",
    "aliases": "别名",
    "audience": "对象",
    "fee": "费用",
    "hours": "时间",
    "hours_note": "时间说明",
    "closures": "临时停开",
    "reach": "怎么找到",
    "address": "地址",
    "url": "网址",
    "verified": "核实",
    "fallback": "打不通时",
    "recurrence": "什么时候办",
    "organiser": "主办",
    "join": "怎么参加",
    "note": "说明",
    "contacts": "找谁",
    "issuer": "发布单位",
    "date": "日期",
    "number": "文号",
}
_VALUE_WORDS: Names = {
    "intent": {"guidance": "怎么教", "policy": "规定怎么说", "service": "怎么办事"},
    "rule": {
        "week-of": "某天所在的那一周",
        "months": "这几个月",
        "month-end": "每月月底",
        "monthly": "每月一次",
        "nth-weekday": "第几个星期几",
        "date": "每年这一天",
        "term": "每学期",
        "yearly": "每年",
        "ongoing": "常年",
        "once": "只办一次",
    },
    "on": {"any": "", "workday": "工作日", "day-off": "休息日"},
    "days": dict(
        zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (f"周{day}" for day in "一二三四五六日"), strict=True)
    ),
}
_TOKEN = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
_WEAK = 1  # a stretch of so many tokens between two changes is chance: 的, 了, a comma


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or an item of a list."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that differs; `listed`: its pieces are items, each a line of its own."""

    field: str
    name: str
    pieces: tuple[Piece, ...]
    listed: bool = False

    @property
    def before(self) -> tuple[Piece, ...]:
        """What stood there."""
        return tuple(piece for piece in self.pieces if piece.mark != "new")

    @property
    def after(self) -> tuple[Piece, ...]:
        """What stands there now."""
        return tuple(piece for piece in self.pieces if piece.mark != "gone")


def differences(before: Thing | None, after: Thing | None, names: Names | None = None) -> tuple[FieldDifference, ...]:
    """Give the fields that differ, in the model's order; None stands for a thing that is not there.

    `names` (see `names_of`) puts people's words in place of ids.
    """
    shape = after if after is not None else before
    if shape is None:
        return ()
    found = []
    for field in fields(shape):
        if field.name == "id":
            continue
        old, new = getattr(before, field.name, None), getattr(after, field.name, None)
        if old != new and (pieces := _pieces(field.name, old, new, names or {})):
            listed = isinstance(old, tuple) or isinstance(new, tuple)
            found.append(FieldDifference(field.name, FIELD_WORDS.get(field.name, field.name), pieces, listed))
    return tuple(found)


def names_of(library: Library) -> Names:
    """Give what people read for the ids that things hold."""
    taxonomy = library.taxonomy
    listings = {listing.id: listing.name for listing in library.listings.values()}
    sources = {source.id: source.title for source in library.sources.values()}
    return {
        "topics": {topic.id: topic.name for topic in taxonomy.topics.values()},
        "stages": {stage.id: stage.name for stage in taxonomy.stages.values()},
        "families": dict(taxonomy.families),
        "region": {region.slug: region.name for region in library.regions.values()},
        "related": {entry.id: entry.title for entry in library.entries.values()},
        "fallback": listings,
        "contacts": listings,
        "source": sources,
        "sources": sources,
    }


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two texts; Chinese by characters, numbers and Latin words whole."""
    one, other = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[Piece] = []
    for what, a, b, c, d in _settled(SequenceMatcher(None, one, other, autojunk=False).get_opcodes()):
        if what == "equal":
            pieces.append(Piece("".join(one[a:b]), "same"))
            continue
        pieces += [Piece("".join(one[a:b]), "gone")] if b > a else []
        pieces += [Piece("".join(other[c:d]), "new")] if d > c else []
    return tuple(pieces)


_Op = tuple[str, int, int, int, int]


def _settled(ops: Sequence[_Op]) -> list[_Op]:
    """Join changes that only a chance meeting of letters keeps apart."""
    made: list[_Op] = []
    for at, (what, a, b, c, d) in enumerate(ops):
        weak = what == "equal" and b - a <= _WEAK and 0 < at < len(ops) - 1
        op = "change" if what != "equal" or weak else "equal"
        if made and op == "change" and made[-1][0] == "change":
            made[-1] = ("change", made[-1][1], b, made[-1][3], d)
        else:
            made.append((op, a, b, c, d))
    return made


def _pieces(field: str, old: object, new: object, names: Names) -> tuple[Piece, ...]:
    if isinstance(old, tuple) or isinstance(new, tuple):
        return _items(_texts(field, old, names), _texts(field, new, names))
    return words(_text(field, old, names), _text(field, new, names))


def _items(old: list[str], new: list[str]) -> tuple[Piece, ...]:
    """Compare lists: every item stayed, went or came; where only the order changed, it is told as gone and new."""
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces += [Piece(item, "same") for item in old[a:b]]
            continue
        pieces += [Piece(item, "gone") for item in old[a:b]]
        pieces += [Piece(item, "new") for item in new[c:d]]
    return tuple(pieces)


def _texts(field: str, value: object, names: Names) -> list[str]:
    return [_text(field, item, names) for item in value] if isinstance(value, tuple) else []


def _text(field: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(_texts(field, value, names))
    if is_dataclass(value):
        held = (_text(part.name, getattr(value, part.name), names) for part in fields(value))
        return " ".join(text for text in held if text)
    return _name(field, str(value), names)


def _name(field: str, value: str, names: Names) -> str:
    """Give people's words for an id; a reference to a source may go on with the place in it."""
    known = {**_VALUE_WORDS.get(field, {}), **names.get(field, {})}
    if value in known:
        return known[value]
    if field in ("source", "sources"):
        cut = value.rfind("-")
        while cut > 0:
            if value[:cut] in known:
                return f"{known[value[:cut]]} {value[cut + 1 :]}"
            cut = value.rfind("-", 0, cut)
    return value
