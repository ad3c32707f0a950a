"""The board in words and shapes: what its templates show. Pure: what was loaded and the time are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from markupsafe import Markup

from bot.handoff.duty import shifts
from bot.handoff.duty.shifts import Plan
from bot.store.board import Now, Said, Today
from bot.store.cases import Case
from bot.store.duty import Roster
from bot.store.funnel import Funnel, Spread
from bot.store.stations import Station
from bot.times import when
from bot.web.charts import Series, lines
from bot.web.desk.lead.coming import Coming, first_of
from bot.web.sheets import FEW
from knowledge.calendar import CHINA, Calendar


@dataclass(frozen=True, slots=True)
class Day:
    """What changes slowly, as it was loaded `at` a moment. `present` are people of no station who are at the desk.

    `yesterday` talks waited at this time of the day before; `coming` is the next shift by station; `low` closed talks
    have not helped, as their parents said, and nobody has looked at them since.
    """

    at: datetime
    stations: tuple[Station, ...]
    done: Today
    by_station: Mapping[int | None, Today]
    said: Mapping[int | None, Said]
    today: tuple[int, ...]
    before: tuple[int, ...]
    funnel: Funnel
    roster: Roster
    present: tuple[str, ...] = ()
    yesterday: int = 0
    coming: Mapping[int, Coming] = field(default_factory=dict)
    low: int = 0


@dataclass(frozen=True, slots=True)
class Stat:
    """One number of the top row; `state` over asks to be seen, `icon` may be empty."""

    name: str
    value: str
    more: str
    state: str = ""
    icon: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the table of stations. `held` of `capacity` talks.

    `rest` says who helps when nobody is there, `then` who comes next.
    """

    id: int | None
    name: str
    people: tuple[str, ...]
    held: int
    capacity: int
    waiting: int
    longest: str
    late: bool
    claimed: int
    first: str
    content: str
    rest: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Why a case stands on the list of what has to be looked after now, and how late it is."""

    why: str
    late: str

    @classmethod
    def of(cls, case: Case, now: datetime) -> Watch:
        """Say it for a case."""
        over = now - case.due_at
        late = f"超 {length(over)}" if over > timedelta(0) else f"剩 {length(-over)}"
        moved = f"已改派 {case.moves} 次" if case.moves else ""
        if case.unseen:
            why = "急事，还没有人确认"
        elif case.state == "claimed" and "handed" in case.detail:
            why = f"转给{case.owner or '同事'}了，还没有打开"
        elif case.state == "claimed":
            why = f"{case.owner or '同事'}接了，还没有回话"
        else:
            why = "没有人接"
        return cls(" · ".join(filter(None, (why, moved))), late if case.state == "open" or case.unseen else "")


def length(time: timedelta) -> str:
    """Write a length: 4:12 below an hour, 2 小时 5 分, 3 天."""
    seconds = max(int(time.total_seconds()), 0)
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    if seconds < 24 * 3600:
        return f"{seconds // 3600} 小时 {seconds % 3600 // 60} 分"
    return f"{seconds // (24 * 3600)} 天"


def took(seconds: float | None) -> str:
    """Write how long something took: 48 秒, 1 分 48 秒, 2 小时 5 分, 3 天; — when it has not happened."""
    if seconds is None:
        return "—"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒" if whole % 60 else f"{whole // 60} 分"
    return f"{whole // 3600} 小时 {whole % 3600 // 60} 分" if whole < 24 * 3600 else f"{whole / 86400:.1f} 天"


def top(day: Day, standing: Mapping[int | None, Now], shown: Sequence[Place], now: datetime) -> list[Stat]:
    """Give the numbers of the top row."""
    all_ = standing.values()
    overdue, unseen = sum(one.overdue for one in all_), sum(one.unseen for one in all_)
    waiting, others = sum(one.waiting for one in all_), sum(one.others for one in all_)
    oldest = min((one for one in all_ if one.since), key=lambda one: one.since or now, default=None)
    on = sum(len(place.people) for place in shown)
    talking = sum(one.talking for one in all_)
    numbers = {one.id for one in day.stations}
    planned = sum(person.station_id in numbers for person in day.roster.people) + len(day.present)
    room = sum(max(place.capacity - place.held, 0) for place in shown)
    then = first_of(day.coming, [(one.id, one.name) for one in day.stations], now)
    stats = [
        Stat("没人确认的急事", str(unseen), "请先看这些", "over", "risk-urgent") if unseen else None,
        Stat("超时没人接", str(overdue), "见下面的单子", "over", "clock") if overdue else None,
        None if overdue else Stat("超时没人接", "0", "都在时限内"),
        Stat(
            "等着的",
            str(waiting),
            _joined(f"昨天此时 {day.yesterday}", f"另有 {others} 件不在对话里" if others else ""),
        ),
        _longest(oldest, now),
        Stat(
            "在值班",
            str(on),
            _joined(f"还接得下 {room} 件" if on else "现在没有人", then),
            of=f" / {planned}" if planned else "",
        ),
        Stat("正在聊", str(talking), f"人均 {talking / on:.1f} 件" if on else "有人接了的对话"),
        Stat("今天接手", str(day.done.claimed), "从零点到现在"),
        Stat("今天首次回应", took(day.done.first), "一半比这短" if day.done.first is not None else "今天还没有"),
    ]
    return [one for one in stats if one]


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def _longest(oldest: Now | None, now: datetime) -> Stat:
    if oldest is None or oldest.since is None or oldest.due is None:
        return Stat("等得最久", "—", "没有人在等")
    limit = length(oldest.due - oldest.since)
    return Stat("等得最久", length(now - oldest.since), f"时限 {limit}", "over" if oldest.due < now else "")


def places(day: Day, standing: Mapping[int | None, Now], now: datetime, calendar: Calendar) -> list[Place]:
    """Give the table of stations, the busiest first; what belongs to none comes last, if there is any."""
    plans, names = shifts.plans(day.roster), {one.id: one.name for one in day.roster.stations}
    made = [
        _place(station, plans.get(station.id), day, standing.get(station.id, Now()), now, calendar, names)
        for station in day.stations
    ]
    made.sort(key=lambda one: (not one.late, -one.waiting, -one.held, one.name))
    nobodys = standing.get(None)
    if nobodys or day.by_station.get(None) or day.present:
        name = "还没分到站点的" if day.stations else "全部"
        made.append(_row(None, name, day.present, (nobodys.talking if nobodys else 0, 0), day, nobodys or Now(), now))
    return made


def _place(
    station: Station,
    plan: Plan | None,
    day: Day,
    stands: Now,
    now: datetime,
    calendar: Calendar,
    names: Mapping[int, str],
) -> Place:
    on = shifts.who_is_on(plan, now, calendar) if plan else ()
    load = sum(person.held for person in on), sum(person.capacity for person in on)
    rest = "" if on else _rest(station, plan, now, calendar, names)
    people = tuple(person.name for person in on)
    made = _row(station.id, station.name, people, load, day, stands, now, rest)
    next_ = day.coming.get(station.id)
    return replace(made, then=next_.words(now)) if next_ and on else made


def _rest(station: Station, plan: Plan | None, now: datetime, calendar: Calendar, names: Mapping[int, str]) -> str:
    """Say when somebody comes again, and who helps till then."""
    opens = shifts.next_opening(plan, now, calendar) if plan else None
    helper = names.get(station.next_id or 0, "")
    said = (f"{when(opens, now)} 有人" if opens else "", f"{helper}帮忙" if helper else "")
    return "，".join(filter(None, said))


def _row(
    number: int | None,
    name: str,
    people: tuple[str, ...],
    load: tuple[int, int],
    day: Day,
    stands: Now,
    now: datetime,
    rest: str = "",
) -> Place:
    done, said = day.by_station.get(number, Today()), day.said.get(number, Said())
    content = f"{said.content / said.rated:.0%}" if said.rated >= FEW else ("不足 5 件" if said.rated else "—")
    return Place(
        id=number,
        name=name,
        people=people,
        held=load[0],
        capacity=load[1],
        waiting=stands.waiting,
        longest=length(now - stands.since) if stands.since else "—",
        late=stands.due is not None and stands.due < now,
        claimed=done.claimed,
        first=took(done.first),
        content=content,
        rest=rest,
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """The chart of the day beside that of a week ago, with the numbers of its table; None: not yet."""

    chart: Markup
    rows: tuple[tuple[str, int | None, int], ...]
    before: str


def by_hour(today: Sequence[int], before: Sequence[int], now: datetime) -> Hours:
    """Draw the hours of today up to the present one."""
    local = now.astimezone(CHINA)
    known = [many if hour <= local.hour else None for hour, many in enumerate(today)]
    weekday = f"上周{'一二三四五六日'[local.weekday()]}"
    most = max(today[: local.hour + 1])
    peak = f"{today.index(most)} 时 {most} 件" if most else ""
    label = f"今天每小时来了多少件，{f'最多的是 {peak}' if peak else '还没有'}；{weekday}共 {sum(before)} 件"
    ticks = [f"{hour}时" for hour in range(24)]
    chart = lines(label, ticks, (Series("今天", known), Series(weekday, before)), every=3, note=peak)
    return Hours(chart, tuple(zip(ticks, known, before, strict=True)), weekday)


def funnel_rows(found: Funnel) -> list[tuple[str, int, str]]:
    """Give the steps of the crisis funnel: what, how many cases, how long half of them took at most."""
    return [
        ("看出风险", found.opened, ""),
        ("提醒到人", found.alerted, _half(found.to_alert)),
        ("有人看到", found.acknowledged, _half(found.to_acknowledge)),
        ("回了话", found.answered, _half(found.to_answer)),
        ("有了结果", found.closed, ""),
    ]


def _half(spread: Spread | None) -> str:
    return f"一半在 {took(spread.median)}内" if spread else ""
