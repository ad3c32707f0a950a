"""What became of dangers over a period: detected, a case opened, alerted, acknowledged, answered, closed with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, false, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import GRAVE
from bot.store.events import CaseTag
from bot.store.tables import case_events, cases, detections


@dataclass(frozen=True, slots=True)
class Spread:
    """How many seconds something took: the median and the 90th percentile."""

    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """High and urgent dangers of a period.

    `detected` counts messages by level; what an erased parent wrote is no longer among them. All others count the
    cases that were opened in the period, whenever the steps came; each step counts a case once, by the first time.
    `reached` are those whose alerts a robot took; `outcomes` the closed ones by what became of them (`erased`: the
    parent deleted everything). The spreads run from the opening; None where the step has not happened yet.
    """

    since: datetime
    until: datetime
    detected: Mapping[str, int]
    opened: int
    alerted: int
    reached: int
    acknowledged: int
    answered: int
    closed: int
    outcomes: Mapping[str, int]
    to_alert: Spread | None
    to_acknowledge: Spread | None
    to_answer: Spread | None


# The columns alerted_at and acknowledged_at speak of the newest danger of a case; its timeline has the first times.
_TAGS = (CaseTag.ALERTED, CaseTag.ESCALATED, CaseTag.ACKNOWLEDGED)
_REACHED = func.jsonb_path_exists(case_events.c.detail, literal_column("""'$.delivered[*] ? (@ != "desk")'"""))


def _opened(since: datetime, until: datetime, only: ColumnElement[bool]) -> Subquery:
    """Give the grave cases of the period, each with the first time of its steps."""
    first = func.min(case_events.c.at)
    # Lateral: the steps of some hundred cases by their index, not all steps of all cases.
    steps = (
        select(
            first.filter(case_events.c.tag == CaseTag.ALERTED).label("alerted_at"),
            first.filter(case_events.c.tag == CaseTag.ACKNOWLEDGED).label("acknowledged_at"),
            func.coalesce(func.bool_or(_REACHED), false()).label("reached"),
        )
        .where(case_events.c.case_id == cases.c.id, case_events.c.tag.in_(_TAGS))
        .lateral("steps")
    )
    seen = func.coalesce(steps.c.acknowledged_at, cases.c.acknowledged_at).label("acknowledged_at")
    columns = (cases.c.id, cases.c.state, cases.c.outcome, cases.c.opened_at, cases.c.answered_at)
    query = (
        select(*columns, steps.c.alerted_at, seen, steps.c.reached)
        .select_from(cases.join(steps, true()))
        .where(cases.c.level.in_(GRAVE), cases.c.opened_at >= since, cases.c.opened_at < until, only)
    )
    return query.subquery("opened")


def _spread(opened: Subquery, step: str) -> list[ColumnElement[Any]]:
    # A clock that was put back between the two must not make a time of less than nothing.
    moment = opened.c[f"{step}_at"]
    seconds = func.greatest(func.date_part("epoch", moment - opened.c.opened_at), 0)
    return [
        func.percentile_cont(part).within_group(seconds).filter(moment.is_not(None)).label(f"{step}_{part}")
        for part in (0.5, 0.9)
    ]


async def funnel(
    conn: AsyncConnection, since: datetime, until: datetime, only: ColumnElement[bool] | None = None
) -> Funnel:
    """Count the dangers from `since` up to, not with, `until`.

    With `only` (a condition on `cases`) just those cases: what was detected and the outcomes are then left empty.
    """
    detected = await _detected(conn, since, until) if only is None else {}
    opened = _opened(since, until, true() if only is None else only)
    counts = select(
        func.count().label("opened"),
        func.count(opened.c.alerted_at).label("alerted"),
        func.count().filter(opened.c.reached).label("reached"),
        func.count(opened.c.acknowledged_at).label("acknowledged"),
        func.count(opened.c.answered_at).label("answered"),
        func.count().filter(opened.c.state == "closed").label("closed"),
        *_spread(opened, "alerted"),
        *_spread(opened, "acknowledged"),
        *_spread(opened, "answered"),
    )
    row = (await conn.execute(counts)).one()
    return Funnel(
        since=since,
        until=until,
        detected={level: detected.get(level, 0) for level in GRAVE},
        opened=row.opened,
        alerted=row.alerted,
        reached=row.reached,
        acknowledged=row.acknowledged,
        answered=row.answered,
        closed=row.closed,
        outcomes=await _outcomes(conn, opened) if only is None else {},
        to_alert=_read(row, 6),
        to_acknowledge=_read(row, 8),
        to_answer=_read(row, 10),
    )


async def _detected(conn: AsyncConnection, since: datetime, until: datetime) -> dict[str, int]:
    found = select(detections.c.level, func.count()).where(
        detections.c.level.in_(GRAVE), detections.c.at >= since, detections.c.at < until
    )
    return {row[0]: row[1] for row in await conn.execute(found.group_by(detections.c.level))}


async def _outcomes(conn: AsyncConnection, opened: Subquery) -> dict[str, int]:
    what = func.split_part(func.coalesce(opened.c.outcome, ""), "：", 1)  # what follows is a note on the family
    query = select(what, func.count()).where(opened.c.state == "closed").group_by(what)
    return {row[0]: row[1] for row in await conn.execute(query.order_by(func.count().desc(), what))}


def _read(row: Row[Any], first: int) -> Spread | None:
    median, p90 = row[first], row[first + 1]
    return None if median is None else Spread(float(median), float(p90))
