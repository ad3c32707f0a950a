"""A talk rehearsed: the very turns of a parent, in one transaction that is taken back at the end.

Nothing of it reaches anybody: rows, notifications and calls for a person go with the transaction; alerts, metrics and
the parent's channel are outside of it and are never asked. A process that dies in the middle leaves nothing either.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue import saving
from bot.dialogue.deciding import Ground, decided
from bot.dialogue.decision import Decision, Plan, Tools
from bot.dialogue.plan import plan
from bot.handoff.duty.placing import Placing
from bot.messages import Assessment, Inbound, Reply
from bot.parents.profile import Profile
from bot.safety import assess
from bot.store import conversations, inbounds
from bot.store.database import undone
from indexes.engine import SearchEngine
from indexes.hits import Hits, Query

PAUSE = timedelta(seconds=20)  # between one word of the parent and the next
_NOWHERE = saving.Channel(lambda _reply, _sender: (), lambda windows, _inbound, _now: windows, api=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """What it is played with: `engine` None where there is no index; `tools` are of its release."""

    engine: SearchEngine | None
    tools: Tools
    placing: Placing


@dataclass(frozen=True, slots=True)
class Played:
    """One turn: what was said, understood, searched, found and answered. `query` None where nothing was searched."""

    words: str
    assessment: Assessment
    plan: Plan
    decision: Decision
    replies: tuple[Reply, ...]
    query: Query | None = None
    hits: Hits | None = None


@dataclass(slots=True)
class _Searching:
    """Searches off the loop and remembers what for; a search that fails is told, not hidden."""

    engine: SearchEngine | None
    query: Query | None = None
    hits: Hits | None = field(default=None)

    async def __call__(self, query: Query | None) -> Hits | None:
        self.query, self.hits = query, None
        if query is not None and self.engine is not None:
            self.hits = await asyncio.to_thread(self.engine.search, query)
        return self.hits


async def rehearse(
    engine: AsyncEngine, stage: Stage, turns: Sequence[str], profile: Profile, at: datetime
) -> list[Played]:
    """Say these things one after the other as a parent with this profile, the first at `at`; nothing of it is kept."""
    sender = f"rehearsal-{secrets.token_hex(8)}"
    async with undone(engine) as conn:  # cases are placed and bookings locked as for a parent
        await conversations.prepare(conn, "cli", sender, profile.to_json())
        played = []
        for number, words in enumerate(turns):
            now = at + PAUSE * number
            inbound = Inbound("cli", sender, f"turn-{number:04}", "text", words.replace("\0", ""), now, surface="cli")
            played.append(await _turn(conn, stage, inbound, now))
    return played


async def _turn(conn: AsyncConnection, stage: Stage, inbound: Inbound, now: datetime) -> Played:
    receipt = await inbounds.receive(conn, inbound, now)
    conversation = await conversations.lock(conn, receipt.conversation_id)
    if conversation is None:
        raise inbounds.ErasedError
    shown = await asyncio.to_thread(assess, saving.words(inbound))
    search = _Searching(stage.engine)
    planned = plan(*saving.loaded(conversation), inbound, stage.tools)
    done = await decided(Ground(stage.tools, stage.placing, search), conn, inbound, shown, conversation, now)
    saved = await saving.save(conn, conversation, receipt, inbound, done, _NOWHERE, now=now, spoken=False)
    replies = saved.replies or done.decision.replies
    return Played(inbound.text, done.assessment, planned, done.decision, replies, search.query, search.hits)
