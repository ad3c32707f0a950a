"""What offices count for schools, kindergartens and stations, and what is asked of these: the table `demands.yaml`.

Counts, demands with their sources, coverages. Whether they are met: `knowledge/verdicts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from knowledge import yaml_text

Sort = Literal["school", "kindergarten", "station", "town", "office", "college"]
SORTS: Mapping[str, tuple[str, str]] = {  # its name, and the word with which such units are counted
    "school": ("学校", "所"),
    "kindergarten": ("幼儿园", "所"),
    "station": ("社区站点", "个"),
    "town": ("镇街", "个"),
    "office": ("主管部门", "个"),
    "college": ("教师进修学院", "所"),
}
Period = Literal["term", "year", "season", "now"]
PERIODS: Mapping[str, str] = {"term": "每学期", "year": "每年", "season": "", "now": ""}


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted. `sums`: months add up; else the last number stands. See the head of the table."""

    id: str
    name: str
    measure: str
    sorts: tuple[str, ...]
    sums: bool = False
    yes_no: bool = False
    people: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """So much of a count is asked of units of some sorts in a place and below it; `only`: in that place alone.

    `says` are the words of the source, or what they mean (`paraphrase`): no quotation then.
    """

    id: str
    region: str
    sorts: tuple[str, ...]
    count: str
    period: Period
    source: str
    says: str
    least: int = 0
    as_many_as: str = ""
    months: tuple[int, ...] = ()
    place: str = ""
    note: str = ""
    only: bool = False
    paraphrase: bool = False

    @property
    def column(self) -> tuple[str, str]:
        """What it is about: demands of different places about the same stand in one column."""
        return self.count, self.period


@dataclass(frozen=True, slots=True)
class Coverage:
    """A share that offices report: `part` of the count `whole`, or of the units themselves."""

    id: str
    name: str
    sorts: tuple[str, ...]
    part: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table."""

    counts: Mapping[str, Count]
    demands: tuple[Demand, ...]
    coverages: tuple[Coverage, ...]

    @property
    def judged(self) -> frozenset[str]:
        """Name the counts that demands and coverages look at."""
        looked = {name for one in self.demands for name in (one.count, one.as_many_as)}
        return frozenset(looked | {name for one in self.coverages for name in (one.part, one.whole)}) - {""}

    def counted_by(self, sort: str) -> list[Count]:
        """Give what units of a sort count, in the order of the table."""
        return [count for count in self.counts.values() if sort in count.sorts]

    def asked(self, sort: str, chain: Sequence[str]) -> tuple[Demand, ...]:
        """Give what is asked of a unit: of several about the same the highest, and of those the nearest.

        `chain` is its region and those above it, the nearest first.
        """
        found: dict[tuple[str, str], Demand] = {}
        for demand in self.demands:
            reaches = demand.region == chain[0] if demand.only else demand.region in chain
            if sort in demand.sorts and reaches:
                held = found.get(demand.column)
                rank = (demand.least, -chain.index(demand.region))
                if held is None or rank > (held.least, -chain.index(held.region)):
                    found[demand.column] = demand
        order = list(self.counts)
        return tuple(sorted(found.values(), key=lambda one: (one.period == "now", order.index(one.count))))


@lru_cache(maxsize=1)
def packaged() -> Table:
    """Read the table that comes with the product."""
    return read(files("knowledge").joinpath("demands.yaml").read_text("utf-8"))


def read(text: str) -> Table:
    """Read a table.

    Raises:
        ValueError: it cannot be read, or names what is not there.
    """
    held, faults = yaml_text.read(text, "demands.yaml")
    if faults or not isinstance(held, dict):
        raise ValueError(f"demands.yaml: {faults[:3]}")
    counts = {one["id"]: Count(**_tuples(one)) for one in held["counts"]}
    demands = tuple(Demand(**_tuples(one)) for one in held["demands"])
    coverages = tuple(Coverage(**_tuples(one)) for one in held["coverages"])
    table = Table(counts, demands, coverages)
    if unknown := table.judged - set(counts):
        raise ValueError(f"demands.yaml: no such counts: {sorted(unknown)}")
    if vague := [one.id for one in demands if bool(one.least) == bool(one.as_many_as)]:
        raise ValueError(f"demands.yaml: how many? {vague}")
    return table


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
