"""Pairings (结对) in a family's file: a helper in a role for a time. One that is over stays in the file, with why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError
from bot.handoff.family.entering import GONE, MAX_WORDS, Author, changed, opened, sure, told, words_of
from bot.handoff.family.writing import HELPERS
from bot.store import files
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.files import Aide
from knowledge.calendar import CHINA

ROLES: dict[str, str] = {
    "tutor": "学生导师",
    "teacher": "结对教师",
    "neighbour": "邻家妈妈",
    "proxy": "代理家长",
    "children": "儿童主任",
    "volunteer": "志愿者",
    "other": "其他",
}
SILENT = timedelta(days=31)  # so long without a contact somebody should ask
ENDING = timedelta(days=14)  # so long before its end a pairing ends soon


@dataclass(frozen=True, slots=True)
class Pairing:
    """What is written of a pairing: whose part it is, from when, and until when it is meant to go on."""

    role: str
    since: date | None
    until: date | None
    part: str = ""


def silent(since: date | None, last: date | None, today: date) -> bool:
    """Whether a pairing that runs has been without a contact for over a month."""
    began = max(filter(None, (since, last)), default=today)
    return today - began > SILENT


def ends(until: date | None, today: date) -> str:
    """Say that a pairing ends soon, or should have ended; "" when neither."""
    if until is None or until - today > ENDING:
        return ""
    left = (until - today).days
    return f"已过期 {-left} 天" if left < 0 else "今天到期" if left == 0 else f"{left} 天后到期"


async def pair(conn: AsyncConnection, case_id: int, by: Author, side: str, who: str, pairing: Pairing) -> None:
    """Pair somebody with the child. A helper of that side and name who is there already becomes the one paired."""
    case, _ = await opened(conn, case_id, by)
    if side not in HELPERS:
        message = "请选是哪一边的。"
        raise DeskError(message)
    name, values = words_of(who, "是谁", MAX_WORDS), _values(pairing, by)
    same = [one for one in await files.aides(conn, case.id) if (one.side, one.who) == (side, name)]
    if any(one.running for one in same):
        message = f"{name}已经结对了，要改就在那一行里改。"
        raise DeskError(message)
    helper = next((one for one in same if not one.role), None)
    if helper is not None:
        kept = {"part": values["part"] or helper.part}
        await changed(conn, "helpers", case, helper.id, **{**values, **kept})
    else:
        sure(await files.add(conn, "helpers", case.id, side=side, who=name, **values) is not None)
    await told(conn, case, CaseTag.FILE_PAIRED, by)


async def change(conn: AsyncConnection, case_id: int, by: Author, helper: int, pairing: Pairing) -> None:
    """Put right what is written of a pairing that runs."""
    case, _ = await opened(conn, case_id, by)
    await _running(conn, case, helper)
    await changed(conn, "helpers", case, helper, **_values(pairing, by))
    await told(conn, case, CaseTag.FILE_PAIRED, by)


async def end(conn: AsyncConnection, case_id: int, by: Author, helper: int, why: str, on: date | None) -> None:
    """End a pairing; it stays in the file, with the day and why."""
    case, _ = await opened(conn, case_id, by)
    one = await _running(conn, case, helper)
    last = on or _today(by)
    if last > _today(by) or (one.since_day is not None and last < one.since_day):
        message = "结束的日子要在开始以后，也不能在今天以后。"
        raise DeskError(message)
    why = words_of(why, "为什么结束", MAX_WORDS)
    await changed(conn, "helpers", case, helper, ended_day=last, ended_why=why, next_day=None)
    await told(conn, case, CaseTag.FILE_UNPAIRED, by)


async def _running(conn: AsyncConnection, case: Case, helper: int) -> Aide:
    """Find a pairing of this very file that is not over."""
    found = next((one for one in await files.aides(conn, case.id) if one.id == helper and one.role), None)
    if found is None:
        raise DeskError(GONE)
    if not found.running:
        message = "这一段结对已经结束了。"
        raise DeskError(message)
    return found


def _values(pairing: Pairing, by: Author) -> dict[str, object]:
    """Give the columns of a pairing, or say what is wrong with it."""
    if pairing.role not in ROLES:
        message = "请选结对的身份。"
        raise DeskError(message)
    since = pairing.since or _today(by)
    if pairing.until is not None and pairing.until < since:
        message = "到哪天要在从哪天的后面。"
        raise DeskError(message)
    part = words_of(pairing.part, "帮什么", MAX_WORDS, empty=True)
    return {"role": pairing.role, "since_day": since, "until_day": pairing.until, "part": part}


def _today(by: Author) -> date:
    return by.now.astimezone(CHINA).date()
