"""Which things of the library a sentence mentions by name, by alias or by number. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from knowledge.likeness import squash
from knowledge.model import Activity, Duty, Listing

Named = Listing | Activity | Duty

SHORTEST = 2
SHORTEST_REST = 4
_UNIT = re.compile(r"厘米|公分|cm|元|块|斤|分|天|个|多|字|米")
# Words that many services share; a name made of them alone (家长学校, 心理热线) belongs to no single place.
_COMMON = re.compile(
    "未成年人|青少年|家长|学校|家庭|教育|指导|心理|健康|咨询|辅导|援助|服务|中心|热线|电话|儿童|孩子|学生|社区|公益|"
    "活动|成长|发展|关爱|保护|工作|总校|分校|学堂|课堂|站|室|站点|点|处|网|平台|课程|讲座|沙龙|家访|大|家|校|社|区|市"
)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    things: tuple[Named, ...]


class Names:
    """The names of listings, activities and duties, to be looked for in sentences."""

    def __init__(self, things: Iterable[Named], places: Callable[[str], Iterable[str]] = lambda _: ()) -> None:
        """`places` gives the names of a region and of those above it, which people leave out: (常州市)成长指导中心."""
        self._things: dict[str, list[Named]] = {}
        for thing in things:
            names = [squash(name) for name in _written(thing)]
            names += [rest for name in names if (rest := _placeless(name, places(thing.region)))]
            for name in dict.fromkeys(names):
                if len(name) >= SHORTEST:
                    self._things.setdefault(name, []).append(thing)

    def mentioned(self, text: str) -> list[tuple[str, tuple[Named, ...]]]:
        """Give the names that stand in the text with the things called so: the longest first, none inside another."""
        squashed = squash(text)
        found = [_Found(start, end, tuple(self._things[squashed[start:end]])) for start, end in self._spans(squashed)]
        outer = [one for one in found if not any(_inside(one, other) for other in found)]
        outer.sort(key=lambda one: (one.start - one.end, one.start))
        return [(squashed[one.start : one.end], one.things) for one in outer]

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for name in self._things:
            start = text.find(name)
            while start >= 0:
                end = start + len(name)
                if not (name.isdigit() and _amount(text, start, end)):
                    yield start, end
                start = text.find(name, start + 1)


def brand(name: str) -> bool:
    """Whether a name says more than what kind of service it is, so that it can belong to one place only."""
    return len(_COMMON.sub("", name)) >= SHORTEST


def _written(thing: Named) -> Iterator[str]:
    """The ways a thing is called; a duty is called by the problem that it is about."""
    if isinstance(thing, Duty):
        yield thing.problem
        return
    yield thing.name
    yield from thing.aliases
    if isinstance(thing, Listing) and thing.phone:
        yield thing.phone


def _inside(one: _Found, other: _Found) -> bool:
    return other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start


def _placeless(name: str, places: Iterable[str]) -> str:
    """Give the name without the places it begins with; nothing if there are none or too little would be left."""
    rest = name
    for place in places:
        rest = rest.removeprefix(place)
    return rest if rest != name and len(rest) >= SHORTEST_REST else ""


def _amount(text: str, start: int, end: int) -> bool:
    """Whether a number is no telephone: a part of a longer one (110 in 1100) or a short one with a unit (110 厘米)."""
    part = text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit()
    return part or (end - start == 3 and bool(_UNIT.match(text, end)))
