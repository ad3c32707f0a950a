"""Writing a turn down: message lines, state, case, sends, all in the transaction that holds the conversation's lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue import noting, weekly
from bot.dialogue.decision import Decision
from bot.dialogue.following import numbered
from bot.dialogue.phrases import phrase
from bot.dialogue.states import State
from bot.handoff import desk as handoff
from bot.handoff import loop, moving, rating, suggestions
from bot.handoff.booking import bookings
from bot.handoff.duty.standing import Desk
from bot.handoff.family import files, visiting
from bot.messages import Assessment, Inbound, InboundKind, Reply
from bot.parents.profile import Profile
from bot.store import conversations, detections, inbounds, media, outbox, thread
from bot.store import files as file_rows
from bot.store.conversations import Conversation
from bot.store.inbounds import Receipt
from indexes.hits import Hits
from knowledge.calendar import china

# What a person says; the rest are events of the platform and leave no line in the thread.
SPOKEN: frozenset[InboundKind] = frozenset(
    ("text", "image", "voice", "video", "location", "link", "unsupported", "click")
)


@dataclass(frozen=True, slots=True)
class Channel:
    """What saving must know of the channel.

    `parts` cuts a reply to somebody into the channel's messages. `contact` says what the platform lets us send after
    this act (in and out: the JSON of the send windows). `api` tells whether anything but passive replies can be sent.
    """

    parts: Callable[[Reply, str], tuple[str, ...]]
    contact: Callable[[dict[str, Any], Inbound, datetime], dict[str, Any]]
    api: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what led to it."""

    assessment: Assessment
    decision: Decision
    hits: Hits | None
    desk: Desk


@dataclass(frozen=True, slots=True)
class Saved:
    """What the transaction came to: the passive words, the case if one was opened or joined, the replies as said."""

    text: str | None
    case_id: int | None
    replies: tuple[Reply, ...] = ()


class AnsweredElsewhereError(Exception):
    """Another process has answered this act meanwhile; everything of this turn is rolled back."""


def words(inbound: Inbound) -> str:
    """Give the words of an act; a voice message counts by what the platform heard, if it says."""
    if inbound.kind == "voice":
        return str(inbound.detail.get("recognised") or "").strip()
    return inbound.text.strip() if inbound.kind in ("text", "link", "location", "click") else ""


def loaded(conversation: Conversation) -> tuple[State, Profile]:
    """Read state and profile of a conversation; who speaks is the row's word, not the state's."""
    state = State.from_json(conversation.state)
    holder: Any = conversation.holder
    return replace(state, holder=holder), Profile.from_json(conversation.profile)


def line(inbound: Inbound) -> str:
    """Give what the thread shows for an act."""
    return inbound.text.strip() or words(inbound) or phrase(f"line.{inbound.kind}")


async def next_part(conn: AsyncConnection, conversation: Conversation, receipt: Receipt, now: datetime) -> str | None:
    """Give the next part of a long answer that the parent tapped to read on."""
    part, *rest = conversation.rest
    via = await _way(conn, receipt, now, part)
    await conversations.save(conn, conversation.id, rest=rest)
    if via == "api":
        await outbox.put(conn, [_parcel(conversation, part, None, now)])
        return None
    return part


async def save(
    conn: AsyncConnection,
    conversation: Conversation,
    receipt: Receipt,
    inbound: Inbound,
    decided: Decided,
    channel: Channel,
    *,
    now: datetime,
    spoken: bool,
) -> Saved:
    """Write everything of a turn; `spoken` when the passive answer has already gone out."""
    # People first: the reply may name the number of the case.
    decision, case_id, holder = await _people(conn, conversation, inbound, decided, now)
    decided = replace(decided, decision=decision)
    await weekly.settle(conn, conversation, decided.assessment, decision, holder, now)
    await _kept_back(conn, conversation, decided)
    parts = await _parts(conn, conversation, inbound, decided, channel, now)
    via = await _way(conn, receipt, now, parts[0] if parts else None)
    if decision.erase:
        await conversations.erase(conn, conversation.parent_id)
        return Saved(parts[0] if parts and via == "passive" else None, None)
    state = replace(decision.state, holder=holder)  # type: ignore[arg-type]  # the row's holder is one of the three
    at_case = case_id or await _at_case(conn, conversation, decided)
    ids = await _lines(conn, conversation, inbound, decided, at_case, now)
    # A suggestion goes beside a talk that waits; only a case in which people talk becomes the conversation's own.
    talks = decision.opening is not None and case_id is not None and handoff.talks(decision.opening)
    own = case_id if talks else conversation.case_id
    changes: dict[str, Any] = {"state": state.to_json(), "holder": holder, "case_id": own}
    if parts:
        changes["rest"] = parts[1:] if via == "passive" else []
    if via == "api" and parts:
        last = ids[-1] if ids else None
        await outbox.put(conn, [_parcel(conversation, part, last, now) for part in parts])
    if decision.release_case:
        changes["case_id"] = None
    if decision.clear:
        changes["cleared_to"] = max(ids, default=0)
    if inbound.channel == "wechat" and inbound.surface == "push":
        changes["windows"] = channel.contact(conversation.windows, inbound, now)
    await conversations.save(conn, conversation.id, **changes)
    if (profile := decision.profile.to_json()) != conversation.profile:
        await conversations.save_profile(conn, conversation.parent_id, profile)
    counts = inbound.kind in SPOKEN and inbound.surface != "cli"
    turn = noting.Turn(inbound.channel, words(inbound), decided.assessment, decided.decision, decided.hits, counts)
    await noting.note(conn, conversation, turn, now)
    return Saved(parts[0] if parts and via == "passive" and not spoken else None, case_id, decision.replies)


async def _parts(
    conn: AsyncConnection,
    conversation: Conversation,
    inbound: Inbound,
    decided: Decided,
    channel: Channel,
    now: datetime,
) -> list[str]:
    """Cut the replies into the channel's messages; parked words of a person come first where there is no API.

    Without the API only the protocol of a crisis is said; with it a counsellor's words follow by themselves.
    """
    if inbound.surface != "push":
        return []
    said = [part for reply in decided.decision.replies for part in channel.parts(reply, conversation.sender)]
    # A quiet parent holds the phone when they speak or tap; an event may come while somebody else does.
    there = inbound.kind in SPOKEN or not conversation.state.get("quiet")
    protocol = decided.assessment.crisis and bool(decided.decision.replies) and not channel.api
    if not conversation.parked or not there or protocol:
        return said
    parts = [*await _parked(conn, conversation, channel, now), *said]
    return parts if channel.api else await weekly.beside(conn, conversation, parts)


async def _kept_back(conn: AsyncConnection, conversation: Conversation, decided: Decided) -> None:
    """Take words of home visits back that wait, before they could go out beside a danger."""
    if decided.assessment.crisis or decided.decision.state.quiet:
        await visiting.give_up(conn, conversation)


async def _at_case(conn: AsyncConnection, conversation: Conversation, decided: Decided) -> int | None:
    """Give the case of the lines: the family's file for what is of it, so that only those in it read that.

    A line in which safety found something stays where everybody of the duty reads it.
    """
    of_file = decided.decision.of_file or decided.decision.visit is not None
    if of_file and not decided.assessment.shown:
        return await file_rows.open_of(conn, conversation.id) or conversation.case_id
    return conversation.case_id  # whoever has the case open is told of the line at once


async def _way(conn: AsyncConnection, receipt: Receipt, now: datetime, passive: str | None) -> str:
    via = await inbounds.decide_way(conn, receipt.conversation_id, receipt.id or 0, now, passive)
    if via is None:
        raise AnsweredElsewhereError
    return via


async def _people(
    conn: AsyncConnection, conversation: Conversation, inbound: Inbound, decided: Decided, now: datetime
) -> tuple[Decision, int | None, str]:
    """Open, join, withdraw or rate a case; (the decision as said, the case opened or joined, who holds the talk)."""
    decision, holder = decided.decision, conversation.holder
    if inbound.kind in SPOKEN and not decision.erase:
        await moving.heard(conn, conversation.id, now)
    await _decided(conn, conversation, decision, now)
    if decision.release_case:
        await handoff.withdraw(conn, conversation, now)
        return decision, None, "bot"
    if decision.opening is None:
        return decision, None, holder
    desk = decided.desk  # the turn has looked at it for this kind of case
    facts = {"region": decision.profile.region, "stage": decision.profile.stage, **desk.facts}
    opened = await handoff.open_case(
        conn, conversation, decision.opening, now=now, on_duty=desk.on_duty, facts=facts, told=desk.told
    )
    if decision.opening.kind == loop.KIND:
        due = loop.due_at(now, china())
        told = await suggestions.received(conn, opened, decision.opening, now, due)
        decision = numbered(decision, told.number, told.due)
    if decision.wish is not None:
        await bookings.wish(conn, opened.id, decision.wish, now)
        decision = numbered(decision, opened.id, "")
    return decision, opened.id, opened.holder


async def _decided(conn: AsyncConnection, conversation: Conversation, decision: Decision, now: datetime) -> None:
    """Write what the parent decided of what they had started before."""
    if decision.file_consent is not None:
        await files.parent_says(conn, conversation, decision.file_consent, now)
    if decision.visit is not None:
        await visiting.parent_says(conn, conversation, *decision.visit, now)
    if decision.rating is not None:
        await rating.rated(conn, conversation.id, *decision.rating, now)
    if decision.wish is not None and decision.opening is None:
        await bookings.wish(conn, None, decision.wish, now)


async def _lines(
    conn: AsyncConnection,
    conversation: Conversation,
    inbound: Inbound,
    decided: Decided,
    case_id: int | None,
    now: datetime,
) -> list[int]:
    rows = []
    if inbound.kind in SPOKEN:
        rows.append(thread.said("parent", line(inbound), level=decided.assessment.level, key=inbound.key))
    rows += [thread.answered(reply) for reply in decided.decision.replies]
    if not rows:
        return []
    ids = await thread.add(conn, conversation.id, rows, at=now, case_id=case_id)
    if inbound.kind in SPOKEN and decided.assessment.shown:  # the parent's own line is the first
        found = decided.assessment
        await detections.record(conn, conversation.id, found, message_id=ids[0], case_id=case_id, at=now)
    if inbound.channel == "wechat" and inbound.kind == "image" and inbound.detail.get("media_id"):
        await media.add(conn, conversation.id, ids[0], str(inbound.detail["media_id"]), now=now)
    # Only somebody who looks at a page waits for a line: a web parent, or staff with an open case.
    if inbound.surface == "page" or case_id is not None:
        await thread.wake(conn, conversation.id)
    return ids


async def _parked(conn: AsyncConnection, conversation: Conversation, channel: Channel, now: datetime) -> list[str]:
    """Let words go that could not be sent: by API now that the parent wrote, or on this very reply."""
    await outbox.expire(conn, conversation.id, now)
    if channel.api:
        await outbox.unpark(conn, conversation.id, now)
        return []
    parcel = await outbox.take_parked(conn, conversation.id)
    if parcel is None:
        return []
    await outbox.finish(conn, parcel, "sent")
    if parcel.message_id is not None:  # long words are several parcels of one line
        state, reason = await outbox.standing(conn, conversation.id, parcel.message_id)
        await thread.mark(conn, conversation.id, parcel.message_id, state, reason)
    return [parcel.text]


def _parcel(conversation: Conversation, text: str, message_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "message_id": message_id,
        "channel": conversation.channel,
        "recipient": conversation.sender,
        "text": text,
        "automatic": True,
        "author": "",
        "due_at": now,
    }
