"""The rules of appointments: which steps a booking may take when, what it is called, when to remind. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal

from bot.messages import Booking, Slot
from bot.times import clock, day, weekday
from knowledge.calendar import CHINA, Calendar

NOTICE = timedelta(hours=2)  # so much before its beginning a slot can be asked for: somebody has to confirm it
AHEAD = timedelta(days=60)  # and no further ahead than this
SERIES = timedelta(days=183)  # a series of slots goes no further
MOST = 200  # slots made at once

Kind = Literal["ask", "accept", "cancel"]
Reminder = Literal["day", "hour"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a parent decided: ask for a slot, accept a proposed booking, cancel one; `id` of the slot or booking.

    `instead` is the booking that a newly asked slot takes the place of.
    """

    kind: Kind
    id: int
    instead: int | None = None


@dataclass(frozen=True, slots=True)
class Diary:
    """What a turn about appointments needs: the next free slots, the parent's own bookings, the slot just chosen.

    `chosen` is locked: what is said of its places stays true until the turn is written. `elsewhere`: other regions
    have free slots. `wrapped`: later times were wanted and there are none, `free` begins anew.
    """

    free: tuple[Slot, ...] = ()
    own: tuple[Booking, ...] = ()
    chosen: Slot | None = None
    elsewhere: bool = False
    wrapped: bool = False

    @property
    def active(self) -> tuple[Booking, ...]:
        """The bookings that take a place."""
        return tuple(one for one in self.own if one.active)

    def ahead(self, now: datetime) -> tuple[Booking, ...]:
        """Give the active bookings whose time has not come."""
        return tuple(one for one in self.active if one.slot.starts_at > now)


@dataclass(frozen=True, slots=True)
class Rule:
    """When staff may take a step with a booking, and what becomes of it. `after`: only once its time has come."""

    expect: frozenset[str]
    to: str
    after: bool | None = None


STEPS: Mapping[str, Rule] = MappingProxyType(
    {
        "confirm": Rule(frozenset({"asked", "proposed"}), "confirmed", after=False),
        "decline": Rule(frozenset({"asked", "proposed", "confirmed"}), "declined"),
        "propose": Rule(frozenset({"asked", "proposed", "confirmed"}), "declined", after=False),
        "attended": Rule(frozenset({"asked", "proposed", "confirmed"}), "attended", after=True),
        "missed": Rule(frozenset({"asked", "proposed", "confirmed"}), "missed", after=True),
    }
)
STATES: Mapping[str, str] = MappingProxyType(
    {
        "asked": "等确认",
        "proposed": "换了时间，等家长回话",
        "confirmed": "约好了",
        "declined": "没有约成",
        "cancelled": "家长取消了",
        "attended": "来了",
        "missed": "没来",
    }
)
UNRECORDED = "还没记"


def may(step: str, booking: Booking, now: datetime) -> str:
    """Say why a step may not be taken with a booking now, as a Chinese sentence; "" when it may."""
    rule = STEPS[step]
    if booking.state not in rule.expect:
        return f"这个预约现在是“{STATES.get(booking.state, booking.state)}”，这一步不用做了。"
    begun = now >= booking.slot.starts_at
    if rule.after is True and not begun:
        return "时间还没有到，到了再记。"
    if rule.after is False and begun:
        return "时间已经过了，请记“来了”或“没来”。"
    return ""


def standing(booking: Booking, now: datetime) -> str:
    """Say how a booking stands, for staff; one whose time has come and of which nothing is written is 还没记."""
    if booking.active and now >= booking.slot.starts_at:
        return UNRECORDED
    return STATES.get(booking.state, booking.state)


def moment(slot: Slot) -> str:
    """Name the beginning of a slot so that it stays true whenever it is read: 5 月 13 日（周三）14:00."""
    local = slot.starts_at.astimezone(CHINA).date()
    return f"{day(local)}（{weekday(local)}）{clock(slot.starts_at)}"


def called(slot: Slot) -> str:
    """Name a slot: its time, what it is, where."""
    return f"{moment(slot)}，{slot.title}，{slot.station}"


def series(
    first: date,
    at: time,
    *,
    until: date | None = None,
    weekdays: Collection[int] = (),
    calendar: Calendar | None = None,
) -> list[datetime]:
    """Give the beginnings of slots in China's time: one, or every week on these weekdays (0 is Monday) until a day.

    Without weekdays those of the first day. With a calendar days off are left out; that a day may turn out to be off
    when a notice comes is no reason to leave it out.
    """
    if until is None:
        return [datetime.combine(first, at, CHINA)]
    wanted = set(weekdays) or {first.weekday()}
    days = (first + timedelta(days=n) for n in range((until - first).days + 1))
    held = (one for one in days if one.weekday() in wanted and not (calendar and _off(calendar, one)))
    return [datetime.combine(one, at, CHINA) for one in held]


def _off(calendar: Calendar, on: date) -> bool:
    """Whether a holiday takes this day. An ordinary weekend is none, some stations open just then.

    The calendar does not name the weekend days inside a holiday: they are those between two days off.
    """
    if on.weekday() < 5 or on in calendar.make_up or _laid_down(calendar, on):
        return _laid_down(calendar, on)
    before, after = on - timedelta(days=on.weekday() - 4), on + timedelta(days=7 - on.weekday())  # Friday and Monday
    weekend = [on - timedelta(days=1)] if on.weekday() == 6 else [on + timedelta(days=1)]
    held = any(_laid_down(calendar, day) for day in weekend)
    return (_laid_down(calendar, before) or held) and (_laid_down(calendar, after) or held)


def _laid_down(calendar: Calendar, on: date) -> bool:
    return on in calendar.off or on in calendar.statutory


def fits(booking: Booking, free: Sequence[Slot], now: datetime) -> list[Slot]:
    """Give the slots that staff may propose instead: of the same station, another time, a place left."""
    mine = booking.slot
    return [
        one
        for one in free
        if one.station_id == mine.station_id and one.id != mine.id and one.left and one.starts_at > now
    ]


def reminder(booking: Booking, now: datetime) -> Reminder | None:
    """Say which reminder of a confirmed booking is due: on the day before from 10:00 on, or within the last hour.

    None when the parent was told of the time since it was due, when it was booked later than that, or when it is over.
    """
    start = booking.slot.starts_at
    if booking.state != "confirmed" or now >= start:
        return None
    before = start.astimezone(CHINA).date() - timedelta(days=1)
    points: tuple[tuple[Reminder, datetime], ...] = (
        ("hour", start - timedelta(hours=1)),
        ("day", datetime.combine(before, time(10), CHINA)),
    )
    told = max(filter(None, (booking.reminded_at, booking.at)))
    for name, due in points:
        if now >= due:
            return name if told < due and now < expires(name, booking.slot) else None
    return None


def expires(name: Reminder, slot: Slot) -> datetime:
    """Give the moment from which a reminder is untrue: 明天 at midnight, the other at the beginning."""
    midnight = datetime.combine(slot.starts_at.astimezone(CHINA).date(), time(), CHINA)
    return midnight if name == "day" else slot.starts_at
