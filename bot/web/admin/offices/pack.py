"""The evidence to take along: how units stand, shares, all numbers by month, and what is asked where. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.web.admin.offices import words
from bot.web.admin.offices.standings import Standings, columns
from bot.web.admin.offices.words import STATES
from bot.web.sheets import NOTHING, Cell, Sheet
from knowledge.demands import SORTS, Count, Demand, Table
from knowledge.model import Source
from knowledge.regions import RegionTree
from knowledge.terms import Term
from knowledge.verdicts import Counted, standing


def pack(
    table: Table,
    tree: RegionTree,
    sources: Mapping[str, Source],
    standings: Standings,
    counted: Mapping[int, Counted],
    months: Sequence[date],
    term: Term,
) -> list[Sheet]:
    """Give the four tables."""
    asked = [demand for held in columns(standings.rows).values() for demand in held]
    return [
        _met(table, tree, sources, standings, term),
        _covered(table, standings),
        _monthly(table, tree, standings, counted, months, term),
        _bases(table, tree, sources, asked),
    ]


def _met(table: Table, tree: RegionTree, sources: Mapping[str, Source], standings: Standings, term: Term) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for row in standings.rows:
        own = (row.unit.name, SORTS[row.unit.sort][0], tree.name(row.unit.region))
        for demand, verdict in row.verdicts.values():
            need: Cell = "没有报" if verdict.need is None else verdict.need
            have: Cell = "没有报" if verdict.have is None else verdict.have
            source = words.cited(demand, sources)[1]
            lacks: Cell = verdict.missing if verdict.have is not None and verdict.need is not None else ""
            rows.append((*own, words.asks(demand, table), need, have, lacks, STATES[verdict.state], source))
    head = ("单位", "种类", "辖区", "要求", "要多少", "有多少", "还差", term.words, "依据")
    return Sheet("达标", head, tuple(rows))


def _covered(table: Table, standings: Standings) -> Sheet:
    shares = [words.share(one, found, table) for one, found in standings.coverages]
    rows = tuple((one.name, one.much, one.rate, one.more) for one in shares)
    return Sheet("覆盖率", ("项目", "多少", "覆盖率", "填报"), rows)


def _monthly(
    table: Table,
    tree: RegionTree,
    standings: Standings,
    counted: Mapping[int, Counted],
    months: Sequence[date],
    term: Term,
) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for unit in (row.unit for row in standings.rows):
        own = counted.get(unit.id, {})
        for count in table.counted_by(unit.sort):
            numbers = own.get(count.id, {})
            if not numbers:
                continue
            cells = (*(words.few(numbers.get(month), count) for month in months), _whole(own, count, term))
            rows.append((unit.name, SORTS[unit.sort][0], tree.name(unit.region), count.name, count.measure, *cells))
    named = (f"{month.year} 年 {month.month} 月" for month in months)
    return Sheet("分月", ("单位", "种类", "辖区", "数", "计量", *named, "本学期合计或最近"), tuple(rows))


def _whole(own: Counted, count: Count, term: Term) -> Cell:
    """Sum up the months of the term, or give what stands at its end. A sum beside a hidden month would tell it."""
    if not count.sums:
        return words.few(standing(own, count.id, term.months.last), count)
    span = term.months
    told = [number for month, number in own.get(count.id, {}).items() if span.first <= month <= span.last]
    if any(words.few(number, count) == words.HIDDEN for number in told):
        return NOTHING
    return sum(told) if told else ""


def _bases(table: Table, tree: RegionTree, sources: Mapping[str, Source], asked: Iterable[Demand]) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for demand in asked:
        found = sources.get(words.cited(demand, sources)[0])
        sorts = "、".join(SORTS[sort][0] for sort in demand.sorts)
        where = "全国" if demand.region == "china" else tree.name(demand.region)
        told = (found.issuer, found.number or "", found.date.isoformat()) if found else ("", "", "")
        cited = words.cited(demand, sources)[1]
        says = f"（大意）{demand.says}" if demand.paraphrase else demand.says
        rows.append((words.asks(demand, table), sorts, where, cited, *told, says, demand.note))
    head = ("要求", "对谁", "哪里", "依据", "发文", "文号", "日期", "原文", "说明")
    return Sheet("依据", head, tuple(rows))
