"""值班: who is on this week at a station, and the forms that plan it. Everybody notes their absence, leads the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import HIGHEST, fields
from bot.channels.web.refused import Refused
from bot.handoff.duty import shifts
from bot.handoff.duty import words as hours_words
from bot.store import audit, duty, stations
from bot.store.audit import Act
from bot.store.duty import Roster
from bot.store.people import Role, Staff
from bot.store.stations import Station
from bot.store.wake import DESK, wake
from bot.web.desk.duty import form as duty_form
from bot.web.desk.duty.form import FormError, Typed
from bot.web.desk.duty.week import WEEK, monday, week
from bot.web.permissions import STAFF, face
from knowledge.calendar import CHINA, Calendar

NOTHING = Typed("", {})
ALL = "all"  # the scope of a closure of every station


@dataclass(frozen=True, slots=True)
class DutyPages:
    """The handlers; `hours` are those of a deployment without stations."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    calendar: Calendar
    hours: str = ""

    async def page(self, request: web.Request, *, given: Typed = NOTHING, problem: str = "") -> web.Response:
        """`GET /desk/duty?station=&week=`: the week of one's own station, or of one in scope."""
        me, now = request[STAFF], self.clock()
        today = now.astimezone(CHINA).date()
        first = _first(request.query.get("week", ""), today)
        async with self.engine.connect() as conn:
            mine = [one for one in await stations.listing(conn, me) if one.active]
            station = _chosen(mine, me, given.get("station") or request.query.get("station", ""))
            roster = await duty.roster(conn, now)
            # A past week is shown with what was in force then.
            since = min(first, today) - timedelta(days=2)
            planned = await duty.planned(conn, since)
            away = await duty.away(conn, datetime.combine(since, datetime.min.time(), tzinfo=CHINA))
            closed = await duty.closed(conn, since)
        context: dict[str, Any] = {
            "staff": face(request),
            "me": me.id,
            "leads": me.leads and station is not None,
            "everywhere": me.role == Role.ADMIN,
            "stations": mine,
            "station": station,
            "hours": hours_words.say,
            "without": hours_words.say(self.hours) if not roster.stations else "",
            "today": today,
            "first": first,
            "previous": first - timedelta(days=WEEK),
            "following": first + timedelta(days=WEEK),
            "given": given,
            "problem": problem,
            "own_away": [one for one in away if one.staff_id == me.id and one.until_at > now],
        }
        if station is not None:
            found = Roster(roster.stations, roster.people, planned, away, closed)
            plan = shifts.plans(found)[station.id]
            names = {person.id: person.name for person in plan.people}
            context |= {
                "plan": plan,
                "names": names,
                "week": week(plan, first, now, self.calendar),
                "shifts": [one for one in plan.shifts if one.until_day is None or one.until_day >= today],
                "away": [one for one in plan.absences if one.until_at > now],
                "closures": [one for one in plan.closures if one.until_day >= today],
            }
        return render_template("desk/duty.html", request, context, status=400 if problem else 200)

    async def absence(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/absences`: one's own; a lead's also for people of their stations."""
        form, me = duty_form.typed("absence", await fields(request)), request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            staff_id = _number(form.get("person")) if form.get("person") else me.id
            await self._person(conn, me, staff_id)
            await duty.add_absence(conn, staff_id=staff_id, **duty_form.absence(form))
            return f"staff:{staff_id}"

        return await self._kept(request, form, "absence", keep)

    async def drop_absence(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/absences/{id}/remove`."""
        me = request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            found = await duty.absence(conn, int(request.match_info["id"]))
            if found is None:
                raise _unknown()
            await self._person(conn, me, found.staff_id)
            await duty.remove_absence(conn, found.id)
            return f"staff:{found.staff_id}"

        return await self._kept(request, duty_form.typed("", await fields(request)), "absence-removed", keep)

    async def shift(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/shifts` adds one, `/desk/duty/shifts/{id}/{step}` changes or removes one."""
        number, step = request.match_info.get("id"), request.match_info.get("step", "add")
        form, me = duty_form.typed(f"shift{number or ''}", await fields(request)), request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            station = await self._station(conn, me, form)
            if number is not None and step == "remove":
                there = await duty.remove_shift(conn, int(number), station.id)
            elif number is not None:
                there = await duty.change_shift(conn, int(number), station.id, **duty_form.shift(form))
            else:
                staff_id = _number(form.get("person"))
                there = any(one.id == staff_id and one.station_id == station.id for one in await self._people(conn))
                if there:
                    await duty.add_shift(conn, staff_id=staff_id, station_id=station.id, **duty_form.shift(form))
            if not there:
                raise _unknown()
            return f"station:{station.id}"

        return await self._kept(request, form, f"shift-{step}", keep)

    async def closure(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/closures`: days on which a station, or for admins every station, is closed."""
        form, me = duty_form.typed("closure", await fields(request)), request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            if form.get("scope") == ALL and me.role == Role.ADMIN:
                await duty.add_closure(conn, station_id=None, **duty_form.closure(form))
                return "station:all"
            station = await self._station(conn, me, form)
            await duty.add_closure(conn, station_id=station.id, **duty_form.closure(form))
            return f"station:{station.id}"

        return await self._kept(request, form, "closure", keep)

    async def drop_closure(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/closures/{id}/remove`."""
        me = request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            found = await duty.closure(conn, int(request.match_info["id"]))
            everywhere = found is not None and found.station_id is None
            if found is None or (everywhere and me.role != Role.ADMIN):
                raise _unknown()
            if found.station_id is not None and await stations.find(conn, found.station_id, me) is None:
                raise _unknown()
            await duty.remove_closure(conn, found.id)
            return f"station:{found.station_id or ALL}"

        return await self._kept(request, duty_form.typed("", await fields(request)), "closure-removed", keep)

    async def own_hours(self, request: web.Request) -> web.Response:
        """`POST /desk/duty/hours`: the station's own hours, for days without shifts."""
        form, me = duty_form.typed("hours", await fields(request)), request[STAFF]

        async def keep(conn: AsyncConnection) -> str:
            station = await self._station(conn, me, form)
            await stations.change(conn, station.id, hours=duty_form.hours(form))
            return f"station:{station.id}"

        return await self._kept(request, form, "hours", keep)

    async def _kept(
        self, request: web.Request, form: Typed, what: str, keep: Callable[[AsyncConnection], Awaitable[str]]
    ) -> web.Response:
        """Do a step in a transaction with its trail, and come back to the page; a mistake is shown where it was made.

        Queues of all pages look again: who is told of a case, and when, may have changed.
        """
        try:
            async with self.engine.begin() as conn:
                subject = await keep(conn)
                await audit.record(conn, request[STAFF], Act.DUTY, subject, self.clock(), {"what": what})
                await wake(conn, DESK)
        except FormError as error:
            return await self.page(request, given=form, problem=str(error))
        station = form.get("station")
        back = f"/desk/duty?station={station}" if station.isascii() and station.isdigit() else "/desk/duty"
        return web.Response(status=303, headers={"Location": back})

    async def _station(self, conn: AsyncConnection, me: Staff, form: Typed) -> Station:
        """Give the station of a form if this person looks after it."""
        station = await stations.find(conn, _number(form.get("station")), me)
        if station is None:
            raise _unknown()
        return station

    async def _people(self, conn: AsyncConnection) -> tuple[duty.Person, ...]:
        return await duty.people(conn, self.clock())

    async def _person(self, conn: AsyncConnection, me: Staff, staff_id: int) -> None:
        """Refuse what is about somebody whom this person does not look after."""
        if staff_id == me.id:
            return
        theirs = {one.id for one in await stations.listing(conn, me)} if me.leads else set()
        if not any(one.id == staff_id and one.station_id in theirs for one in await self._people(conn)):
            raise _unknown()


def _chosen(mine: list[Station], me: Staff, wanted: str) -> Station | None:
    """Choose the station that is shown: the one asked for, one's own, the first in scope."""
    if wanted:
        found = next((one for one in mine if str(one.id) == wanted), None)
        if found is None:
            raise _unknown()
        return found
    return next((one for one in mine if one.id == me.station_id), mine[0] if mine else None)


def _first(words: str, today: date) -> date:
    """Read which week is asked for; nonsense, and what lies years away, is this week."""
    try:
        wanted = date.fromisoformat(words)
    except ValueError:
        return monday(today)
    return monday(wanted if abs((wanted - today).days) < 366 else today)


def _number(words: str) -> int:
    return min(int(words), HIGHEST) if words.isascii() and words.isdigit() and len(words) < 20 else -1


def _unknown() -> Refused:
    return Refused(404, "没有找到，可能刚刚被改了。", "no-duty")
