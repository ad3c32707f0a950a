"""What the steps of writing into a family's file share: who writes, that it may be written, the words as they are kept.

Whoever is in the file may write; what is written is asked for consent twice: here, for the sentence that explains,
and by the statement itself (`bot.store.files`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError
from bot.handoff.family.files import locked, writable
from bot.store import cases, files
from bot.store.cases import Case
from bot.store.conversations import Conversation
from bot.store.events import CaseTag
from bot.store.files import Page
from bot.store.people import Staff

MAX_WORDS, MAX_LONG = 200, 1000  # characters of a line, of a section
GONE = "这一条已经不在了，可能刚被同事改过。"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and when."""

    staff: Staff
    now: datetime


async def opened(conn: AsyncConnection, case_id: int, by: Author) -> tuple[Case, Conversation]:
    """Lock the file of somebody who is in it, when something may be written into it."""
    case, conversation = await locked(conn, case_id, by.staff)
    await writable(conn, case)
    return case, conversation


async def changed(conn: AsyncConnection, page: Page, case: Case, row: int, **values: object) -> None:
    """Change a row of this file, or say that it is gone."""
    if not await files.change(conn, page, case.id, row, **values):
        raise DeskError(GONE)


def sure(written: bool) -> None:
    """Refuse what the database has not taken: the consent went while the form was being filled in."""
    if not written:
        message = "家长的同意刚刚撤回，没有写进去。"
        raise DeskError(message)


def words_of(text: str, label: str, longest: int, *, empty: bool = False) -> str:
    """Give what was typed into a field, or say what is wrong with it."""
    words = text.strip()
    if not words and not empty:
        message = f"还没写“{label}”。"
        raise DeskError(message)
    if len(words) > longest:
        message = f"“{label}”最多 {longest} 个字，现在是 {len(words)} 个。"
        raise DeskError(message)
    return words


async def told(conn: AsyncConnection, case: Case, tag: CaseTag, by: Author) -> None:
    """Write a step into the timeline: that it was taken, not what it says."""
    await cases.add_event(conn, case.id, tag, actor=by.staff.name, at=by.now)
