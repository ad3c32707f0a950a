"""站点: the list, the form of one, and its code to print. Admins keep stations; leads print the code of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields
from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.handoff.duty import words as hours_words
from bot.handoff.duty.routing import LANGUAGES
from bot.handoff.kinds import KINDS
from bot.store import audit, stations
from bot.store.audit import Act
from bot.store.people import Staff
from bot.store.stations import Station
from bot.store.wake import DESK, wake
from bot.web.desk.duty import station_form
from bot.web.desk.duty.station_form import FormError, Typed
from bot.web.permissions import STAFF, face
from bot.web.station_codes import StationCodes

_TAKEN = "这个代号别的站点在用，请换一个。"


@dataclass(frozen=True, slots=True)
class StationPages:
    """The handlers."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    codes: StationCodes

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /desk/stations`."""
        async with self.engine.connect() as conn:
            found = await stations.listing(conn)
        names = {one.id: one.name for one in found}
        context = {
            "staff": face(request),
            "stations": found,
            "names": names,
            "region": self._region,
            "hours": hours_words.say,
            "kinds": {kind: KINDS[kind].name for kind in KINDS},
            "hidden": station_form.hidden,
        }
        return render_template("desk/stations.html", request, context)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk/stations/{station}` and `/desk/stations/new`."""
        async with self.engine.connect() as conn:
            station = await self._station(conn, request)
            others = await stations.listing(conn)
        return self._form(request, station, others, station_form.shown(station, self.tools().tree))

    async def save(self, request: web.Request) -> web.Response:
        """`POST /desk/stations/{station}` and `/desk/stations/new`."""
        form, me, now = station_form.typed(await fields(request)), request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            station = await self._station(conn, request)
            others = await stations.listing(conn)
            try:
                values = station_form.read(form, station, others, self.tools().tree)
                await _keep(conn, station, values, me, now)
            except FormError as error:
                return self._form(request, station, others, form, str(error))
        return web.Response(status=303, headers={"Location": "/desk/stations"})

    async def code(self, request: web.Request) -> web.Response:
        """`GET /desk/stations/{station}/code`: the code to print, of one's own station."""
        async with self.engine.connect() as conn:
            station = await stations.find(conn, int(request.match_info["station"]), request[STAFF])
        if station is None:
            raise _unknown()
        context = {"staff": face(request), "code": await self.codes.of(request, station)}
        context |= {"expected": self.codes.coder is not None, "region": self._region(station.region)}
        return render_template("desk/station_code.html", request, context)

    async def _station(self, conn: AsyncConnection, request: web.Request) -> Station | None:
        number = request.match_info.get("station")
        if number is None:
            return None
        station = await stations.find(conn, int(number))
        if station is None:
            raise _unknown()
        return station

    def _form(
        self, request: web.Request, station: Station | None, others: list[Station], form: Typed, problem: str = ""
    ) -> web.Response:
        context = {
            "staff": face(request),
            "station": station,
            "others": [one for one in others if one.active and (station is None or one.id != station.id)],
            "kinds": [(kind, KINDS[kind].name) for kind in KINDS],
            "languages": LANGUAGES,
            "robot": station_form.hidden(station.robot) if station else "",
            "given": form,
            "problem": problem,
        }
        return render_template("desk/station.html", request, context, status=400 if problem else 200)

    def _region(self, slug: str | None) -> str:
        return self.tools().tree.name(slug) if slug else ""


async def _keep(conn: AsyncConnection, station: Station | None, values: Typed, me: Staff, now: datetime) -> None:
    """Write a station down, with the trail: which columns changed, never the robot's address."""
    if station is None:
        number = await stations.add(conn, **values)
        changed = ["new"]
    else:
        number = station.id if await stations.change(conn, station.id, **values) else None
        changed = [name for name, value in values.items() if getattr(station, name) != value]
    if number is None:
        raise FormError(_TAKEN)
    detail = {"name": values["name"], "changed": changed}
    await audit.record(conn, me, Act.STATION, f"station:{number}", now, detail)
    await wake(conn, DESK)


def _unknown() -> Refused:
    return Refused(404, "没有这个站点，地址可能写错了。", "no-station")
