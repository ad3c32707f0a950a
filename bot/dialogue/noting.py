"""What a turn leaves for editors and figures: what became of it, and questions that were not answered well, masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.decision import Decision
from bot.dialogue.outcome import outcome
from bot.dialogue.states import State
from bot.messages import LEVELS, Assessment
from bot.privacy import mask
from bot.store import learning, turns
from bot.store.conversations import Conversation
from bot.store.misses import Reason
from indexes.hits import Hits


@dataclass(frozen=True, slots=True)
class Turn:
    """What is noted of a turn; `counts` tells whether a parent did something, `words` are theirs."""

    channel: str
    words: str
    assessment: Assessment
    decision: Decision
    hits: Hits | None
    counts: bool


async def note(conn: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime) -> None:
    """Keep what became of the act, questions without an answer, and what parents said of answers."""
    decision, hits = turn.decision, turn.hits
    if turn.counts:
        await turns.record(conn, conversation.id, _act(conversation, turn), now)
    if decision.feedback is not None:
        entry_id, verdict = decision.feedback
        await learning.judged(conn, conversation.id, entry_id=entry_id or None, verdict=verdict, at=now)
    await _disappointed(conn, conversation, turn, now)
    if hits is None or hits.verdict not in ("none", "choose") or decision.intent not in ("guidance", "policy"):
        return
    nearest = hits.items[0].id if hits.items else None
    text, level = mask(turn.words), turn.assessment.level
    await learning.missed(conn, conversation.id, text=text, verdict=hits.verdict, nearest=nearest, at=now, level=level)


async def _disappointed(conn: AsyncConnection, conversation: Conversation, turn: Turn, now: datetime) -> None:
    """Keep the question whose answer did not help, or after whose answer the parent asked for a person."""
    before, reason = State.from_json(conversation.state), _reason(turn.decision)
    if reason is None or not (before.entry and before.question) or not before.fresh(now):
        return
    known = (turn.assessment.level, before.risk.level if before.risk else "none")
    await learning.missed(
        conn,
        conversation.id,
        text=mask(before.question),
        verdict="answer",
        nearest=before.entry,
        at=now,
        reason=reason,
        level=max(known, key=LEVELS.index),
    )


def _reason(decision: Decision) -> Reason | None:
    if decision.feedback is not None and decision.feedback[1] != "yes":
        return "unhelped"
    called = decision.opening is not None and decision.opening.kind == "chat"
    return "person" if called and decision.intent == "handoff" else None


def _act(conversation: Conversation, turn: Turn) -> turns.Act:
    decision, found = turn.decision, turn.assessment
    return turns.Act(
        channel=turn.channel,
        intent=decision.intent,
        outcome=outcome(decision, found, turn.hits, conversation.holder),
        entries=decision.entries,
        listings=tuple(number for number, _ in decision.listings),
        region=decision.profile.region,
        stage=decision.profile.stage,
        level=found.level,
    )
