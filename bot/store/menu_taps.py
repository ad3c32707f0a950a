"""How often the account's menu was tapped, counted from the keys of acts that are kept anyway: no words, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import inbounds

# As bot/channels/wechat/parse.py writes them: e:<seconds>:CLICK:<key of the button>, e:<seconds>:VIEW:<address>.
_EVENT, _KEY = "^e:[0-9]+:(CLICK|VIEW):", "^e:[0-9]+:[A-Z]+:(.*)$"


@dataclass(frozen=True, slots=True)
class Taps:
    """How often a button was tapped, and by how many parents."""

    times: int
    parents: int


async def tapped(conn: AsyncConnection, since: datetime) -> dict[str, Taps]:
    """Count taps since then, by what the button carries. An address too long to be kept is not counted."""
    carried = func.substring(inbounds.c.key, _KEY)
    query = (
        select(carried, func.count(), func.count(inbounds.c.conversation_id.distinct()))
        .where(inbounds.c.received_at >= since, inbounds.c.key.regexp_match(_EVENT))
        .group_by(carried)
    )
    return {row[0]: Taps(row[1], row[2]) for row in await conn.execute(query)}
