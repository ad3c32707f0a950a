"""The points of the national outline for family education, each with the entries that speak to it.

The outline (全国家庭教育指导大纲（修订）, 2019) says what families of each age band should be guided in. `outline.yaml`
goes through it in our own words; a point without an entry is a gap in the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge import records, yaml_text
from knowledge.faults import ContentError, Fault
from knowledge.model import Band

FILE = "outline.yaml"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a band: what it asks families to be guided in, and the ids of the entries that do so."""

    band: Band
    about: str
    entries: tuple[str, ...]


def load(root: Path) -> tuple[Point, ...]:
    """Read the points from the content folder; a folder without the file has none.

    Raises:
        ContentError: with every fault of the file.
    """
    path = root / FILE
    if not path.exists():
        return ()
    value, faults = yaml_text.read(path.read_text(encoding="utf-8"), FILE)
    if not isinstance(value, list) or faults:
        raise ContentError(faults or [Fault(FILE, "不是列表", "每一项以 “- band: ” 开头")])
    points: list[Point] = []
    for number, item in enumerate(value, 1):
        point, wrongs = records.decode(Point, item)
        faults += [Fault(FILE, f"第 {number} 项：{wrong.what}", wrong.mend) for wrong in wrongs]
        points += [point] if point is not None else []
    if faults:
        raise ContentError(faults)
    return tuple(points)
