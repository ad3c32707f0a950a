"""Writing into a family's file: situation, plan, helpers, referrals. Each step leaves its word, no content.

Pairings are in `bot.handoff.family.pairing`, follow-ups and visits in `bot.handoff.family.contacts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError
from bot.handoff.family.consent import SIDES, STATES, who_does
from bot.handoff.family.entering import GONE, MAX_LONG, MAX_WORDS, Author, changed, opened, sure, told, words_of
from bot.store import files
from bot.store.events import CaseTag

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


async def write_situation(conn: AsyncConnection, case_id: int, by: Author, given: Mapping[str, str]) -> None:
    """Write the sections of the situation; empty ones are left out."""
    case, _ = await opened(conn, case_id, by)
    words = {name: words_of(given.get(name, ""), SECTIONS[name][0], MAX_LONG, empty=True) for name in SECTIONS}
    sure(await files.write_situation(conn, case.id, {name: said for name, said in words.items() if said}))
    await told(conn, case, CaseTag.FILE_SITUATION, by)


async def add_plan(
    conn: AsyncConnection, case_id: int, by: Author, goal: str, who: tuple[str, str], until: date | None
) -> None:
    """Add one thing to be reached; `who` is the side and the name."""
    case, _ = await opened(conn, case_id, by)
    if who[0] not in SIDES:
        message = "请选是谁来做。"
        raise DeskError(message)
    doing = who_does(who[0], words_of(who[1], "谁来做", MAX_WORDS, empty=True))
    values = {"goal": words_of(goal, "要做到什么", MAX_WORDS), "who": doing, "until_day": until, "at": by.now}
    sure(await files.add(conn, "plan", case.id, **values) is not None)
    await told(conn, case, CaseTag.FILE_PLAN, by)


async def change_plan(
    conn: AsyncConnection, case_id: int, by: Author, item: int, state: str, note: str, until: date | None
) -> None:
    """Say how one thing of the plan stands now."""
    case, _ = await opened(conn, case_id, by)
    if state not in STATES:
        message = "请选现在怎么样了。"
        raise DeskError(message)
    values = {"state": state, "note": words_of(note, "怎么样了", MAX_WORDS, empty=True), "until_day": until}
    await changed(conn, "plan", case, item, **values)
    await told(conn, case, CaseTag.FILE_PLAN, by)


async def add_helper(
    conn: AsyncConnection, case_id: int, by: Author, side: str, who: str, part: str, day: date | None
) -> None:
    """Write down who helps from one of the four sides; a name, no account."""
    case, _ = await opened(conn, case_id, by)
    if side not in HELPERS:
        message = "请选是哪一边的帮手。"
        raise DeskError(message)
    values = {"side": side, "who": words_of(who, "帮手是谁", MAX_WORDS), "next_day": day}
    part = words_of(part, "帮什么", MAX_WORDS, empty=True)
    sure(await files.add(conn, "helpers", case.id, **values, part=part) is not None)
    await told(conn, case, CaseTag.FILE_HELPER, by)


async def remove_helper(conn: AsyncConnection, case_id: int, by: Author, helper: int) -> None:
    """Take a helper out; a pairing is ended and stays."""
    case, _ = await opened(conn, case_id, by)
    if any(one.id == helper and one.role for one in await files.aides(conn, case.id)):
        message = "这是结对，不能去掉，请用“结束结对”，写一句为什么。"
        raise DeskError(message)
    if not await files.remove(conn, "helpers", case.id, helper):
        raise DeskError(GONE)
    await told(conn, case, CaseTag.FILE_HELPER, by)


async def add_referral(
    conn: AsyncConnection, case_id: int, by: Author, to_whom: str, duty_id: str | None, why: str, day: date
) -> None:
    """Write down to whom the family was sent; `duty_id` where it is an office of the library's duty table."""
    case, _ = await opened(conn, case_id, by)
    values = {"to_whom": words_of(to_whom, "转给谁", MAX_WORDS), "duty_id": duty_id, "on_day": day}
    why = words_of(why, "为什么", MAX_WORDS, empty=True)
    sure(await files.add(conn, "referrals", case.id, **values, why=why) is not None)
    await told(conn, case, CaseTag.FILE_REFERRED, by)


async def answer_referral(conn: AsyncConnection, case_id: int, by: Author, one: int, answer: str, note: str) -> None:
    """Write down what came back of a referral."""
    case, _ = await opened(conn, case_id, by)
    if answer not in ANSWERS:
        message = "请选回音。"
        raise DeskError(message)
    note = words_of(note, "回音", MAX_WORDS, empty=True)
    await changed(conn, "referrals", case, one, answer=answer, note=note)
    await told(conn, case, CaseTag.FILE_ANSWERED, by)
