"""Rules about gaps: every point of the national outline has an entry, and every topic one for each age it occurs at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from knowledge import tally
from knowledge.model import Entry, Library
from knowledge.outline import FILE, Point
from knowledge.rules.problem import Problem

# The stage that the entries of a band are for; the families and children of the special bands are of any age.
STAGES: Mapping[str, str] = {
    "pregnancy": "infant",
    "0-3": "infant",
    "3-6": "preschool",
    "6-12": "primary",
    "12-15": "junior",
    "15-18": "senior",
}
OUTLINE = "outline-2019"


def check(library: Library, points: Sequence[Point]) -> Iterator[Problem]:
    """Look for points, and for topics at an age, that nothing speaks to.

    Without points nothing is asked for: a library need not be whole to be published.
    """
    if not points:
        return
    for point in points:
        for message in _point(point, library):
            yield Problem(f"{FILE}#{point.band} {point.about}", "outline", message)
    for topic, stage in gaps(library):
        message = f"还没有{library.taxonomy.stages[stage].name}的条目，请补一篇，或从 taxonomy.yaml 里删去这个年龄段。"
        yield Problem(f"taxonomy.yaml#{topic}", "coverage", message)


def gaps(library: Library) -> Iterator[tuple[str, str]]:
    """Give topic and stage wherever a topic occurs and no entry of it is for that stage."""
    counts = tally.by_stage(library)
    for topic in library.taxonomy.topics.values():
        for stage in topic.stages:
            if counts[topic.id].get(stage) == 0:
                yield topic.id, stage


def _point(point: Point, library: Library) -> Iterator[str]:
    if not point.entries:
        yield "大纲的这一点还没有条目，请补一篇。"
    for name in point.entries:
        entry = library.entries.get(name)
        if entry is None:
            yield f"条目 {name} 不存在，请改正或补上。"
        else:
            yield from _fits(entry, point.band)


def _fits(entry: Entry, band: str) -> Iterator[str]:
    stage = STAGES.get(band)
    if stage and entry.stages and stage not in entry.stages:
        yield f"条目 {entry.id} 不是写给这个年龄段的，请换一篇或补上年龄段。"
    if f"{OUTLINE}-{band}" not in entry.sources:
        yield f"条目 {entry.id} 的出处里没有 {OUTLINE}-{band}，请补上或换一篇。"
