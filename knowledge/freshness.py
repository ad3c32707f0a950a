"""How long a number that somebody dialled is good for: when to dial it again, when parents see it no more. Pure.

A wrong number at night is worse than none: whoever dials it in need has no strength for a second search. So a number
that was checked once and not again in time is hidden, and the to-do list names it weeks before. Three things are never
hidden. Emergency numbers and national lines: they don't change unnoticed, and everybody must be left with some number.
Numbers that nobody has dialled yet: most of the library is such, taken from documents; they are shown with the year of
the document and are the first to be dialled. What has no number: there is nothing to dial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from knowledge.model import Entry, Library, Listing, ListingKind, Source
from knowledge.regions import COUNTRY
from knowledge.sources import cite

State = Literal["never", "current", "due", "hidden", "none", "exempt"]

# Lines, stations and services change hands with a contract or a year's plan; schools and offices move seldom.
LIMITS: Mapping[ListingKind, timedelta] = {
    "hotline": timedelta(days=365),
    "station": timedelta(days=365),
    "centre": timedelta(days=365),
    "service": timedelta(days=365),
    "school": timedelta(days=540),
    "organisation": timedelta(days=540),
    "platform": timedelta(days=540),
}
AHEAD = timedelta(days=60)  # so long before its limit a number is on the to-do list


@dataclass(frozen=True, slots=True)
class Freshness:
    """How a listing's number stands: `due` is when it is to be dialled, `hides` when parents see it no more.

    never: nobody has dialled it; none: it has no number; exempt: an emergency number, which nobody dials for a trial.
    These have no dates.
    """

    state: State
    due: date | None = None
    hides: date | None = None


def freshness(listing: Listing, today: date) -> Freshness:
    """Say how a listing's number stands on a day."""
    if listing.phone is None:
        return Freshness("none")
    if listing.kind == "emergency":
        return Freshness("exempt")
    if listing.verified is None:
        return Freshness("never")
    limit = _after(listing.verified.on, LIMITS[listing.kind])
    due, hides = limit - AHEAD, None if lasting(listing) else limit
    if hides is not None and today > hides:
        return Freshness("hidden", due, hides)
    return Freshness("due" if today >= due else "current", due, hides)


def hidden(listing: Listing, today: date) -> bool:
    """Whether parents are not shown it on a day."""
    return freshness(listing, today).state == "hidden"


def lasting(listing: Listing) -> bool:
    """Whether it is shown however old its check is."""
    return listing.region == COUNTRY


def updated(entry: Entry, library: Library) -> tuple[Source, ...]:
    """Give the sources of an entry that are newer than its last reading: it should be read again."""
    read = entry.reviewed or entry.written
    return tuple(source for source, _ in cite(entry.sources, library.sources) if source.date > read)


def _after(day: date, span: timedelta) -> date:
    """Give a day so much later; a mistyped year far ahead is as far as dates go."""
    return day + span if date.max - day > span else date.max
