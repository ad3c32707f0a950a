"""The steps of bookings: asked and cancelled by parents, decided by staff, reminded of, closed with their slot.

Locks are taken in the order conversation, case, slot. A case of kind appointment is open as long as one of its bookings
takes a place; the last decision closes it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.booking.rules import STATES, STEPS, Wish, called, expires, fits, may, moment, reminder
from bot.handoff.desk import GONE, DeskError, UnknownCaseError, still_here, visible
from bot.handoff.sending import quiet, to_parent
from bot.messages import TAKES_PLACE, Booking, Paragraph, Reply, Slot, SourceLine
from bot.store import appointments, cases, conversations, outbox, thread
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.wake import DESK, wake
from bot.times import day
from knowledge.calendar import CHINA

KIND = "appointment"
LONGEST_WORD = 300  # characters that staff add to a decision
ACCEPTING = "就这个时间"  # what a parent says to a proposed time; `commands.yaml` knows it
MARK = "（自动回复）"
_TAGS = {
    "confirm": CaseTag.CONFIRMED,
    "decline": CaseTag.DECLINED,
    "propose": CaseTag.PROPOSED,
    "attended": CaseTag.ATTENDED,
    "missed": CaseTag.MISSED,
}


class MovedError(Exception):
    """Another parent has come in between; the whole step is to be tried again."""


async def wish(conn: AsyncConnection, case_id: int | None, wanted: Wish, now: datetime) -> None:
    """Do what a parent decided, in the transaction of the turn that holds the conversation and the slot.

    `case_id` is the case that the turn opened or joined for a slot that is asked for.
    """
    if wanted.kind == "ask" and case_id is not None:
        await _asked(conn, case_id, wanted, now)
        return
    booking = await appointments.booking(conn, wanted.id)
    if booking is None or wanted.kind == "ask":
        return
    if wanted.kind == "accept":
        if await appointments.change(conn, wanted.id, expect=("proposed",), state="confirmed", reminded_at=now):
            await _step(conn, booking, CaseTag.ACCEPTED, "parent", now)
    elif await appointments.change(conn, wanted.id, expect=TAKES_PLACE, state="cancelled"):
        await _forget(conn, booking, now)
        await _step(conn, booking, CaseTag.CANCELLED, "parent", now)
        await _settle(conn, booking.case_id, STATES["cancelled"], "parent", now)
    await wake(conn, DESK)


async def _asked(conn: AsyncConnection, case_id: int, wanted: Wish, now: datetime) -> None:
    slot = await appointments.lock(conn, wanted.id)
    if slot is None or not slot.left:  # the turn has locked it before it said that there is a place
        message = f"slot {wanted.id} was given away under its lock"
        raise RuntimeError(message)
    former = await appointments.booking(conn, wanted.instead) if wanted.instead is not None else None
    if former is not None:
        await appointments.change(conn, former.id, expect=TAKES_PLACE, state="cancelled")
        await _forget(conn, former, now)
    others = [one for one in await appointments.of_case(conn, case_id) if one.active]
    await appointments.book(conn, slot.id, case_id, now)
    if not others:
        await cases.change(conn, case_id, expect=("open", "claimed"), station_id=slot.station_id)
    await cases.add_event(conn, case_id, CaseTag.BOOKED, actor="parent", at=now, detail={"slot": called(slot)})


async def decide(
    conn: AsyncConnection, case_id: int, booking_id: int, staff: Staff, step: str, word: str, now: datetime
) -> None:
    """Confirm, decline, or write down whether they came; the parent is told, with a word of the staff.

    Raises:
        UnknownCaseError: no such case, or no such booking in it, for this person.
        DeskError: the step cannot be taken now.
    """
    case, conversation, booking = await _found(conn, case_id, booking_id, staff)
    _allow(step, case, booking, staff, now)
    word = _written(word)
    await _change(conn, booking, step, now)
    await _take(conn, case, staff, now)
    await _step(conn, booking, _TAGS[step], staff.name, now)
    await _tell(conn, conversation, case_id, _words(step, booking.slot, word, now), staff, now)
    await _settle(conn, case_id, STATES[STEPS[step].to] + (f"：{word}" if word else ""), staff.name, now)


async def propose(
    conn: AsyncConnection, case_id: int, booking_id: int, staff: Staff, slot_id: int, word: str, now: datetime
) -> None:
    """Offer the parent another time of the same station; the place is kept until they answer. Errors as `decide`."""
    case, conversation, booking = await _found(conn, case_id, booking_id, staff)
    _allow("propose", case, booking, staff, now)
    word = _written(word)
    slot = await appointments.lock(conn, slot_id)
    if slot is None or not slot.active or not fits(booking, [slot], now):
        message = "这个时间刚刚没有位子了，请另选一个。"
        raise DeskError(message)
    await _change(conn, booking, "propose", now)
    await appointments.book(conn, slot.id, case_id, now, "proposed")
    await _take(conn, case, staff, now)
    detail = {"slot": called(slot)}
    await cases.add_event(conn, case_id, CaseTag.PROPOSED, actor=staff.name, at=now, detail=detail)
    words = f"{moment(booking.slot)} 排不开，换到 {called(slot)}，可以吗？{word}"
    answer = f"行的话回复“{ACCEPTING}”；不行就回复“预约”，另选一个。"
    await _tell(conn, conversation, case_id, f"{words}\n{answer}", staff, now)


async def close_slot(conn: AsyncConnection, slot_id: int, staff: Staff, word: str, now: datetime) -> int:
    """Take a slot off the list and decline its bookings, each parent told; how many.

    The conversations are locked before the slot, as everywhere. A booking that came in between is one of a
    conversation that is not locked: then everything is to be tried again.

    Raises:
        MovedError: that was so.
        DeskError: the slot has begun, or is off the list already.
    """
    word = _written(word)
    known = [one for one in await appointments.of_slots(conn, [slot_id]) if one.active]
    talks: dict[int, Conversation] = {}
    for conversation_id in sorted({one.conversation_id for one in known if one.conversation_id}):
        conversation = await conversations.lock(conn, conversation_id)
        if conversation is not None:
            talks[conversation_id] = conversation
    slot = await appointments.lock(conn, slot_id)
    if slot is None or not slot.active:
        message = "这个时间已经撤下了。"
        raise DeskError(message)
    if slot.starts_at <= now:
        message = "这个时间已经过了，不用撤下，请记下谁来了。"
        raise DeskError(message)
    await appointments.close(conn, slot_id)
    told = 0
    for booking in [one for one in await appointments.of_slots(conn, [slot_id]) if one.active]:
        if booking.conversation_id is not None and booking.conversation_id not in talks:
            raise MovedError
        await _change(conn, booking, "decline", now)
        await _step(conn, booking, CaseTag.DECLINED, staff.name, now)
        if booking.conversation_id is not None:
            words = _words("decline", booking.slot, word or "站里临时有变动，让您白等了。", now)
            await _tell(conn, talks[booking.conversation_id], booking.case_id, words, staff, now)
            told += 1
        await _settle(conn, booking.case_id, STATES["declined"], staff.name, now)
    return told


async def remind(conn: AsyncConnection, booking: Booking, now: datetime) -> bool:
    """Remind a parent of a confirmed booking once; whether words went out. Never in a quiet conversation."""
    if booking.conversation_id is None:
        return False
    conversation = await conversations.lock(conn, booking.conversation_id)
    fresh = await appointments.booking(conn, booking.id)  # another process may have done it while we waited
    due = reminder(fresh, now) if fresh else None
    if conversation is None or fresh is None or due is None:
        return False
    await appointments.change(conn, fresh.id, expect=("confirmed",), reminded_at=now)
    if quiet(conversation):
        return False
    when = "明天" if due == "day" else "快到时间了"
    words = f"提醒您：{when}，{called(fresh.slot)}。来不了的话，请回复“取消预约”。"
    reply = Reply((Paragraph(words), SourceLine("自动回复")))
    pushed = conversation.channel == "wechat"
    row = thread.answered(reply, state="pending" if pushed else "sent", key=f"{_reminders(fresh.id)}{due}")
    [message_id] = await thread.add(conn, conversation.id, [row], at=now, case_id=fresh.case_id)
    if pushed:
        parcel = {
            "conversation_id": conversation.id,
            "message_id": message_id,
            "channel": conversation.channel,
            "recipient": conversation.sender,
            "text": f"{words}\n\n{MARK}",
            "automatic": True,
            "author": "",
            "due_at": now,
            "expires_at": expires(due, fresh.slot),
        }
        await outbox.put(conn, [parcel])
    await _step(conn, fresh, CaseTag.REMINDED, "bot", now)
    await thread.wake(conn, conversation.id)
    return True


def _reminders(booking_id: int) -> str:
    """Give what the keys of a booking's reminders begin with."""
    return f"reminder:{booking_id}:"


async def _found(
    conn: AsyncConnection, case_id: int, booking_id: int, staff: Staff
) -> tuple[Case, Conversation, Booking]:
    await still_here(conn, staff)  # who decides takes the case
    case, conversation = await visible(conn, case_id, staff)
    booking = await appointments.booking(conn, booking_id)
    if case.kind != KIND or booking is None or booking.case_id != case_id:
        raise UnknownCaseError
    if conversation is None:
        raise DeskError(GONE)
    return case, conversation, booking


def _allow(step: str, case: Case, booking: Booking, staff: Staff, now: datetime) -> None:
    """Refuse what may not be done. Whether they came, anybody of the station may write down."""
    others = case.state == "claimed" and case.owner_id != staff.id and not staff.leads
    if others and STEPS[step].after is not True:
        message = f"这一件现在由{case.owner or '别的老师'}在跟。"
        raise DeskError(message)
    if why := may(step, booking, now):
        raise DeskError(why)


def _written(word: str) -> str:
    said = word.strip()
    if len(said) > LONGEST_WORD:
        message = f"带的话最多 {LONGEST_WORD} 个字，现在是 {len(said)} 个。"
        raise DeskError(message)
    return said if not said or said[-1] in "。？！?!." else f"{said}。"


async def _change(conn: AsyncConnection, booking: Booking, step: str, now: datetime) -> None:
    rule = STEPS[step]
    told = {"reminded_at": now} if rule.to == "confirmed" else {}
    if not await appointments.change(conn, booking.id, expect=rule.expect, state=rule.to, **told):
        message = "这个预约刚刚变了，请再看一看。"
        raise DeskError(message)
    await _forget(conn, booking, now)


async def _forget(conn: AsyncConnection, booking: Booking, now: datetime) -> None:
    """Give up reminders that still wait: what they say of the booking is no longer so."""
    if booking.conversation_id is not None:
        await outbox.expire(conn, booking.conversation_id, now, _reminders(booking.id))


async def _take(conn: AsyncConnection, case: Case, staff: Staff, now: datetime) -> None:
    """Who decides takes the case if nobody has; the first decision is the first answer."""
    if await cases.change(conn, case.id, expect=("open",), state="claimed", owner_id=staff.id, claimed_at=now):
        await cases.add_event(conn, case.id, CaseTag.CLAIMED, actor=staff.name, at=now)
    if case.answered_at is None:
        await cases.change(conn, case.id, expect=("open", "claimed"), answered_at=now)
    await wake(conn, DESK)


async def _step(conn: AsyncConnection, booking: Booking, tag: CaseTag, actor: str, now: datetime) -> None:
    detail = {"slot": called(booking.slot)}
    await cases.add_event(conn, booking.case_id, tag, actor=actor, at=now, detail=detail)


async def _tell(
    conn: AsyncConnection, conversation: Conversation, case_id: int, words: str, staff: Staff, now: datetime
) -> None:
    await to_parent(conn, conversation, words, staff.name, case_id, "", now, safe=False)


async def _settle(conn: AsyncConnection, case_id: int, outcome: str, actor: str, now: datetime) -> None:
    """Close the case when none of its bookings takes a place any more."""
    if any(one.active for one in await appointments.of_case(conn, case_id)):
        return
    if await cases.change(
        conn, case_id, expect=("open", "claimed"), state="closed", outcome=outcome.rstrip("。"), closed_at=now
    ):
        await cases.add_event(conn, case_id, CaseTag.CLOSED, actor=actor, at=now)
    await wake(conn, DESK)


def _words(step: str, slot: Slot, word: str, now: datetime) -> str:
    """Say what was decided, as the parent reads it; nothing in it blames."""
    met = slot.starts_at.astimezone(CHINA).date()
    on = "今天" if met == now.astimezone(CHINA).date() else day(met)
    said = {
        "confirm": f"约好了：{called(slot)}。{word}来不了的话，请回复“取消预约”。",
        "decline": f"{called(slot)}，这次约不上。{word}想另选时间，请回复“预约”。",
        "attended": f"{on}见到您了，谢谢您过来。{word}之后有什么，随时在这里说。",
        "missed": f"{moment(slot)} 没有等到您，是不是有事耽搁了？{word}想另约时间，请回复“预约”。",
    }
    return said[step]
