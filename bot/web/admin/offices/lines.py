"""Units as people paste them: a line each, the name, and behind a tab or comma the sort where it is another. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.demands import SORTS

MOST = 500
LONGEST = 60
_SORTS = {name: sort for sort, (name, _) in SORTS.items()}
_PARTS = re.compile(r"\s*[\t,，]\s*")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Lines:
    """What was pasted: names with their sort, and what is wrong ("" if nothing is)."""

    given: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def read(text: str, sort: str) -> Lines:
    """Read lines; `sort` is that of those which name none."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        *start, last = _PARTS.split(line.strip())
        named = _SORTS.get(last) if start else None
        name = _SPACE.sub(" ", (" ".join(start) if named else line).strip())
        if not _PARTS.sub("", name):
            return Lines(problem=f"第 {number} 行没有名称。一行写一个。")
        if len(name) > LONGEST:
            return Lines(problem=f"第 {number} 行太长，名称最多 {LONGEST} 个字。一行写一个。")
        found.append((name, named or sort))
    if not found:
        return Lines(problem="请写上名称，一行一个。")
    if len(found) > MOST:
        return Lines(problem=f"一次最多加 {MOST} 个，请分成几次。")
    return Lines(tuple(found))


def name_of(text: str) -> str:
    """Give a name as it is kept."""
    return _SPACE.sub(" ", text.strip())
