"""Who waits unseen: parents whose counsellor does not answer, and cases that nobody takes in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, Interval, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

# The parent's first words after the last ones of a person: from then on they wait. The case counts from its taking,
# and one that was put off from its time.
_SILENT = text("""
    SELECT cases.id, cases.conversation_id,
        greatest(words.since, cases.claimed_at, coalesce(cases.snoozed_until, cases.claimed_at)) AS since
    FROM cases
    JOIN conversations ON conversations.id = cases.conversation_id AND conversations.holder = 'person'
    JOIN LATERAL (
        SELECT min(messages.at) AS since FROM messages
        WHERE messages.conversation_id = cases.conversation_id AND messages.who = 'parent'
            AND messages.id > coalesce((
                SELECT answer.id FROM messages AS answer
                WHERE answer.conversation_id = cases.conversation_id AND answer.who = 'person'
                    AND answer.state <> 'withdrawn'
                ORDER BY answer.id DESC LIMIT 1), 0)
    ) AS words ON words.since IS NOT NULL
    WHERE cases.state = 'claimed' AND cases.kind = ANY(:kinds) AND cases.id = ANY(coalesce(:only, ARRAY[cases.id]))
        AND (cases.snoozed_until IS NULL OR cases.snoozed_until <= :now)
        AND greatest(words.since, cases.claimed_at, coalesce(cases.snoozed_until, cases.claimed_at))
            <= CASE WHEN cases.level IN ('high', 'urgent') THEN :grave ELSE :usual END
    ORDER BY since, cases.id LIMIT 200
""").bindparams(
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("only", type_=ARRAY(BigInteger)),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "usual", "grave")),
)

# Dangers that nobody has looked at climb by their alerts. What was moved before has a whole period at each station: it
# is left out here, or many of them would keep the others from ever being looked at.
_OVERDUE = text("""
    SELECT cases.id, cases.conversation_id FROM cases
    JOIN stations ON stations.id = cases.station_id
    JOIN stations AS further ON further.id = stations.next_id AND further.active AND further.id <> stations.id
    JOIN unnest(:kinds, :levels, :periods) AS rule (kind, level, period)
        ON rule.kind = cases.kind AND rule.level = cases.level
    WHERE cases.state = 'open' AND NOT cases.sealed AND cases.moves < :most
        AND greatest(cases.due_at, cases.moved_at + rule.period) < :now
        AND (cases.snoozed_until IS NULL OR cases.snoozed_until <= :now)
        AND NOT (cases.level IN ('high', 'urgent') AND cases.acknowledged_at IS NULL)
    ORDER BY cases.due_at, cases.id LIMIT 200
""").bindparams(
    bindparam("kinds", type_=ARRAY(Text)),
    bindparam("levels", type_=ARRAY(Text)),
    bindparam("periods", type_=ARRAY(Interval)),
)


@dataclass(frozen=True, slots=True)
class Silent:
    """A case whose holder has not answered, and since when the parent waits for it."""

    id: int
    conversation_id: int
    since: datetime


async def silent(
    conn: AsyncConnection,
    kinds: Sequence[str],
    *,
    now: datetime,
    usual: datetime,
    grave: datetime,
    only: int | None = None,
) -> list[Silent]:
    """List cases of some kinds in which the parent has waited since before `usual`, in danger since before `grave`.

    `only` asks for one case again, under its lock.
    """
    asked = {"kinds": list(kinds), "only": None if only is None else [only], "now": now, "usual": usual, "grave": grave}
    return [Silent(*row) for row in await conn.execute(_SILENT, asked)]


async def overdue(
    conn: AsyncConnection, periods: Mapping[tuple[str, str], timedelta], *, now: datetime, most: int
) -> list[tuple[int, int]]:
    """List open cases that are over their time and whose station has a next one, with their conversations.

    `periods` tells by kind and level how long a case has at a station. Those that a rule has moved `most` times already
    stay where they are.
    """
    kinds, levels = [kind for kind, _ in periods], [level for _, level in periods]
    asked = {"kinds": kinds, "levels": levels, "periods": list(periods.values()), "now": now, "most": most}
    rows = await conn.execute(_OVERDUE, asked)
    return [(row[0], row[1]) for row in rows]


async def further(conn: AsyncConnection, station_id: int) -> tuple[int, str, str] | None:
    """Give number and name of the station that helps out, and the name of the one that it helps; None without one."""
    query = text("""
        SELECT further.id, further.name, stations.name FROM stations
        JOIN stations AS further ON further.id = stations.next_id AND further.active AND further.id <> stations.id
        WHERE stations.id = :id
    """)
    row = (await conn.execute(query, {"id": station_id})).one_or_none()
    return (row[0], row[1], row[2]) if row else None
