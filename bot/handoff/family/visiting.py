"""Home visits and the parent: told of one, told of another time or that nobody comes, asked whether it took place.

Never at night and never in a quiet conversation: at night it is written down as wanted and the job of the morning comes
back here (`settle`); in a quiet talk staff are told to telephone. What was told is true until the visit begins.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff import unasked
from bot.handoff.family import visits
from bot.handoff.family.visits import ASKED, HEARD_WITHIN, KNOWS, OwnVisit, Said, key
from bot.handoff.sending import quiet, to_parent
from bot.store import cases, conversations, files, outbox
from bot.store import visits as rows
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.visits import Visit
from bot.store.wake import DESK, wake

UNSAFE = "家长那边可能不方便，先不发，请打电话或当面说"  # why words of a visit were taken back
SOMEBODY = "老师"  # in whose name the morning speaks where nobody owns the file
_SAID: dict[Said, tuple[str, str, CaseTag]] = {
    "welcome": ("told", "yes", CaseTag.VISIT_WELCOME),
    "other": ("told", "other", CaseTag.VISIT_OTHER),
    "came": ("confirmed", "yes", CaseTag.VISIT_CONFIRMED),
    "missed": ("confirmed", "no", CaseTag.VISIT_DENIED),
}


async def invite(
    conn: AsyncConnection, conversation: Conversation, visit_id: int, author: str, now: datetime, *, again: bool
) -> None:
    """Tell the parent of a visit and ask for their word; whether that was done stands beside the visit."""
    visit = await rows.find(conn, visit_id)
    if visit is None or visit.done_at is not None:
        return
    night = unasked.at_night(now)
    how = visits.telling(visit.due_at, now, quiet=quiet(conversation), night=night)
    await _stands(conn, visit, "told", "told" if how == "now" else how, now)
    if how != "now":
        return
    words = visits.inviting(visit.due_at, with_whom=visit.helper, again=again)
    await _say(conn, conversation, visit, words, author, key(visit.id, now), now, visit.due_at)
    tag = CaseTag.VISIT_MOVED if again else CaseTag.VISIT_TOLD
    await cases.add_event(conn, visit.case_id, tag, actor=author, at=now)


async def forget(conn: AsyncConnection, conversation: Conversation, visit_id: int, now: datetime) -> bool:
    """Give up words of a visit that still wait; whether the parent may have read them, so that they must be told."""
    await outbox.expire(conn, conversation.id, now, key(visit_id))
    return await rows.heard(conn, conversation.id, key(visit_id))  # what is pending still is being sent right now


async def give_up(conn: AsyncConnection, conversation: Conversation) -> None:
    """Take back what waits to be told of visits: a danger has come, or somebody dangerous may read the phone."""
    await rows.give_up(conn, conversation.id, UNSAFE)


async def call_off(
    conn: AsyncConnection, conversation: Conversation, visit_id: int, author: str, now: datetime
) -> None:
    """Tell a parent who expects somebody that nobody comes; of what was never told nothing is said."""
    visit = await rows.find(conn, visit_id)
    read = await forget(conn, conversation, visit_id, now)
    if visit is None or (visit.told not in (*KNOWS, "off") and not read):
        return
    if not read or visit.due_at <= now or quiet(conversation):
        await _stands(conn, visit, "told", "gone", now)
    elif unasked.at_night(now):
        await _stands(conn, visit, "told", "off", now)
    else:
        await _stands(conn, visit, "told", "gone", now)
        await _say(conn, conversation, visit, visits.CALLING_OFF, author, key(visit.id, now), now, visit.due_at)


async def ask_whether(
    conn: AsyncConnection, conversation: Conversation, visit_id: int, author: str, now: datetime
) -> None:
    """Ask the parent once whether a visit took place; not after a danger, and not of one long ago."""
    visit = await rows.find(conn, visit_id)
    if visit is None or visit.done_at is None or visit.dropped or visit.confirmed not in ("", "wanted"):
        return
    barred = await unasked.barred(conn, conversation, now) in ("quiet", "danger")
    if barred or now - visit.done_at > visits.ASKED_WITHIN:
        await _stands(conn, visit, "confirmed", "untold", now)
    elif unasked.at_night(now):
        await _stands(conn, visit, "confirmed", "wanted", now)
    else:
        await _stands(conn, visit, "confirmed", "asked", now)
        words, until = visits.whether(visit.done_at), now + HEARD_WITHIN
        await _say(conn, conversation, visit, words, author, visits.asking_key(visit.id), now, until)
        await cases.add_event(conn, visit.case_id, CaseTag.VISIT_ASKED, actor=author, at=now)


async def settle(conn: AsyncConnection, visit_id: int, conversation_id: int, now: datetime) -> None:
    """Do in the morning what the night kept back. The conversation is locked first, as everywhere."""
    conversation = await conversations.lock(conn, conversation_id)
    known = await rows.find(conn, visit_id)
    if conversation is None or known is None or await cases.find(conn, known.case_id, locked=True) is None:
        return
    visit = await rows.find(conn, visit_id)  # another process may have done it while we waited
    if visit is None:
        return
    if visit.told == "wanted":
        await _morning(conn, conversation, visit, now)
    elif visit.told == "off":
        await call_off(conn, conversation, visit.id, visit.owner or SOMEBODY, now)
    if visit.confirmed == "wanted":
        await ask_whether(conn, conversation, visit.id, visit.owner or SOMEBODY, now)
    await wake(conn, DESK)


async def _morning(conn: AsyncConnection, conversation: Conversation, visit: Visit, now: datetime) -> None:
    """Tell of a visit in the morning, unless the night has brought a danger: then staff telephone."""
    if await unasked.barred(conn, conversation, now) in ("quiet", "danger"):
        await _stands(conn, visit, "told", "untold", now)
        return
    again = await rows.heard(conn, conversation.id, key(visit.id))
    await invite(conn, conversation, visit.id, visit.owner or SOMEBODY, now, again=again)


async def of_parent(conn: AsyncConnection, conversation_id: int, now: datetime) -> tuple[OwnVisit, ...]:
    """Give the visits that the parent may answer for."""
    found = await rows.of_parent(conn, conversation_id, now, now - HEARD_WITHIN)
    last = await rows.last_said(conn, conversation_id) if found else ""
    return tuple(_own(one, last) for one in found)


def _own(one: Visit, last: str) -> OwnVisit:
    who = one.helper or one.owner
    if one.done_at is None:
        return OwnVisit(one.id, one.due_at, "time", one.told, last.startswith(key(one.id)), who)
    return OwnVisit(one.id, one.done_at, "whether", one.confirmed, last == visits.asking_key(one.id), who)


async def parent_says(
    conn: AsyncConnection, conversation: Conversation, visit_id: int, said: Said, now: datetime
) -> bool:
    """Take down what the parent answered; False when it is not theirs to answer. The conversation is locked."""
    known = await rows.find(conn, visit_id)
    if known is None or known.conversation_id != conversation.id:
        return False
    await cases.find(conn, known.case_id, locked=True)
    visit = await rows.find(conn, visit_id)
    column, stands, tag = _SAID[said]
    if visit is None or (visit.told not in KNOWS if column == "told" else visit.confirmed not in ASKED):
        return False
    if (visit.told if column == "told" else visit.confirmed) == stands:
        return True
    await _stands(conn, visit, column, stands, now)
    await cases.add_event(conn, visit.case_id, tag, actor="parent", at=now)
    if said in ("other", "missed"):  # somebody has to look at it
        await cases.change(conn, visit.case_id, expect=("open", "claimed"), due_at=now, snoozed_until=None)
    await wake(conn, DESK)
    return True


async def _stands(conn: AsyncConnection, visit: Visit, column: str, stands: str, now: datetime) -> None:
    await files.change(conn, "follow_ups", visit.case_id, visit.id, **{column: stands, f"{column}_at": now})


async def _say(
    conn: AsyncConnection,
    conversation: Conversation,
    visit: Visit,
    words: str,
    author: str,
    mark: str,
    now: datetime,
    until: datetime,
) -> None:
    await to_parent(conn, conversation, words, author, visit.case_id, mark, now, safe=False, until=until)
