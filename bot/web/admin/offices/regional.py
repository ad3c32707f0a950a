"""What a whole place counts: the number that its office typed for a month, else the sum of its units. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.regions import COUNTRY, RegionTree

Months = Mapping[tuple[date, str], int]  # by month (its first day) and name


@dataclass(frozen=True, slots=True)
class Regional:
    """A number over some months (None: nobody told one), and whether months of it were typed or added up."""

    number: int | None = None
    typed: bool = False
    added: bool = False

    @property
    def origin(self) -> str:
        """Say where it comes from."""
        if self.typed:
            return "填报，缺的月份用单位合计" if self.added else "填报"
        return "单位合计" if self.added else "没有填"


def by_region(
    typed: Mapping[str, Months], summed: Mapping[str, Months], tree: RegionTree
) -> dict[str, dict[str, Regional]]:
    """Give the numbers of each region and name. The units of a region are those in it and in all that lies in it.

    A number that a region below has typed says nothing of the region above: it may leave units out.
    """
    beneath: dict[str, dict[tuple[date, str], int]] = {}
    for region, months in summed.items():
        for above in tree.chain(region):
            if above != COUNTRY:
                held = beneath.setdefault(above, {})
                for key, number in months.items():
                    held[key] = held.get(key, 0) + number
    shown = set(typed) | set(summed)
    return {region: _region(typed.get(region, {}), beneath.get(region, {})) for region in shown}


def of_one(typed: Months, summed: Mapping[str, Months]) -> dict[str, Regional]:
    """Give the numbers of one region; `summed` are the sums of all regions in it."""
    added: dict[tuple[date, str], int] = {}
    for months in summed.values():
        for key, number in months.items():
            added[key] = added.get(key, 0) + number
    return _region(typed, added)


def origin_of(numbers: Iterable[Regional]) -> str:
    """Say of several numbers together where they come from."""
    told = [one for one in numbers if one.number is not None]
    return Regional(0, any(one.typed for one in told), any(one.added for one in told)).origin


def _region(typed: Months, added: Months) -> dict[str, Regional]:
    found: dict[str, Regional] = {}
    for key in {*typed, *added}:
        held = found.get(key[1], Regional(0))
        own = key in typed
        number = (held.number or 0) + (typed[key] if own else added[key])
        found[key[1]] = Regional(number, held.typed or own, held.added or not own)
    return found
