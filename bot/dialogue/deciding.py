"""Deciding one act under the lock of its conversation: what is known is loaded, searched and decided; nothing saved.

Shared by the turn, which saves what came of it, and by the rehearsal, which takes everything back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue import calling, diary, home_visits, own_file, saving, weekly
from bot.dialogue.decide import decide
from bot.dialogue.decision import Tools
from bot.dialogue.following import FOLLOWING
from bot.dialogue.plan import plan
from bot.handoff import rating
from bot.handoff.duty.placing import Placing
from bot.handoff.family import files
from bot.messages import Assessment, Inbound
from bot.safety import in_conversation
from bot.store.conversations import Conversation
from indexes.hits import Hits, Query

Search = Callable[[Query | None], Awaitable[Hits | None]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a decision stands on: the library, who is on duty, the search; all of one release."""

    tools: Tools
    placing: Placing
    search: Search


async def decided(
    ground: Ground,
    conn: AsyncConnection,
    inbound: Inbound,
    shown: Assessment,
    conversation: Conversation,
    now: datetime,
) -> saving.Decided:
    """Say what is answered to an act and what changes; `shown` is what safety makes of its words alone."""
    state, profile = saving.loaded(conversation)
    words = saving.words(inbound)
    assessment = in_conversation(shown, words, state.pieces(now), state.risk, now)
    tools, placing = ground.tools, ground.placing
    planned = plan(state, profile, inbound, tools)
    hits = await ground.search(planned.query)
    danger = assessment.crisis
    desk = await calling.look(placing, conn, conversation, inbound, planned, profile, now, danger=danger)
    profile = calling.learned(profile, desk, inbound, tools.tree)
    own = await rating.started(conn, conversation.id) if planned.act in FOLLOWING else ()
    of_file = planned.act in own_file.ACTS or home_visits.might_answer(planned.words)
    file = await files.of_parent(conn, conversation.id, now) if of_file else None
    book = await diary.load(conn, conversation.id, state, planned, profile, tools, now)
    known = await weekly.load(conn, conversation.id, planned)
    decision = decide(state, profile, inbound, assessment, planned, hits, tools, now, desk, own, book, file, known)
    desk = await calling.for_opening(placing, conn, conversation, planned, decision, desk, now)
    return saving.Decided(assessment, decision, hits, desk)
