"""The pairings of a family's file as its page and its paper show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.handoff.family.pairing import ROLES, ends, silent
from bot.store.files import Aide
from bot.times import day
from bot.web.desk.family.sheet import SIDES, Sheet
from knowledge.calendar import CHINA


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pairing: who, as what, from when to when, the last contact, what is to be looked at, why it ended."""

    aide: Aide
    role: str
    side: str
    period: str
    last: str
    notes: tuple[str, ...]
    ended: str


def pairs(sheet: Sheet, now: datetime) -> list[PairRow]:
    """Give the pairings, those that run first."""
    paired = [one for one in sheet.aides if one.role]
    return [_row(sheet, one, now) for one in sorted(paired, key=lambda one: (not one.running, one.id))]


def _row(sheet: Sheet, one: Aide, now: datetime) -> PairRow:
    today = now.astimezone(CHINA).date()
    met = [
        each.done_at.astimezone(CHINA).date()
        for each in sheet.follow_ups
        if each.helper_id == one.id and each.done_at is not None and not each.dropped
    ]
    last = max(met, default=None)
    return PairRow(
        one,
        ROLES.get(one.role, one.role),
        SIDES[one.side][0],
        period(one.since_day, one.ended_day or one.until_day),
        day(last) if last else "",
        notes(one.since_day, one.until_day, last, today) if one.running else (),
        f"{day(one.ended_day)}结束：{one.ended_why}" if one.ended_day else "",
    )


def period(since: date | None, until: date | None) -> str:
    """Say from when to when."""
    begin = f"{day(since)}起" if since else ""
    return f"{begin}，到 {day(until)}" if until else begin


def notes(since: date | None, until: date | None, last: date | None, today: date) -> tuple[str, ...]:
    """Say what somebody should look at in a pairing that runs."""
    quiet = "一个多月没有联系" if silent(since, last, today) else ""
    return tuple(filter(None, (quiet, ends(until, today))))
