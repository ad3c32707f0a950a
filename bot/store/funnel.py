"""What became of dangers over a period: detected, a case opened, alerted, acknowledged, answered, closed with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.cases import GRAVE
from bot.store.tables import detections


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
_CASES = """
    WITH opened AS (
        SELECT cases.id, state, outcome, opened_at, answered_at,
            min(e.at) FILTER (WHERE e.tag = 'case:alerted') AS alerted_at,
            coalesce(min(e.at) FILTER (WHERE e.tag = 'case:acknowledged'), acknowledged_at) AS acknowledged_at,
            coalesce(bool_or(jsonb_path_exists(e.detail, '$.delivered[*] ? (@ != "desk")')), false) AS reached
        FROM cases LEFT JOIN case_events AS e
            ON e.case_id = cases.id AND e.tag IN ('case:alerted', 'case:escalated', 'case:acknowledged')
        WHERE cases.level IN ('high', 'urgent') AND opened_at >= :since AND opened_at < :until
        GROUP BY cases.id
    )
"""


def _spread(step: str) -> str:
    # A clock that was put back between the two must not make a time of less than nothing.
    seconds = f"greatest(extract(epoch FROM {step}_at - opened_at), 0)"
    return ", ".join(
        f"percentile_cont({part}) WITHIN GROUP (ORDER BY {seconds}) FILTER (WHERE {step}_at IS NOT NULL)"
        for part in ("0.5", "0.9")
    )


_COUNTS = text(
    f"""{_CASES}
    SELECT count(*) AS opened, count(alerted_at) AS alerted, count(*) FILTER (WHERE reached) AS reached,
        count(acknowledged_at) AS acknowledged, count(answered_at) AS answered,
        count(*) FILTER (WHERE state = 'closed') AS closed,
        {_spread("alerted")}, {_spread("acknowledged")}, {_spread("answered")}
    FROM opened"""  # noqa: S608  (made of the constants above)
)
_OUTCOMES = text(
    f"""{_CASES}
    SELECT split_part(coalesce(outcome, ''), '：', 1) AS what, count(*)  -- what follows is a note on the family
    FROM opened WHERE state = 'closed' GROUP BY what ORDER BY count(*) DESC, what"""  # noqa: S608  (as above)
)


async def funnel(conn: AsyncConnection, since: datetime, until: datetime) -> Funnel:
    """Count the dangers from `since` up to, not with, `until`."""
    period = {"since": since, "until": until}
    found = (
        select(detections.c.level, func.count())
        .where(detections.c.level.in_(GRAVE), detections.c.at >= since, detections.c.at < until)
        .group_by(detections.c.level)
    )
    detected = {row[0]: row[1] for row in await conn.execute(found)}
    row = (await conn.execute(_COUNTS, period)).one()
    outcomes = {one[0]: one[1] for one in await conn.execute(_OUTCOMES, period)}
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
        outcomes=outcomes,
        to_alert=_read(row, 6),
        to_acknowledge=_read(row, 8),
        to_answer=_read(row, 10),
    )


def _read(row: Row[Any], first: int) -> Spread | None:
    median, p90 = row[first], row[first + 1]
    return None if median is None else Spread(float(median), float(p90))
