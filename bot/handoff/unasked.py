"""Whether somebody may be written to unasked. Who hurts a family may read its phone: in doubt nothing is sent.

`why_not` is pure; `barred` asks it of a conversation that is locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.kinds import TALKS
from bot.handoff.sending import quiet
from bot.messages import GRAVE
from bot.store import subscriptions
from bot.store.conversations import Conversation
from knowledge.calendar import CHINA

REMEMBERED = timedelta(days=14)
FROM, UNTIL = time(8), time(21)  # China's time; nothing unasked outside of it

Why = Literal["", "quiet", "danger", "person"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks against it: a quiet conversation, a grave danger lately or open, a person who talks or is awaited."""

    quiet: bool = False
    grave: bool = False
    person: bool = False


def why_not(standing: Standing) -> Why:
    """Say why somebody may not be written to unasked; "" when they may."""
    if standing.quiet:
        return "quiet"
    if standing.grave:
        return "danger"
    return "person" if standing.person else ""


def at_night(now: datetime) -> bool:
    """Whether people sleep, or should."""
    return not FROM <= now.astimezone(CHINA).time() < UNTIL


def morning(now: datetime) -> datetime:
    """Give the next time at which something unasked may arrive."""
    local = now.astimezone(CHINA)
    day = local.date() + timedelta(days=local.time() >= UNTIL)
    return datetime.combine(day, FROM, CHINA) if at_night(now) else now


async def barred(conn: AsyncConnection, conversation: Conversation, now: datetime) -> Why:
    """Ask of a locked conversation why its parent may not be written to unasked."""
    after = now - REMEMBERED
    found = await subscriptions.danger(conn, conversation.id, after, TALKS)
    grave = found.grave or found.open_danger or _remembered(conversation.state.get("risk"), after)
    person = conversation.holder != "bot" or found.open_talk
    return why_not(Standing(quiet(conversation), grave, person))


def _remembered(risk: object, after: datetime) -> bool:
    """Whether the dialogue itself remembers a grave danger; one whose time cannot be read counts."""
    if not isinstance(risk, Mapping) or risk.get("level") not in GRAVE:
        return False
    try:
        at = datetime.fromisoformat(str(risk.get("at")))
    except ValueError:
        return True
    return at.tzinfo is None or at >= after
