"""How all units of a place stand with what is asked of them in a term: rows, sums, shares. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.store.units import Unit
from knowledge.demands import Coverage, Demand, Table
from knowledge.regions import RegionTree
from knowledge.terms import Term
from knowledge.verdicts import Counted, Covered, State, Verdict, applies, cover, judge, span_of, whole

Column = tuple[str, str]  # a count, and the period in which so much of it is asked


@dataclass(frozen=True, slots=True)
class Row:
    """A unit: how it stands with each demand, by column, and with all of them (None: nothing is asked)."""

    unit: Unit
    verdicts: Mapping[Column, tuple[Demand, Verdict]]
    state: State | None

    @property
    def states(self) -> frozenset[State | None]:
        """Name the states under which it is listed: who is behind may have told some numbers not at all, besides."""
        silent = any(verdict.state == State.UNREPORTED for _, verdict in self.verdicts.values())
        return frozenset({self.state, State.UNREPORTED} if silent else {self.state})


@dataclass(frozen=True, slots=True)
class Standings:
    """All of them, in the order of the units."""

    rows: tuple[Row, ...]
    coverages: tuple[tuple[Coverage, Covered], ...]

    def of(self, sort: str = "", show: str = "") -> list[Row]:
        """Give the rows of a sort and a state; "" for all."""
        return [row for row in self.rows if sort in ("", row.unit.sort) and (not show or show in row.states)]

    def sums(self) -> dict[State | None, int]:
        """Count the units by how they stand; who is behind and has not told all stands under both."""
        found: dict[State | None, int] = {}
        for row in self.rows:
            for state in row.states:
                found[state] = found.get(state, 0) + 1
        return found


def stand(
    table: Table,
    tree: RegionTree,
    units: Sequence[Unit],
    counted: Mapping[int, Counted],
    term: Term,
    today: date,
) -> Standings:
    """Judge every unit."""
    nothing: Counted = {}
    asked: dict[tuple[str, str], tuple[Demand, ...]] = {}
    rows = []
    for unit in units:
        key = (unit.sort, unit.region)
        if key not in asked:
            found = table.asked(unit.sort, tree.chain(unit.region))
            asked[key] = tuple(demand for demand in found if applies(demand, term))
        own = counted.get(unit.id, nothing)
        verdicts = {one.column: (one, judge(one, own, term, today)) for one in asked[key]}
        rows.append(Row(unit, verdicts, whole(verdict for _, verdict in verdicts.values())))
    told = [(unit.sort, counted.get(unit.id, nothing)) for unit in units]
    covered = ((one, cover(one, told, term.months.last)) for one in table.coverages)
    return Standings(tuple(rows), tuple((one, found) for one, found in covered if found.units))


def columns(rows: Collection[Row]) -> dict[Column, list[Demand]]:
    """Give the columns of a table of rows, each with the demands that stand in it, the periods together."""
    found: dict[Column, list[Demand]] = {}
    for row in rows:
        for column, (demand, _) in row.verdicts.items():
            held = found.setdefault(column, [])
            if demand not in held:
                held.append(demand)
    return found


def months(demands: Collection[Demand], term: Term, today: date) -> tuple[date, date]:
    """Give the first and the last month whose numbers matter for a term: those of its year and its own."""
    spans = [term.months, *(span_of(one, term) for one in demands if one.period != "now" and applies(one, term))]
    first = min([date(term.year, 1, 1), *(span.first for span in spans)])
    last = min(max(span.last for span in spans), today)
    return first.replace(day=1), max(last.replace(day=1), first)


def range_of(first: date, last: date) -> list[date]:
    """Give the first days of the months from one to another."""
    found = []
    month = first.replace(day=1)
    while month <= last:
        found.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found
