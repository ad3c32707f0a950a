"""Clusters of questions as the page shows them: counted by parents, with places, stages and trend. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.messages import LEVELS, Level
from bot.privacy import mask
from bot.store.misses import Miss
from bot.web.sheets import FEW
from knowledge.model import Library
from knowledge.regions import RegionTree

WEEK = timedelta(days=7)
WEEKS = 8
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """One cluster. `members` stand the most central first; `nearest` is the entry that most of them were near to."""

    members: tuple[Miss, ...]
    title: str
    parents: int
    places: tuple[tuple[str, int], ...]
    stages: tuple[tuple[str, int], ...]
    weeks: tuple[int, ...]
    nearest: str | None

    @property
    def id(self) -> int:
        """The number by which its page is asked for: that of its most central question."""
        return self.members[0].id

    @property
    def ids(self) -> tuple[int, ...]:
        """The numbers of all its questions."""
        return tuple(one.id for one in self.members)

    @property
    def examples(self) -> tuple[str, ...]:
        """A few of its questions, beside the title."""
        return tuple(text for text in texts(self.members) if text != self.title)[:EXAMPLES]

    @property
    def level(self) -> Level:
        """The gravest that safety found in any of them; `none` where that was not kept."""
        return max(
            (level for level in LEVELS if any(one.level == level for one in self.members)),
            key=LEVELS.index,
            default="none",
        )

    @property
    def seen(self) -> str:
        """What tells whether somebody has handled any of it since it was shown."""
        return max((one.handled_at.isoformat() for one in self.members if one.handled_at), default="")


def texts(members: Iterable[Miss]) -> tuple[str, ...]:
    """Their different words, masked once more: older ones may have been kept by older rules."""
    return tuple(dict.fromkeys(_masked(one.text) for one in members))


def fits(members: Iterable[Miss], words: str) -> bool:
    """Whether any of them has these words, as they are shown."""
    return any(words in text for text in texts(members))


# A page asks for the same few thousand again and again; the first time is when they are clustered, in a thread.
_masked = lru_cache(maxsize=20_000)(mask)


def group(members: Sequence[Miss], library: Library, place: Callable[[str], str], now: datetime) -> Group:
    """Count a cluster; a parent who asks again counts once."""
    nearest = Counter(one.nearest for one in members if one.nearest in library.entries)
    stages = library.taxonomy.stages
    return Group(
        tuple(members),
        texts(members[:1])[0],
        len({one.parent for one in members}),
        _spread((one.parent, place(one.region)) for one in members if one.region),
        _spread((one.parent, stages[one.stage].name) for one in members if one.stage and one.stage in stages),
        weekly(members, now),
        nearest.most_common(1)[0][0] if nearest else None,
    )


def weekly(members: Iterable[Miss], now: datetime) -> tuple[int, ...]:
    """Distinct parents of each of the last weeks, the oldest first."""
    weeks: list[set[int]] = [set() for _ in range(WEEKS)]
    for one in members:
        ago = (now - one.at) // WEEK
        if 0 <= ago < WEEKS:
            weeks[WEEKS - 1 - ago].add(one.parent)
    return tuple(len(week) for week in weeks)


def trend(weeks: Sequence[int]) -> str:
    """Say how this week stands to the one before; of few parents nothing is said."""
    before, now = weeks[-2], weeks[-1]
    if max(before, now) < FEW or before == now:
        return ""
    if now >= 2 * max(before, 1):
        return "这周翻倍" if before else "这周新出现"
    return "这周多了" if now > before else "这周少了"


def few(number: int, unit: str = "位") -> str:
    """Write a count of people; a small one only as being small."""
    return f"{number} {unit}" if number >= FEW else f"不足 {FEW} {'人' if unit == '位' else unit}"


def counted(found: Sequence[tuple[str, int]]) -> str:
    """Write the largest of some counts in one line: 常州 14 位 · 宝鸡 不足 5 人."""
    return " · ".join(f"{name} {few(number)}" for name, number in found[:3])


def city(library: Library, tree: RegionTree) -> Callable[[str], str]:
    """Make what names the city of a place; smaller places would tell too much of few people."""

    def named(slug: str) -> str:
        held = [library.regions[one] for one in tree.chain(slug) if one in library.regions]
        found = next((one for one in held if one.level == "city"), held[0] if held else None)
        return found.name if found is not None else "别处"

    return named


def _spread(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[str, int], ...]:
    count = Counter(name for _, name in set(pairs))
    return tuple(sorted(count.items(), key=lambda one: (-one[1], one[0])))
