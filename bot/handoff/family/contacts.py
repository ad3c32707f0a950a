"""Follow-ups of a family's file: planned, moved, called off, written down; a visit is told to the parent and asked of.

Whose contact it was and how may stand beside each (`Contact`). Words for the parent go out by
`bot.handoff.family.visiting`, in the transaction of the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.desk import DeskError
from bot.handoff.family import visiting, visits
from bot.handoff.family.entering import GONE, MAX_LONG, MAX_WORDS, Author, changed, opened, sure, told, words_of
from bot.handoff.family.files import next_day
from bot.handoff.family.visits import HOME, KNOWS, WAYS
from bot.store import files, follow_ups
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.follow_ups import FollowUp
from knowledge.calendar import CHINA

_TWICE = timedelta(minutes=5)  # the same words within it are one note, sent twice
_PASSED = "这个时间已经过了，请选以后的时间。已经联系过的，请用“记一笔”。"


@dataclass(frozen=True, slots=True)
class Contact:
    """How a family is met and by whom: `helper` is one of the file's, 0 for the staff themselves."""

    way: str = ""
    helper: int = 0


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a contact beside its result: what was agreed, on which day it was, when the next one is.

    `off`: it did not take place.
    """

    agreed: str = ""
    on: date | None = None
    next_at: datetime | None = None
    off: bool = False


async def plan_follow_up(
    conn: AsyncConnection,
    case_id: int,
    by: Author,
    what: str,
    due_at: datetime,
    contact: Contact | None = None,
    *,
    tell: bool = False,
) -> None:
    """Fix when somebody looks in again; the file comes up in its owner's queue then. A visit is told if asked for."""
    case, conversation = await opened(conn, case_id, by)
    values = await _of(conn, case, contact or Contact())
    _ahead(values["way"], due_at, by)
    words = words_of(what, "做什么", MAX_WORDS, empty=values["way"] == HOME) or "到家里坐坐"
    same = (words, values["way"], due_at)
    if same in [(one.what, one.way, one.due_at) for one in await _open(conn, case)]:
        return  # a second tap on the same form
    added = await files.add(conn, "follow_ups", case.id, what=words, due_at=due_at, **values)
    sure(added is not None)
    await next_day(conn, case.id, by.now)
    await told(conn, case, CaseTag.FILE_FOLLOW_UP, by)
    if tell and added is not None and values["way"] == HOME:
        await visiting.invite(conn, conversation, added, by.staff.name, by.now, again=False)


async def tell(conn: AsyncConnection, case_id: int, by: Author, one: int) -> None:
    """Tell the parent of a visit that was planned without."""
    case, conversation = await opened(conn, case_id, by)
    visit = await _planned(conn, case, one)
    if visit.way != HOME or visit.told in (*KNOWS, "wanted"):
        message = "这一次已经告诉家长了。" if visit.told else "只有上门家访会发给家长。"
        raise DeskError(message)
    await visiting.invite(conn, conversation, one, by.staff.name, by.now, again=False)
    fresh = await _planned(conn, case, one)
    if fresh.told == "untold":
        message = "现在发不了：离家访不到一个小时，或家里可能有别人看手机。请打电话或当面说。"
        raise DeskError(message)


async def move(conn: AsyncConnection, case_id: int, by: Author, one: int, due_at: datetime) -> None:
    """Choose another time; a parent who was told of the former one is told of this one."""
    case, conversation = await opened(conn, case_id, by)
    planned = await _planned(conn, case, one)
    _ahead(planned.way, due_at, by)
    await changed(conn, "follow_ups", case, one, due_at=due_at, reminded_at=None)
    await next_day(conn, case.id, by.now)
    await told(conn, case, CaseTag.FILE_FOLLOW_UP, by)
    if planned.told:
        read = await visiting.forget(conn, conversation, one, by.now)
        await visiting.invite(conn, conversation, one, by.staff.name, by.now, again=read)


async def finish_follow_up(
    conn: AsyncConnection, case_id: int, by: Author, one: int, result: str, came: Came | None = None
) -> None:
    """Write down what came of a follow-up, or that it did not take place, and the next one if its day is known."""
    case, conversation = await opened(conn, case_id, by)
    came, planned = came or Came(), await _planned(conn, case, one)
    result = words_of(result, "结果", MAX_LONG)
    values = {"result": result, "agreed": _agreed(came), "dropped": came.off, "done_at": _done_at(came, by)}
    if planned.told == "wanted":  # the morning has nothing to tell any more
        values["told"] = ""
    if came.next_at is not None:
        _ahead(planned.way, came.next_at, by)
    await changed(conn, "follow_ups", case, one, **values)
    if came.next_at is not None:
        again = {"what": planned.what, "way": planned.way, "helper_id": planned.helper_id}
        sure(await files.add(conn, "follow_ups", case.id, due_at=came.next_at, **again) is not None)
    await next_day(conn, case.id, by.now)
    await told(conn, case, CaseTag.FILE_FOLLOWED, by)
    if planned.way == HOME and came.off:
        await visiting.call_off(conn, conversation, one, by.staff.name, by.now)
    elif planned.way == HOME:
        await visiting.forget(conn, conversation, one, by.now)
        await visiting.ask_whether(conn, conversation, one, by.staff.name, by.now)


async def write_down(
    conn: AsyncConnection,
    case_id: int,
    by: Author,
    words: str,
    contact: Contact | None = None,
    came: Came | None = None,
) -> None:
    """Write down what has happened without having been planned (记一笔)."""
    case, conversation = await opened(conn, case_id, by)
    came, values = came or Came(), await _of(conn, case, contact or Contact())
    at = _done_at(came, by)
    happened = {"what": "", "due_at": at, "done_at": at, "agreed": _agreed(came)}
    result = words_of(words, "发生了什么", MAX_LONG)
    if await _written(conn, case, result, values["way"], at):
        return  # a second tap on the same form
    added = await files.add(conn, "follow_ups", case.id, result=result, **happened, **values)
    sure(added is not None)
    await told(conn, case, CaseTag.FILE_FOLLOWED, by)
    if added is not None and values["way"] == HOME:
        await visiting.ask_whether(conn, conversation, added, by.staff.name, by.now)


async def _open(conn: AsyncConnection, case: Case) -> list[FollowUp]:
    return [one for one in await follow_ups.of_case(conn, case.id) if one.done_at is None]


async def _written(conn: AsyncConnection, case: Case, result: str, way: object, at: datetime) -> bool:
    """Whether this very contact was written down a moment ago."""
    done = [one for one in await follow_ups.of_case(conn, case.id) if (one.result, one.way) == (result, way)]
    return any(one.done_at is not None and abs(one.done_at - at) <= _TWICE for one in done)


async def _planned(conn: AsyncConnection, case: Case, one: int) -> FollowUp:
    """Find a follow-up of this very file that is still to come."""
    found = next((each for each in await follow_ups.of_case(conn, case.id) if each.id == one), None)
    if found is None:
        raise DeskError(GONE)
    if found.done_at is not None:
        message = "这一次已经记过结果了。"
        raise DeskError(message)
    return found


async def _of(conn: AsyncConnection, case: Case, contact: Contact) -> dict[str, object]:
    """Give the columns of a contact, or say what is wrong with it."""
    if contact.way and contact.way not in WAYS:
        message = "请选怎么联系。"
        raise DeskError(message)
    if contact.helper and contact.helper not in [one.id for one in await files.aides(conn, case.id)]:
        message = "没有找到这位帮手，请从名单里选。"
        raise DeskError(message)
    return {"way": contact.way, "helper_id": contact.helper or None}


def _ahead(way: object, due_at: datetime, by: Author) -> None:
    """Refuse a time that is over, or at which nobody goes to a family."""
    why = _PASSED if due_at <= by.now else visits.refusal(due_at) if way == HOME else ""
    if why:
        raise DeskError(why)


def _agreed(came: Came) -> str:
    return words_of(came.agreed, "说好了什么", MAX_LONG, empty=True)


def _done_at(came: Came, by: Author) -> datetime:
    """Give the moment of a contact: now, or noon of the day on which it was."""
    today = by.now.astimezone(CHINA).date()
    if came.on is None or came.on == today:
        return by.now
    if came.on > today:
        message = "这一天还没有到，请写已经过了的日子。"
        raise DeskError(message)
    return datetime.combine(came.on, time(12), CHINA)
