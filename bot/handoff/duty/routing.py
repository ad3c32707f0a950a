"""Which station a new case goes to. Pure: how the stations stand is an argument.

The parent's own station first (whose code they scanned). Otherwise one that serves where they live, up the chain of
regions; where there is none, one within the region, then one that is near. For talks those that are on duty go before
nearer ones that are not. A danger goes to whoever is on duty now, near before far. None: it is everybody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.store.stations import Station

_LANGUAGE = re.compile(
    "(?:说|讲|用|会|懂|听)(?:得?懂|点|一点|我们的?)?"
    "(粤语|广东话|白话|闽南语|闽南话|客家话|潮汕话|英语|英文|维吾尔语|维语|藏语|蒙古语|蒙语|哈萨克语|朝鲜语|壮语|彝语|苗语|手语)"
)
_SAME = {
    "广东话": "粤语",
    "白话": "粤语",
    "闽南话": "闽南语",
    "英文": "英语",
    "维语": "维吾尔语",
    "蒙语": "蒙古语",
}

LANGUAGES = (
    "粤语",
    "闽南语",
    "客家话",
    "潮汕话",
    "英语",
    "维吾尔语",
    "藏语",
    "蒙古语",
    "哈萨克语",
    "朝鲜语",
    "壮语",
    "彝语",
    "苗语",
    "手语",
)


@dataclass(frozen=True, slots=True)
class Need:
    """What is to be routed: the kind of case, whether people talk in it, where the parent lives, what they speak.

    `station` is the number of their own one. `language` None: Mandarin, or not known.
    """

    kind: str
    talks: bool = True
    region: str | None = None
    station: int | None = None
    language: str | None = None

    @property
    def danger(self) -> bool:
        """Whether somebody must look at once."""
        return self.kind == "crisis"


@dataclass(frozen=True, slots=True)
class Post:
    """A station as it stands now: whether somebody is there, and how many more talks those can take.

    `room` is below zero where more wait than can be taken. `staffed`: it has people at all.
    """

    station: Station
    on: bool
    room: int = 0
    staffed: bool = True


def language_in(words: str) -> str | None:
    """Give the language that a parent asks for: 有没有会说粤语的老师; None when they ask for none."""
    found = _LANGUAGE.search(words)
    return _SAME.get(found[1], found[1]) if found else None


def named_languages(words: str) -> tuple[str, ...]:
    """Read a list of languages as people write it: 粤语、英文."""
    found = (piece.strip()[:10] for piece in re.split(r"[、,，;；\s]+", words))
    return tuple(dict.fromkeys(_SAME.get(one, one) for one in found if one and one != "普通话"))[:8]


def route(
    need: Need, posts: Sequence[Post], chain: Sequence[str], within: Callable[[str, str], bool]
) -> Station | None:
    """Choose the station. `chain` is the parent's region and those above it, nearest first; `within` knows the tree."""
    able = [post for post in posts if _takes(post, need)]
    if need.language:
        able = [post for post in able if need.language in post.station.languages] or able
    own = next((post for post in able if post.station.id == need.station), None)
    if own is not None and (own.on or not need.danger):
        return own.station
    ranked = sorted(
        ((_rank(post, tier, need), post) for post in able if (tier := _tier(post, need, chain, within)) is not None),
        key=lambda one: one[0],
    )
    best = ranked[0][1] if ranked else None
    if own is not None and (best is None or not best.on):  # a danger, and nobody is anywhere: its own people first
        return own.station
    return best.station if best else None


def _takes(post: Post, need: Need) -> bool:
    """Whether a station takes such a case at all: in use, of this kind, and with people."""
    kinds = post.station.kinds
    return post.station.active and post.staffed and (not kinds or need.kind in kinds)


def _tier(post: Post, need: Need, chain: Sequence[str], within: Callable[[str, str], bool]) -> tuple[int, int] | None:
    """Tell how near a station is: (0) it serves there, (1) it lies within or beside. None: it is none of these."""
    region = post.station.region
    if region is None or region in chain:
        return 0, chain.index(region) if region in chain else len(chain)
    if need.region is None:
        # Nobody knows where they live: a talk stays everybody's, but a danger must have somebody.
        return (1, len(chain)) if need.danger else None
    shared = next((depth for depth, place in enumerate(chain) if within(region, place)), len(chain))
    return 1, shared


def _rank(post: Post, tier: tuple[int, int], need: Need) -> tuple[object, ...]:
    """Order the stations; the smallest is chosen."""
    group, distance = tier
    if need.danger:
        return (not post.on, group, distance, -post.room, post.station.id)
    if need.talks:
        return (group, not post.on, distance, -post.room, post.station.id)
    return (group, distance, -post.room, post.station.id)
