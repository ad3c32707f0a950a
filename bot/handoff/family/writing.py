"""Writing into a family's file: situation, plan, helpers, referrals, follow-ups. Each step leaves its word, no content.

Whoever is in the file may write; what is written is asked for consent twice: here, for the sentence that explains,
and by the statement itself (`bot.store.files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError
from bot.handoff.family.consent import SIDES, STATES, who_does
from bot.handoff.family.files import locked, next_day, writable
from bot.store import cases, files
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.files import Page
from bot.store.people import Staff

# The sections of the situation, in the order of the page. What a doctor wrote stays with the family.
SECTIONS: dict[str, tuple[str, str]] = {
    "home": ("家里", "谁和孩子住，平时谁管"),
    "cause": ("起因", "哪天，发生了什么"),
    "doctor": ("看过医生", "哪天，哪一科。诊断和用药不抄进来"),
    "child": ("孩子自己说", "照原话写"),
    "hardest": ("家长最难的", "照原话写"),
}
HELPERS = ("school", "family", "hospital", "community")  # 校家医社
ANSWERS: dict[str, str] = {"waiting": "等回音", "taken": "已接", "refused": "没有接"}
MAX_WORDS, MAX_LONG = 200, 1000  # characters of a line, of a section


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and when."""

    staff: Staff
    now: datetime


async def write_situation(conn: AsyncConnection, case_id: int, by: Author, given: Mapping[str, str]) -> None:
    """Write the sections of the situation; empty ones are left out."""
    case = await _open(conn, case_id, by)
    words = {name: _words(given.get(name, ""), SECTIONS[name][0], MAX_LONG, empty=True) for name in SECTIONS}
    _sure(await files.write_situation(conn, case.id, {name: said for name, said in words.items() if said}))
    await _told(conn, case, CaseTag.FILE_SITUATION, by)


async def add_plan(
    conn: AsyncConnection, case_id: int, by: Author, goal: str, who: tuple[str, str], until: date | None
) -> None:
    """Add one thing to be reached; `who` is the side and the name."""
    case = await _open(conn, case_id, by)
    if who[0] not in SIDES:
        message = "请选是谁来做。"
        raise DeskError(message)
    doing = who_does(who[0], _words(who[1], "谁来做", MAX_WORDS, empty=True))
    values = {"goal": _words(goal, "要做到什么", MAX_WORDS), "who": doing, "until_day": until, "at": by.now}
    _sure(await files.add(conn, "plan", case.id, **values) is not None)
    await _told(conn, case, CaseTag.FILE_PLAN, by)


async def change_plan(
    conn: AsyncConnection, case_id: int, by: Author, item: int, state: str, note: str, until: date | None
) -> None:
    """Say how one thing of the plan stands now."""
    case = await _open(conn, case_id, by)
    if state not in STATES:
        message = "请选现在怎么样了。"
        raise DeskError(message)
    values = {"state": state, "note": _words(note, "怎么样了", MAX_WORDS, empty=True), "until_day": until}
    await _changed(conn, "plan", case, item, **values)
    await _told(conn, case, CaseTag.FILE_PLAN, by)


async def add_helper(
    conn: AsyncConnection, case_id: int, by: Author, side: str, who: str, part: str, day: date | None
) -> None:
    """Write down who helps from one of the four sides; a name, no account."""
    case = await _open(conn, case_id, by)
    if side not in HELPERS:
        message = "请选是哪一边的帮手。"
        raise DeskError(message)
    values = {"side": side, "who": _words(who, "帮手是谁", MAX_WORDS), "next_day": day}
    part = _words(part, "帮什么", MAX_WORDS, empty=True)
    _sure(await files.add(conn, "helpers", case.id, **values, part=part) is not None)
    await _told(conn, case, CaseTag.FILE_HELPER, by)


async def remove_helper(conn: AsyncConnection, case_id: int, by: Author, helper: int) -> None:
    """Take a helper out."""
    case = await _open(conn, case_id, by)
    if not await files.remove(conn, "helpers", case.id, helper):
        raise DeskError(_GONE)
    await _told(conn, case, CaseTag.FILE_HELPER, by)


async def add_referral(
    conn: AsyncConnection, case_id: int, by: Author, to_whom: str, duty_id: str | None, why: str, day: date
) -> None:
    """Write down to whom the family was sent; `duty_id` where it is an office of the library's duty table."""
    case = await _open(conn, case_id, by)
    values = {"to_whom": _words(to_whom, "转给谁", MAX_WORDS), "duty_id": duty_id, "on_day": day}
    why = _words(why, "为什么", MAX_WORDS, empty=True)
    _sure(await files.add(conn, "referrals", case.id, **values, why=why) is not None)
    await _told(conn, case, CaseTag.FILE_REFERRED, by)


async def answer_referral(conn: AsyncConnection, case_id: int, by: Author, one: int, answer: str, note: str) -> None:
    """Write down what came back of a referral."""
    case = await _open(conn, case_id, by)
    if answer not in ANSWERS:
        message = "请选回音。"
        raise DeskError(message)
    note = _words(note, "回音", MAX_WORDS, empty=True)
    await _changed(conn, "referrals", case, one, answer=answer, note=note)
    await _told(conn, case, CaseTag.FILE_ANSWERED, by)


async def plan_follow_up(conn: AsyncConnection, case_id: int, by: Author, what: str, due_at: datetime) -> None:
    """Fix when somebody looks in again; the file comes up in its owner's queue then."""
    case = await _open(conn, case_id, by)
    if due_at <= by.now:
        message = "这个时间已经过了，请选以后的时间。已经联系过的，请用“记一笔”。"
        raise DeskError(message)
    words = _words(what, "做什么", MAX_WORDS)
    _sure(await files.add(conn, "follow_ups", case.id, what=words, due_at=due_at) is not None)
    await next_day(conn, case.id, by.now)
    await _told(conn, case, CaseTag.FILE_FOLLOW_UP, by)


async def finish_follow_up(conn: AsyncConnection, case_id: int, by: Author, one: int, result: str) -> None:
    """Write down what came of a follow-up."""
    case = await _open(conn, case_id, by)
    result = _words(result, "结果", MAX_LONG)
    await _changed(conn, "follow_ups", case, one, result=result, done_at=by.now)
    await next_day(conn, case.id, by.now)
    await _told(conn, case, CaseTag.FILE_FOLLOWED, by)


async def write_down(conn: AsyncConnection, case_id: int, by: Author, words: str) -> None:
    """Write down what has just happened without having been planned (记一笔)."""
    case = await _open(conn, case_id, by)
    values = {"what": "", "due_at": by.now, "result": _words(words, "发生了什么", MAX_LONG), "done_at": by.now}
    _sure(await files.add(conn, "follow_ups", case.id, **values) is not None)
    await _told(conn, case, CaseTag.FILE_FOLLOWED, by)


_GONE = "这一条已经不在了，可能刚被同事改过。"


async def _open(conn: AsyncConnection, case_id: int, by: Author) -> Case:
    case, _ = await locked(conn, case_id, by.staff)
    await writable(conn, case)
    return case


async def _changed(conn: AsyncConnection, page: Page, case: Case, row: int, **values: object) -> None:
    if not await files.change(conn, page, case.id, row, **values):
        raise DeskError(_GONE)


def _sure(written: bool) -> None:
    """Refuse what the database has not taken: the consent went while the form was being filled in."""
    if not written:
        message = "家长的同意刚刚撤回，没有写进去。"
        raise DeskError(message)


def _words(text: str, label: str, longest: int, *, empty: bool = False) -> str:
    words = text.strip()
    if not words and not empty:
        message = f"还没写“{label}”。"
        raise DeskError(message)
    if len(words) > longest:
        message = f"“{label}”最多 {longest} 个字，现在是 {len(words)} 个。"
        raise DeskError(message)
    return words


async def _told(conn: AsyncConnection, case: Case, tag: CaseTag, by: Author) -> None:
    await cases.add_event(conn, case.id, tag, actor=by.staff.name, at=by.now)
