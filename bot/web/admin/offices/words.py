"""What is asked and how a unit stands with it, in words that blame nobody. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.web.sheets import FEW, NOTHING
from knowledge.demands import PERIODS, Count, Coverage, Demand, Table
from knowledge.model import Source
from knowledge.sources import cite
from knowledge.terms import Term
from knowledge.verdicts import Covered, State, Verdict

STATES: Mapping[State, str] = {
    State.BEHIND: "还差的",
    State.UNREPORTED: "没有报全",
    State.ON_THE_WAY: "时间还够",
    State.DONE: "都够了",
}
HIDDEN = f"不足 {FEW}"


@dataclass(frozen=True, slots=True)
class Told:
    """A state as a page shows it: words, more words below them, an icon and a colour, never one of them alone."""

    text: str
    more: str
    icon: str
    state: str


def told(verdict: Verdict, demand: Demand, count: Count, term: Term, today: date) -> Told:
    """Put a verdict into words."""
    if verdict.state == State.UNREPORTED:
        return Told("没有报", "", "question", "")
    if verdict.state == State.DONE:
        return Told("有" if count.yes_no else f"{verdict.have} {count.measure}", "够了", "check", "good")
    if verdict.have is None:
        return Told("还早", "还没到填报的时候", "clock", "")
    lacking = "还没有" if count.yes_no else f"还差 {verdict.missing} {count.measure}"
    if verdict.state == State.ON_THE_WAY:
        return Told(lacking, f"已有 {verdict.have}，时间还够", "clock", "")
    return Told(lacking, "" if count.yes_no else _so_far(verdict, demand, term, today), "risk-concern", "warn")


def _so_far(verdict: Verdict, demand: Demand, term: Term, today: date) -> str:
    if demand.period == "now":
        return f"现有 {verdict.have}，要 {verdict.need}"
    if verdict.over:
        return f"到期末共 {verdict.have}" if demand.period == "term" else f"到期共 {verdict.have}"
    week = term.week(today)
    if demand.period == "term" and week:
        return f"约第 {week} 周，已有 {verdict.have}"
    return f"到今天已有 {verdict.have}"


def asks(demand: Demand, table: Table) -> str:
    """Say what is asked, as 家长会每学期至少 2 次."""
    count = table.counts[demand.count]
    if demand.as_many_as:
        other = table.counts[demand.as_many_as]
        return f"{count.name}至少和{other.name}一样多"
    if count.yes_no:
        return f"有{count.name}"
    when = f"{min(demand.months)}—{max(demand.months)} 月" if demand.months else PERIODS[demand.period]
    return f"{count.name}{' ' if when and demand.months else ''}{when}至少 {demand.least} {count.measure}"


def head(column: tuple[str, str], demands: list[Demand], table: Table) -> tuple[str, str]:
    """Name a column: what is counted, and how much is asked where it is the same for all."""
    count = table.counts[column[0]]
    if count.yes_no or demands[0].as_many_as:
        return count.name, ""
    least = {one.least for one in demands}
    first = demands[0]
    when = f"{min(first.months)}—{max(first.months)} 月" if first.months else PERIODS[first.period]
    much = f"{least.pop()} {count.measure}" if len(least) == 1 else ""
    return count.name, f"{when} {much}".strip()


def cited(demand: Demand, sources: Mapping[str, Source]) -> tuple[str, str]:
    """Give the source of a demand: its id in the library ("" if it is gone), and how people name it."""
    found = cite([demand.source], sources)
    if not found:
        return "", demand.source
    [(source, article)] = found
    return source.id, f"《{source.title}》{article or demand.place}"


@dataclass(frozen=True, slots=True)
class Share:
    """A coverage in words: `bar` is how far it is drawn, None where it is hidden or not known."""

    name: str
    much: str
    rate: str
    more: str
    bar: int | None


def share(coverage: Coverage, covered: Covered, table: Table) -> Share:
    """Put a coverage into words. Behind a small number of people somebody may be known: it is not told."""
    count = table.counts[coverage.part]
    silent = f"{covered.silent} 个单位没有报" if covered.silent else "都报了"
    if covered.silent == covered.units or not covered.of:
        return Share(coverage.name, NOTHING, NOTHING, silent if covered.silent else "没有可以算的", None)
    if count.people and (0 < covered.have < FEW or 0 < covered.of - covered.have < FEW):
        return Share(coverage.name, HIDDEN if covered.have < FEW else NOTHING, NOTHING, "人数少，不显示", None)
    rate = covered.have / covered.of
    least = "至少 " if covered.silent and not coverage.whole else ""
    much = f"{covered.have} / {covered.of} {count.measure}"
    return Share(coverage.name, much, f"{least}{rate:.0%}", silent, min(round(rate * 100), 100))


def few(number: int | None, count: Count) -> int | str:
    """Write a number for those who did not type it in."""
    if number is None:
        return ""
    return HIDDEN if count.people and 0 < number < FEW else number
