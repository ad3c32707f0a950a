"""The live board of those who lead: who waits, who is there, what they have to look after now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_string, render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.handoff.duty import shifts
from bot.messages import GRAVE
from bot.store import alerts, board, duty, queue, reviews, roster, stations
from bot.store.board import Now
from bot.store.duty import Roster
from bot.store.funnel import funnel
from bot.store.people import AT_DESK, Staff
from bot.store.scope import sees
from bot.store.stations import Station
from bot.store.wake import DESK
from bot.web.accounts import STAFF, face
from bot.web.desk.lead.board_rows import Day, Place, Watch, by_hour, funnel_rows, places, top
from bot.web.desk.lead.coming import Coming, coming
from bot.web.desk.rows import Row, row
from bot.web.desk.stream import DeskStream, Look
from knowledge.calendar import CHINA, Calendar, china

EVERY = timedelta(seconds=1)  # how often an open board looks at what stands open
SLOWER = timedelta(seconds=5)  # and how often at the rest: the day, the duty, the funnel
PRESENT = timedelta(minutes=5)  # somebody without a station counts as there when they were seen so lately
FUNNEL = timedelta(days=30)
PARTS = ("stats", "list", "stations", "hours", "funnel")


@dataclass(frozen=True, slots=True)
class BoardPages:
    """The handlers; `tools` gives the live library for names of places, `secret` makes the short names of parents."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes
    streams: DeskStream
    calendar: Calendar = field(default_factory=china)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/board`: everything that one may see, or one station of it."""
        staff = request[STAFF]
        async with self.engine.connect() as conn:
            choices = [one for one in await stations.listing(conn, staff) if one.active]
            station_id = asked(request, choices)
            day = await self._day(conn, staff, choices, station_id)
            context = await self._now(conn, staff, day, station_id)
        context |= {
            "staff": face(request),
            "choices": choices if len(choices) > 1 else [],
            "station_id": station_id,
            "scope": next((one.name for one in choices if one.id == station_id), _scope(staff, choices)),
            "stream": "/desk/board/stream" + (f"?station={station_id}" if station_id else ""),
        }
        return render_template("desk/board.html", request, context)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """`GET /desk/board/stream`: an event named like a part of the board, with its markup, when it has changed."""
        async with self.engine.connect() as conn:
            station_id = asked(request, await stations.listing(conn, request[STAFF]))
        return await self.streams.serve(request, self._look(request, station_id), DESK)

    def _look(self, request: web.Request, station_id: int | None) -> Look:
        """Make what sends the parts that differ from the last ones; news more often than once a second wait for it."""
        staff, sent = request[STAFF], dict.fromkeys(PARTS, "")
        day: Day | None = None
        looked: datetime | None = None

        async def look(response: web.StreamResponse) -> bool:
            nonlocal day, looked
            now = self.clock()
            if looked is not None and timedelta(0) <= now - looked < EVERY * 0.9:
                return False
            looked = now
            async with self.engine.connect() as conn:
                if day is None or not timedelta(0) <= now - day.at < SLOWER:
                    choices = [one for one in await stations.listing(conn, staff) if one.active]
                    day = await self._day(conn, staff, choices, station_id)
                context = await self._now(conn, staff, day, station_id)
            told = []
            for part in PARTS:
                html = render_string("desk/board_parts.html", request, context | {"part": part})
                digest = hashlib.sha256(html.encode()).hexdigest()
                if digest != sent[part]:
                    sent[part] = digest
                    told.append(f"event: {part}\n" + "".join(f"data: {one}\n" for one in html.splitlines()) + "\n")
            if told:
                await response.write("".join(told).encode())
            return bool(told)

        return look

    async def _day(self, conn: AsyncConnection, staff: Staff, choices: list[Station], station_id: int | None) -> Day:
        """Load what changes slowly."""
        now = self.clock()
        midnight = datetime.combine(now.astimezone(CHINA).date(), time(), CHINA)
        week = midnight - timedelta(days=7)
        done, by_station = await board.today(conn, staff, midnight, station_id)
        only = sees(staff) if station_id is None else sees(staff) & board.at(station_id)
        shown = [one for one in choices if station_id in (None, one.id)]
        planned = await duty.roster(conn, now)
        members = [] if choices else await roster.members(conn, staff)  # where no duty is planned
        present = tuple(
            one.staff.name
            for one in members
            if one.staff.station_id is None
            and one.staff.role in AT_DESK
            and one.seen_at is not None
            and now - one.seen_at <= PRESENT
        )
        return Day(
            at=now,
            stations=tuple(shown),
            done=done,
            by_station=by_station,
            said=await board.said(conn, staff, now, station_id),
            today=await board.hours(conn, staff, midnight, station_id),
            before=await board.hours(conn, staff, week, station_id),
            funnel=await funnel(conn, now - FUNNEL, now + timedelta(seconds=1), only),
            roster=planned,
            present=present,
            yesterday=await board.waited(conn, staff, now - timedelta(days=1), station_id),
            coming=self._coming(planned, shown, now),
            low=await reviews.how_many_low(conn, staff, now - board.LATELY, station_id),
        )

    def _coming(self, planned: Roster, shown: list[Station], now: datetime) -> dict[int, Coming]:
        plans, wanted = shifts.plans(planned), {one.id for one in shown}
        made = {number: coming(plan, now, self.calendar) for number, plan in plans.items() if number in wanted}
        return {number: found for number, found in made.items() if found is not None}

    async def _now(self, conn: AsyncConnection, staff: Staff, day: Day, station_id: int | None) -> dict[str, object]:
        """Load what stands open, and put it together with the rest for the templates."""
        now = self.clock()
        standing = await board.standing(conn, staff, now, station_id)
        shown: list[Place] = places(day, standing, now, self.calendar)
        return {
            "low": day.low,
            "stats": top(day, standing, shown, now),
            "cases": await self._pressing(conn, staff, now, station_id, standing),
            "places": shown,
            "hours": by_hour(day.today, day.before, now),
            "funnel": funnel_rows(day.funnel),
            "open_crises": max(day.funnel.opened - day.funnel.closed, 0),
        }

    async def _pressing(
        self,
        conn: AsyncConnection,
        staff: Staff,
        now: datetime,
        station_id: int | None,
        standing: Mapping[int | None, Now],
    ) -> list[tuple[Row, Watch]]:
        if not standing:
            return []
        found = await board.pressing(conn, staff, now, station_id)
        heard = await queue.last_words(conn, [one.conversation_id for one in found if one.conversation_id], staff)
        knocks = await alerts.knocks(conn, [case.id for case in found if case.level in GRAVE])
        tools = self.tools()
        made = []
        for case in found:
            words, knock = heard.get(case.conversation_id or 0), knocks.get(case.id)
            shown = row(case, now=now, tools=tools, secret=self.secret, knock=knock, heard=words)
            made.append((shown, Watch.of(case, now)))
        return made


def asked(request: web.Request, choices: list[Station]) -> int | None:
    """Read which station is asked for.

    Raises:
        Refused: it is none of those that this person looks after; that there is another one is not said.
    """
    given = request.query.get("station", "")
    if not given:
        return None
    found = next((one.id for one in choices if str(one.id) == given), None)
    if found is None:
        raise Refused(404, "没有这个站点，地址可能写错了。", "no-station")
    return found


def _scope(staff: Staff, choices: list[Station]) -> str:
    """Say what the board is about when no station was chosen."""
    if len(choices) == 1:
        return choices[0].name
    return f"{len(choices)} 个站点" if choices else f"{staff.name}看得到的"
