"""Writing to the parent, or a note, from the page of a case: what would not all arrive now is asked about first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff import cutting, desk
from bot.handoff.desk import DeskError
from bot.store import cases, story, thread
from bot.store.people import Staff
from bot.web.desk.talk.shown import window


class NoRoomError(DeskError):
    """Words need more messages than WeChat takes now; `asks` names the field that says: keep the rest."""

    asks = "slowly"


async def say(conn: AsyncConnection, case_id: int, staff: Staff, given: Mapping[str, str], now: datetime) -> None:
    """Take the words of the composer.

    `kind=note` is for colleagues; `safe=1` may go although the talk is quiet; `slowly=1` keeps for later what does
    not fit into the messages that are left.
    """
    words, key = given.get("text", ""), given.get("key", "")
    if given.get("kind") == "note":
        await desk.note(conn, case_id, staff, words, key, now)
        return
    if given.get("slowly") != "1":
        await _fits(conn, case_id, staff, words.strip(), key, now)
    await desk.reply(conn, case_id, staff, words, key, now, safe=given.get("safe") == "1")


async def _fits(conn: AsyncConnection, case_id: int, staff: Staff, words: str, key: str, now: datetime) -> None:
    """Say the truth before a part of the words would be sent and the rest kept.

    With nothing left at all the whole is kept together, as the page has said beforehand. Words that have been taken
    already (a form sent twice) are not weighed again.
    """
    case = await cases.find(conn, case_id, seen_by=staff)
    talk = case.conversation_id if case is not None else None
    partner = await story.partner(conn, talk) if talk is not None else None
    if talk is None or partner is None or await thread.has_key(conn, talk, key):
        return
    open_ = await window(conn, talk, partner, now)
    needed = len(cutting.messages(words, staff.name))
    if open_ is not None and 0 < open_.left < needed:
        message = (
            f"这段话要 {needed} 条，现在还能发 {open_.left} 条。"
            f"可以写短一些，或勾上“留着慢慢送”：先送 {open_.left} 条，其余等家长再说话时送。"
        )
        raise NoRoomError(message)
