"""The lists of patterns and cards as rows: what each is for, how many examples it has, whether somebody changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.safety import names, rules, shape
from bot.safety.shape import Sort
from bot.store.edits import Version

STATES = {"packaged": "出厂", "edited": "改过", "added": "新加", "off": "停用", "refused": "没有生效"}


@dataclass(frozen=True, slots=True)
class Row:
    """One pattern or card. `examples` are those that it must find and those that it must spare."""

    key: str
    name: str
    kind: str
    kind_name: str
    level: str
    about: str
    examples: tuple[int, int]
    state: str
    child: bool
    author: str

    @property
    def state_name(self) -> str:
        """The state in Chinese."""
        return STATES[self.state]


def lines(sort: Sort, versions: Mapping[str, Version], refused: set[str]) -> list[Row]:
    """Give all of them: the packaged ones in their order, then those that were added."""
    packaged = rules.sources(sort)
    added = [key for key, one in versions.items() if key not in packaged and one.body is not None]
    rows = []
    for key in (*packaged, *added):
        version = versions.get(key)
        edited = version if version and version.body is not None else None
        rows.append(_row(sort, key, edited, "refused" if key in refused else ""))
    return rows


def _row(sort: Sort, key: str, edited: Version | None, state: str) -> Row:
    packaged = rules.raws(sort).get(key)
    raw = _read(sort, edited.body or "") if edited else packaged or {}
    about = raw.get("sign", "") if sort == "pattern" else raw.get("act", "")
    state = state or ("off" if raw.get("off") else "added" if packaged is None else "edited" if edited else "packaged")
    return Row(
        key=key,
        name=names.pattern(key) if sort == "pattern" else str(raw.get("when", "")).replace("|", "、")[:40],
        kind=str(raw.get("kind", "")),
        kind_name=names.kind(str(raw.get("kind", ""))),
        level=str(raw.get("level", "none")),
        about=str(about),
        examples=(len(raw.get("fires", raw.get("for", ()))), len(raw.get("spares", ()))),
        state=state,
        child=bool(raw.get("child")),
        author=edited.author if edited else "",
    )


def _read(sort: Sort, body: str) -> Mapping[str, Any]:
    try:
        return shape.read(sort, body)
    except shape.ShapeError:
        return {}


def matches(row: Row, q: str, kind: str, level: str, state: str) -> bool:
    """Whether a row is wanted."""
    if (kind and row.kind != kind) or (level and row.level != level):
        return False
    if state and (row.state == "packaged" if state == "changed" else row.state != state):
        return False
    return not q or any(q in text for text in (row.key, row.name, row.about, row.kind_name))
