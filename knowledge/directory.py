"""Where to turn: listings, activities and duties for a place, a child and a moment. Pure and made once per release."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from knowledge import freshness, hours
from knowledge.calendar import Calendar
from knowledge.hours import OpenStatus
from knowledge.model import Activity, Duty, Library, Listing
from knowledge.names import Named, Names, brand
from knowledge.occurrences import occurrences
from knowledge.regions import COUNTRY, RegionTree
from knowledge.responsibility import Duties

_OPEN_ORDER = {"yes": 0, "ask": 1, "no": 2}
# What has a date first, then what has a season, then what is always on, last what only says "this year".
_TIMELINESS = {"months": 1, "month-end": 1, "monthly": 1, "ongoing": 2, "term": 3, "yearly": 3}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An activity with one stretch of days. Not `exact`: some day in it, which the organiser announces."""

    activity: Activity
    start: date
    end: date
    exact: bool


class Directory:
    """What a library knows of services, seen from a place. A region sees its own things and those above it."""

    def __init__(self, library: Library, tree: RegionTree, calendar: Calendar) -> None:
        self._library = library
        self._tree = tree
        self._calendar = calendar
        things: tuple[Named, ...] = (
            *library.listings.values(),
            *library.activities.values(),
            *library.duties.values(),
        )
        self._names = Names(things, self._place_names)
        self._duties = Duties(library.duties.values())

    def listings(
        self,
        region: str | None,
        *,
        kinds: Collection[str] = (),
        topics: Collection[str] = (),
        stages: Collection[str] = (),
        families: Collection[str] = (),
        today: date | None = None,
    ) -> list[Listing]:
        """Give the listings for a place, the nearest first, then those for exactly these topics, then as filed.

        A listing without topics, stages or families of its own is for all of them. Without a region only the
        national ones are given. With `today`, those whose number nobody has dialled for too long are left out.
        """
        chain = self._chain(region)
        wanted = [
            listing
            for listing in self._library.listings.values()
            if listing.region in chain
            and not (today and freshness.hidden(listing, today))
            and (not kinds or listing.kind in kinds)
            and _fits(listing.topics, topics)
            and _fits(listing.stages, stages)
            and _fits(listing.families, families)
        ]
        return sorted(wanted, key=lambda listing: (chain.index(listing.region), not _shares(listing.topics, topics)))

    def with_status(self, listings: Iterable[Listing], now: datetime) -> list[tuple[Listing, OpenStatus]]:
        """Say of each whether it is open: open ones first, then those to ask, then by their next opening.

        Lines whose number is not published come last, whatever their hours: nobody can call them.
        """
        known = [(listing, hours.status(listing.hours, now, self._calendar, listing.closures)) for listing in listings]
        return sorted(known, key=lambda pair: (_mute(pair[0]), _OPEN_ORDER[pair[1].open], pair[1].opens or _NEVER))

    def fallbacks(self, listing: Listing) -> list[Listing]:
        """Give what to try when a listing does not answer or has no number yet, in the order to try."""
        known = self._library.listings
        return [known[name] for name in listing.fallback if name in known]

    def activities(
        self,
        region: str | None,
        start: date,
        end: date,
        *,
        topics: Collection[str] = (),
        stages: Collection[str] = (),
    ) -> list[Occurrence]:
        """Give what is on from `start` to `end`, both inclusive: dated ones first, then seasons, then the rest."""
        chain = self._chain(region)
        found = [
            Occurrence(activity, *stretch)
            for activity in self._library.activities.values()
            if activity.region in chain and _fits(activity.topics, topics) and _fits(activity.stages, stages)
            for stretch in occurrences(activity.recurrence, start, end)
        ]
        return sorted(found, key=partial(_when, chain))

    def duty(self, text: str, region: str | None) -> Duty | None:
        """Find who is responsible for the problem that a sentence describes; a national duty where no local one is."""
        return self._duties.find(text, self._chain(region))

    def named(self, text: str, region: str | None, today: date | None = None) -> list[Named]:
        """Give the things that a sentence mentions and that this place may see: longest name first, then nearest.

        Nothing of another place is given. While the place is not known, a local thing is given only if its name
        is all its own, so that the answer can say of which place it is. With `today`, no listing that is out of date.
        """
        chain = self._chain(region)
        found: dict[tuple[type, str], Named] = {}
        for name, things in self._names.mentioned(text):
            seen = [thing for thing in things if thing.region in chain]
            if not seen and region is None and len(things) == 1 and brand(name):
                seen = [things[0]]
            for thing in sorted(seen, key=lambda thing: chain.index(thing.region) if thing.region in chain else 0):
                if not (today and isinstance(thing, Listing) and freshness.hidden(thing, today)):
                    found.setdefault((type(thing), thing.id), thing)
        return list(found.values())

    def _chain(self, region: str | None) -> tuple[str, ...]:
        return self._tree.chain(region or COUNTRY)

    def _place_names(self, region: str) -> list[str]:
        """The names of a region and of those above it, from the top, full and short."""
        known = [self._library.regions[place] for place in self._tree.chain(region) if place in self._library.regions]
        return [name for place in reversed(known) for name in (place.name, place.name.rstrip("省市区县"))]


def _mute(listing: Listing) -> bool:
    return listing.kind in {"hotline", "emergency"} and listing.phone is None


def _fits(own: Collection[str], wanted: Collection[str]) -> bool:
    return not own or not wanted or _shares(own, wanted)


def _shares(own: Collection[str], wanted: Collection[str]) -> bool:
    return any(name in wanted for name in own)


def _when(chain: tuple[str, ...], occurrence: Occurrence) -> tuple[int, date, int]:
    activity = occurrence.activity
    return _TIMELINESS.get(activity.recurrence.rule, 0), occurrence.start, chain.index(activity.region)
