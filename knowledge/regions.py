"""The tree of places: what lies in what, what a place is called, and which place a sentence is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge.gazetteer import Gazetteer, Mention
from knowledge.model import Region

COUNTRY = "china"
LEVELS = ("country", "province", "city", "district", "street")
MOST = 50  # places of one sentence that are weighed against each other; nobody names more, except to keep us busy
_DEPTH = {level: depth for depth, level in enumerate(LEVELS)}

# The family is not there: 不在, 离开, 想考; or somebody is there to earn money, and the child often elsewhere.
_NOT_HERE = re.compile(r"(?:不在|(?<!是)不是|离开|考[到去上]?)$")
_AWAY = re.compile(r"(?:那边|这边)?(?:打工|务工|做工|出差)")
# The family was there, or comes from there: counts only where no other place is named.
_BEFORE = ("从", "老家在", "老家是", "以前在", "原来在")


class RegionTree:
    """The places of a library, from the country down to streets."""

    def __init__(self, regions: Mapping[str, Region]) -> None:
        self._regions = regions
        self._chains = {slug: self._climb(slug) for slug in regions}
        self._gazetteer = Gazetteer(regions, self.within)

    def chain(self, slug: str) -> tuple[str, ...]:
        """Give the place itself and those it lies in, ending in `china`; an unknown place lies in the country."""
        return self._chains.get(slug) or ((slug,) if slug == COUNTRY else (slug, COUNTRY))

    def within(self, slug: str, ancestor: str) -> bool:
        """Whether a place is the other one or lies in it."""
        return ancestor in self.chain(slug)

    def beneath(self, slug: str) -> frozenset[str]:
        """Give a place with all that lie in it."""
        return frozenset(one for one in self._regions if self.within(one, slug)) | {slug}

    def name(self, slug: str) -> str:
        """Give the name people know it by: city and district, e.g. 常州市天宁区; the slug itself if it is unknown."""
        if slug not in self._regions:
            return slug
        places = [self._regions[place] for place in self.chain(slug) if place in self._regions]
        own = places[0].name
        above = [place.name for place in places[1:] if _said(place)]
        return "".join([*reversed(above), own])

    def find(self, text: str) -> Region | None:
        """Find the most specific place that a sentence names; None when it names none or several are possible.

        The other places of the sentence tell districts of the same name apart. Without them a place that the
        library has a slug of its own for comes first, because it is one that we serve.
        """
        mentions = [m for m in self._gazetteer.mentions(text)[:MOST] if not _gone(text, m)]
        ranked = []
        for mention in mentions:
            slug, support = self._resolve(mention, mentions)
            if slug:
                depth = _DEPTH[self._regions[slug].level]
                here = not text[: mention.start].endswith(_BEFORE)
                ranked.append(((here, depth, support, mention.end - mention.start, -mention.start), slug))
        return self._regions[max(ranked)[1]] if ranked else None

    def _climb(self, slug: str) -> tuple[str, ...]:
        """Follow the parents; a loop or a missing parent, which `knowledge.check` reports, ends the way."""
        chain: list[str] = []
        place: str | None = slug
        while place and place not in chain and place != COUNTRY:
            chain.append(place)
            region = self._regions.get(place)
            place = region.parent if region else None
        return (*chain, COUNTRY)

    def _resolve(self, mention: Mention, mentions: Sequence[Mention]) -> tuple[str | None, int]:
        """Decide which place a mention means and how many other mentions speak for it."""
        support = {place: self._support(place, mention, mentions) for place in mention.places}
        most = max(support.values())
        if not most:
            return self._choose(mention.likely), 0
        return self._choose([place for place in mention.places if support[place] == most]), most

    def _support(self, place: str, mention: Mention, mentions: Sequence[Mention]) -> int:
        above = self.chain(place)[1:]
        return sum(other is not mention and any(p in above for p in other.places) for other in mentions)

    def _choose(self, places: Sequence[str]) -> str | None:
        """Pick one of several places of the same name, or none rather than a guess."""
        for group in (
            places,
            [place for place in places if self._named(place)],
            [place for place in places if any(self._named(above) for above in self.chain(place)[1:-1])],
            [place for place in places if all(self.within(other, place) for other in places)],
            [place for place in places if _DEPTH[self._regions[place].level] < _DEPTH["district"]],
        ):
            if len(group) == 1:
                return group[0]
        return None

    def _named(self, slug: str) -> bool:
        region = self._regions.get(slug)
        return region is not None and region.slug != region.code


def _said(region: Region) -> bool:
    """Whether a place is said before the name of one in it: cities and districts, of the provinces the four cities."""
    return region.level in {"city", "district"} or (region.level == "province" and region.name.endswith("市"))


def _gone(text: str, mention: Mention) -> bool:
    return bool(_NOT_HERE.search(text[: mention.start]) or _AWAY.match(text, mention.end))
