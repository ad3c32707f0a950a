"""Who is on and what a parent may be told: by the hours of a deployment, or by a station's plan."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.handoff.duty import shifts
from bot.handoff.duty import telling as duty
from bot.handoff.duty.shifts import Plan
from bot.store.duty import Absence, Closure, Person, Shift
from bot.store.stations import Station
from knowledge.calendar import CHINA, china
from knowledge.spans import parse

HOURS = parse("workday 08:30-17:30; sat 09:00-12:00")
OFFICE = "workday 08:30-12:00; workday 13:30-17:30"
ZHOU, SHEN = Person(1, "周老师", 7, 2), Person(2, "沈老师", 7, 1)
ALWAYS = date(2026, 1, 1)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=CHINA)


def shift(staff: Person = ZHOU, hours: str = OFFICE, since: date = ALWAYS, until: date | None = None) -> Shift:
    return Shift(staff.id * 10, staff.id, 7, hours, since, until)


def away(start: str, end: str, staff: Person = ZHOU) -> Absence:
    return Absence(1, staff.id, at(start), at(end))


def closed(start: str, end: str, note: str = "", station: int | None = 7) -> Closure:
    return Closure(1, station, date.fromisoformat(start), date.fromisoformat(end), note)


def plan(
    *shifts_: Shift,
    hours: str = "",
    people: tuple[Person, ...] = (ZHOU,),
    absences: tuple[Absence, ...] = (),
    closures: tuple[Closure, ...] = (),
) -> Plan:
    return Plan(Station(7, "tianning", "天宁站", hours=hours), people, shifts_, absences, closures)


@pytest.mark.parametrize(
    ("moment", "on_duty", "opens"),
    [
        ("2026-05-12T10:00", True, None),  # a Tuesday
        ("2026-05-12T20:41", False, "明天 8:30"),
        ("2026-05-12T06:00", False, "今天 8:30"),
        ("2026-05-16T10:00", True, None),  # a Saturday morning
        ("2026-05-16T13:00", False, "周一 8:30"),
    ],
)
def test_the_desk_tells_whether_somebody_is_there_and_when_next(
    moment: str, *, on_duty: bool, opens: str | None
) -> None:
    assert duty.desk(HOURS, at(moment), china()) == duty.Desk(on_duty=on_duty, opens=opens)


def test_without_duty_hours_nothing_is_promised() -> None:
    assert duty.desk((), at("2026-05-12T10:00"), china()) == duty.Desk(on_duty=False)


@pytest.mark.parametrize("words", ["mon-fri", "someday 08:00-09:00", "mon 8-9", "mon 25:00-26:00"])
def test_duty_hours_that_cannot_be_read_are_an_error(words: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(words)


# What a parent is told, case by case: the plan, the moment, then on duty, the next opening, why it is closed.
LUNCH, NIGHT = shift(), shift(hours="all 22:00-06:00")
TOLD = {
    "within a shift": (plan(LUNCH), "2026-05-12T09:00", True, None, ""),
    "between two periods of a day": (plan(LUNCH), "2026-05-12T12:30", False, "今天 13:30", ""),
    "at the very end of a period": (plan(LUNCH), "2026-05-12T17:30", False, "明天 8:30", ""),
    "on a Friday evening": (plan(LUNCH), "2026-05-15T20:00", False, "周一 8:30", ""),
    "on a make-up workday, a Saturday": (plan(LUNCH), "2026-05-09T09:00", True, None, ""),
    "on a holiday of five days": (plan(LUNCH), "2026-05-02T09:00", False, "周三 8:30", ""),
    "on a Sunday before a make-up Saturday's week": (plan(LUNCH), "2026-05-10T09:00", False, "明天 8:30", ""),
    "in a night that began yesterday": (plan(NIGHT), "2026-05-13T05:59", True, None, ""),
    "after the night": (plan(NIGHT), "2026-05-13T06:00", False, "今天 22:00", ""),
    "in the night of the shift's last day": (
        plan(shift(hours="all 22:00-06:00", until=date(2026, 5, 12))),
        "2026-05-13T03:00",
        True,
        None,
        "",
    ),
    "after a shift has run out, with no hours": (
        plan(shift(until=date(2026, 5, 11))),
        "2026-05-12T09:00",
        False,
        None,
        "",
    ),
    "after a shift has run out, by the station's hours": (
        plan(shift(until=date(2026, 5, 11)), hours="all 08:00-20:00"),
        "2026-05-12T19:00",
        True,
        None,
        "",
    ),
    "before a shift begins": (plan(shift(since=date(2026, 5, 14))), "2026-05-12T09:00", False, "周四 8:30", ""),
    "by shifts the station's hours promise nothing": (
        plan(LUNCH, hours="all 00:00-00:00"),
        "2026-05-12T20:00",
        False,
        "明天 8:30",
        "",
    ),
    "without shifts by the station's hours": (plan(hours=OFFICE), "2026-05-12T09:00", True, None, ""),
    "a station without people": (plan(hours="all 00:00-00:00", people=()), "2026-05-12T09:00", False, None, ""),
    "hours that nobody can read": (plan(hours="morgens"), "2026-05-12T09:00", False, None, ""),
    "away for a day": (
        plan(LUNCH, absences=(away("2026-05-12T00:00", "2026-05-13T00:00"),)),
        "2026-05-12T09:00",
        False,
        "明天 8:30",
        "",
    ),
    "away until the middle of a period": (
        plan(LUNCH, absences=(away("2026-05-12T08:00", "2026-05-12T10:00"),)),
        "2026-05-12T09:00",
        False,
        "今天 10:00",
        "",
    ),
    "away, but a colleague is there": (
        plan(LUNCH, shift(SHEN), people=(ZHOU, SHEN), absences=(away("2026-05-12T00:00", "2026-05-13T00:00"),)),
        "2026-05-12T09:00",
        True,
        None,
        "",
    ),
    "all away by the station's hours": (
        plan(hours=OFFICE, absences=(away("2026-05-12T00:00", "2026-05-14T00:00"),)),
        "2026-05-12T09:00",
        False,
        "周四 8:30",
        "",
    ),
    "closed, with words": (
        plan(LUNCH, closures=(closed("2026-05-12", "2026-05-13", "站里搬家。"),)),
        "2026-05-12T09:00",
        False,
        "周四 8:30",
        "站里搬家",
    ),
    "closed everywhere": (
        plan(LUNCH, closures=(closed("2026-05-12", "2026-05-12", "停电检修", None),)),
        "2026-05-12T09:00",
        False,
        "明天 8:30",
        "停电检修",
    ),
    "the evening before a closed day": (
        plan(LUNCH, closures=(closed("2026-05-13", "2026-05-13", "停电检修"),)),
        "2026-05-12T20:00",
        False,
        "周四 8:30",
        "",
    ),
    "a night that runs into a closed day ends at midnight": (
        plan(NIGHT, closures=(closed("2026-05-13", "2026-05-13", "停电"),)),
        "2026-05-13T01:00",
        False,
        "明天 22:00",
        "停电",
    ),
    "the morning after a closed day, of a night that was not held": (
        plan(NIGHT, closures=(closed("2026-05-13", "2026-05-13"),)),
        "2026-05-14T01:00",
        False,
        "今天 22:00",
        "",
    ),
    "closed for longer than anybody can tell": (
        plan(LUNCH, closures=(closed("2026-05-12", "2026-07-12", "装修"),)),
        "2026-05-12T09:00",
        False,
        None,
        "装修",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_a_parent_is_told_is_so(case: str) -> None:
    planned, moment, on_duty, opens, why = TOLD[case]
    told = duty.of_station(planned, at(moment), china())
    assert (told.on_duty, told.opens, told.closed, told.sure) == (on_duty, opens, why, True)


def test_near_a_holiday_whose_notice_is_not_out_nothing_is_promised() -> None:
    year = max(china().published) + 1
    told = duty.of_station(plan(LUNCH), datetime(year, 10, 1, 9, tzinfo=CHINA).replace(day=6), china())
    assert (told.on_duty, told.opens, told.sure) == (False, None, False)


def test_who_is_on_is_listed_once_however_many_periods_overlap() -> None:
    double = plan(shift(hours="all 08:00-12:00; all 09:00-11:00"), shift(SHEN), people=(ZHOU, SHEN))
    assert shifts.who_is_on(double, at("2026-05-12T10:00"), china()) == (ZHOU, SHEN)


@pytest.mark.parametrize(("held", "full"), [((1, 0), False), ((2, 0), False), ((2, 1), True), ((5, 1), True)])
def test_a_station_is_full_when_nobody_there_can_take_another_talk(held: tuple[int, int], *, full: bool) -> None:
    there = (Person(1, "周老师", 7, 2, held[0]), Person(2, "沈老师", 7, 1, held[1]))
    planned = plan(shift(), shift(SHEN), people=there)
    told = duty.of_station(planned, at("2026-05-12T10:00"), china(), waiting=3)
    assert (told.on_duty, told.full, told.waiting) == (True, full, 3)


def test_somebody_with_room_who_is_not_there_does_not_count() -> None:
    there = (Person(1, "周老师", 7, 1, 1), SHEN)
    planned = plan(shift(), shift(SHEN, "sat 09:00-12:00"), people=there)
    assert duty.of_station(planned, at("2026-05-12T10:00"), china()).full
