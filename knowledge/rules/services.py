"""Rules about listings, activities and duties: that a parent who follows one gets somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from knowledge.hours import around_the_clock
from knowledge.model import DAYS, Closure, Duty, Library, Listing, Recurrence, Span
from knowledge.rules.problem import Problem, place
from knowledge.rules.references import listed, reachable

# What each rule of recurrence needs.
NEEDS: dict[str, set[str]] = {
    "week-of": {"month", "day"},
    "months": {"months"},
    "month-end": set(),
    "monthly": set(),
    "nth-weekday": {"month", "nth", "weekday"},
    "date": {"month", "day"},
    "term": set(),
    "yearly": set(),
    "ongoing": set(),
    "once": {"start", "end"},
}
# What may be given besides: how often, where the document says so.
MAY: dict[str, set[str]] = {"term": {"times"}, "yearly": {"times"}}
_FILLED_BY = ("month", "day", "months", "nth", "weekday", "times", "start", "end")
LEAP_YEAR = 2024  # so that 29 February is a day
WEEK = 7 * 24 * 60


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at every listing, activity and duty of `part`."""
    for listing in part.listings.values():
        yield from _listing(listing, library)
    for activity in part.activities.values():
        for message in _recurrence(activity.recurrence):
            yield Problem(place(activity), "recurrence", message)
    for duty in part.duties.values():
        yield from _duty(duty, library)


def _listing(listing: Listing, library: Library) -> Iterator[Problem]:
    where = place(listing)
    yield from listed(where, "fallback", listing.fallback, library)
    yield from reachable(listing, "fallback", listing.fallback, library)
    if listing.id in listing.fallback:
        yield Problem(where, "fallback", "备用服务写了自己，请换成别的。")
    if listing.kind == "hotline" and listing.phone is None and not _answered(listing.fallback, library):
        yield Problem(where, "fallback", "热线还没有号码，请写一个有号码的备用服务，如 12356。")
    if not (listing.phone or listing.reach or listing.address or listing.url or listing.fallback):
        yield Problem(where, "reach", "没有号码、去处和备用服务，家长找不到人，请至少写一样。")
    if listing.kind == "emergency" and not (listing.phone and around_the_clock(listing.hours)):
        yield Problem(
            where, "emergency", '紧急电话请写上号码，hours 请写全天：{days: all, from: "00:00", to: "00:00"}。'
        )
    for message in _hours(listing.hours):
        yield Problem(where, "hours", message)
    for message in _closures(listing.closures):
        yield Problem(where, "closures", message)
    if listing.verified and listing.verified.on < listing.source_date:
        yield Problem(where, "dates", "核实日期早于出处日期，请改正。")


def _answered(ids: tuple[str, ...], library: Library) -> bool:
    return any(name in library.listings and library.listings[name].phone for name in ids)


def _hours(hours: tuple[Span, ...] | None) -> Iterator[str]:
    if hours is None:
        return
    if not hours:
        yield "hours 是空的，不知道时间请写 null。"
    for span in hours:
        if not span.days or set(span.days) - set(DAYS) or len(set(span.days)) < len(span.days):
            yield "hours 里的日子不对，请写 all、mon-fri 或 [mon, wed]。"
    for one, other in combinations(hours, 2):
        if ("any" in {one.on, other.on} or one.on == other.on) and _minutes(one) & _minutes(other):
            yield f"{_clock(one)} 和 {_clock(other)} 两段时间重叠，请分开。"


def _closures(closures: tuple[Closure, ...]) -> Iterator[str]:
    if any(one.end < one.start for one in closures):
        yield "临时停开的结束早于开始，请改正。"
    for one, other in combinations(closures, 2):
        if one.start <= other.end and other.start <= one.end:
            yield "两段临时停开有重叠的日子，请合成一段。"


def _clock(span: Span) -> str:
    return f"{span.start:%H:%M}—{span.end:%H:%M}"


def _minutes(span: Span) -> set[int]:
    """The minutes of the week that a span covers."""
    start = span.start.hour * 60 + span.start.minute
    end = span.end.hour * 60 + span.end.minute
    length = end - start if end > start else end - start + 24 * 60
    first = [DAYS.index(day) * 24 * 60 + start for day in span.days if day in DAYS]
    return {minute % WEEK for begin in first for minute in range(begin, begin + length)}


def _recurrence(recurrence: Recurrence) -> Iterator[str]:
    given = {name for name in _FILLED_BY if getattr(recurrence, name) not in {None, ()}}
    needed = NEEDS[recurrence.rule]
    if missing := sorted(needed - given):
        yield f"recurrence 的 {recurrence.rule} 还缺 {'、'.join(missing)}，请补上。"
        return
    if extra := sorted(given - needed - MAY.get(recurrence.rule, set())):
        yield f"recurrence 的 {recurrence.rule} 不用 {'、'.join(extra)}，请删去。"
    yield from _ranges(recurrence)


def _ranges(recurrence: Recurrence) -> Iterator[str]:
    months = (*recurrence.months, *([recurrence.month] if recurrence.month is not None else []))
    if not all(1 <= month <= 12 for month in months) or len(set(recurrence.months)) < len(recurrence.months):
        yield "recurrence 的月份不对，请写 1 到 12，各写一次。"
    elif recurrence.month and recurrence.day is not None and not _is_day(recurrence.month, recurrence.day):
        yield f"没有 {recurrence.month} 月 {recurrence.day} 日，请改正。"
    if recurrence.nth is not None and not 1 <= recurrence.nth <= 5:
        yield "recurrence 的 nth 不对，请写 1 到 5。"
    if recurrence.times is not None and recurrence.times < 1:
        yield "recurrence 的 times 不对，请写 1 或更多。"
    if recurrence.start and recurrence.end and recurrence.end < recurrence.start:
        yield "活动的结束早于开始，请改正。"


def _is_day(month: int, day: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def _duty(duty: Duty, library: Library) -> Iterator[Problem]:
    where = place(duty)
    if not duty.contacts and not duty.fallback:
        yield Problem(where, "contacts", "没有写找谁，请至少写一个 contacts 或 fallback。")
    elif not _answered((*duty.contacts, *duty.fallback), library):
        yield Problem(where, "contacts", "写的几处都没有号码，请在 fallback 里加一个能打的，如 national-12345。")
    for rule, ids in (("contacts", duty.contacts), ("fallback", duty.fallback)):
        yield from listed(where, rule, ids, library)
        yield from reachable(duty, rule, ids, library)
