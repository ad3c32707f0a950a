"""The times that parents can ask for, by week: adding one or a series, closing one, what is not written down yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.handoff.booking import bookings
from bot.handoff.booking.rules import MOST, SERIES, called, series, standing
from bot.handoff.desk import DeskError
from bot.messages import Booking, Slot
from bot.privacy import pseudonym
from bot.store import appointments, audit, roster
from bot.store.audit import Act
from bot.store.people import Staff
from bot.store.roster import Place
from bot.times import clock as hours
from bot.times import day, weekday
from bot.web.accounts import STAFF, face
from knowledge.calendar import CHINA, china

TITLE = 30  # characters
SHORTEST, LONGEST = 5, 8 * 60  # minutes
PLACES = 200
TRIES = 5  # of closing a slot that parents are just asking for
WEEK = timedelta(days=7)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Guest:
    """Who has a place: the case, the parent's short name, how the booking stands."""

    case_id: int
    who: str
    state: str
    standing: str


@dataclass(frozen=True, slots=True)
class Row:
    """A slot as the template shows it."""

    id: int
    time: str
    title: str
    station: str
    taken: int
    places: int
    active: bool
    past: bool
    guests: tuple[Guest, ...]


@dataclass(frozen=True, slots=True)
class SlotPages:
    """The handlers; `secret` makes the short names of parents."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    secret: bytes

    async def page(
        self,
        request: web.Request,
        *,
        kept: Mapping[str, str] | None = None,
        problem: str = "",
        about: int = 0,
        status: int = 200,
    ) -> web.Response:
        """`GET /desk/slots?week=2026-05-11&station=3`: a week. `problem` stands at the slot `about`, or at the form."""
        staff, now = request[STAFF], self.clock()
        monday = _monday(request.query.get("week", ""), now)
        async with self.engine.connect() as conn:
            places = await roster.places(conn, staff)
            chosen = _chosen(places, request.query.get("station", ""))
            ids = [place.id for place in places if chosen is None or place.id == chosen]
            begin = datetime.combine(monday, time(), CHINA)
            slots = await appointments.between(conn, ids, begin, begin + WEEK) if ids else []
            guests = await appointments.of_slots(conn, [slot.id for slot in slots]) if slots else []
            open_ends = await appointments.unrecorded(conn, ids, now) if ids else []
        context = {
            "staff": face(request),
            "places": places,
            "station": chosen,
            "week": f"{day(monday)}到 {day(monday + timedelta(days=6))}",
            "here": _address(monday, chosen),
            "monday": monday.isoformat(),
            "earlier": _address(monday - WEEK, chosen),
            "later": _address(monday + WEEK, chosen),
            "this_week": "" if monday == _monday("", now) else _address(None, chosen),
            "days": self._days(monday, slots, guests, now),
            "unrecorded": [(one.case_id, called(one.slot), self._who(one)) for one in open_ends],
            "weekdays": list(enumerate(_WEEKDAYS)),
            "today": now.astimezone(CHINA).date().isoformat(),
            "kept": kept or {},
            "problem": problem,
            "about": about,
            "added": request.query.get("added", "") if request.query.get("added", "").isdecimal() else "",
        }
        return render_template("desk/slots.html", request, context, status=status)

    def _who(self, one: Booking) -> str:
        return f"家长 {pseudonym(self.secret, str(one.conversation_id or one.case_id))[:4]}"

    def _days(
        self, monday: date, slots: Sequence[Slot], guests: Sequence[Booking], now: datetime
    ) -> list[tuple[str, list[Row]]]:
        """Give the days of a week that have slots, each with its rows."""
        of_slot: defaultdict[int, list[Booking]] = defaultdict(list)
        for one in guests:
            of_slot[one.slot.id].append(one)
        days: list[tuple[str, list[Row]]] = []
        for n in range(7):
            on = monday + timedelta(days=n)
            of_day = [slot for slot in slots if slot.starts_at.astimezone(CHINA).date() == on]
            if of_day:
                label = f"{weekday(on)} {day(on)}"
                days.append((label, [self._row(slot, of_slot[slot.id], now) for slot in of_day]))
        return days

    def _row(self, slot: Slot, guests: Sequence[Booking], now: datetime) -> Row:
        theirs = [one for one in guests if one.state not in ("cancelled", "declined")]
        return Row(
            id=slot.id,
            time=f"{hours(slot.starts_at)} 到 {hours(slot.ends_at)}",
            title=slot.title,
            station=slot.station,
            taken=slot.taken,
            places=slot.places,
            active=slot.active,
            past=slot.starts_at <= now,
            guests=tuple(Guest(one.case_id, self._who(one), one.state, standing(one, now)) for one in theirs),
        )

    async def add(self, request: web.Request) -> web.Response:
        """`POST /desk/slots`: one slot, or every week on some days until a day."""
        given = await fields(request)
        kept = {name: text_of(given, name) for name in given}
        staff, now = request[STAFF], self.clock()
        try:
            async with self.engine.begin() as conn:
                station = await self._station(conn, staff, kept.get("station", ""))
                begins, values = _read(kept, now)
                rows = [{"station_id": station.id, "starts_at": begin, **values} for begin in begins]
                added = await appointments.add(conn, rows)
                await audit.record(conn, staff, Act.SLOTS, f"station:{station.id}", now, {"added": added})
        except DeskError as error:
            return await self.page(request, kept=kept, problem=str(error), status=409)
        monday = _monday(kept.get("day", ""), now)
        return web.Response(status=303, headers={"Location": f"{_address(monday, station.id)}&added={added}"})

    async def _station(self, conn: AsyncConnection, staff: Staff, given: str) -> Place:
        places = await roster.places(conn, staff)
        if not places:
            message = "您还不属于一个站点，加不了时间。请找站长或管理员。"
            raise DeskError(message)
        if not given and len(places) == 1:
            return places[0]
        found = [place for place in places if str(place.id) == given]
        if not found and given:  # of another station: it is not there for them
            raise Refused(404, "没有这个站点，或者不归您管。", "unknown-station")
        if not found:
            message = "请选是哪个站点的时间。"
            raise DeskError(message)
        return found[0]

    async def close(self, request: web.Request) -> web.Response:
        """`POST /desk/slots/{slot}/close`: take a slot off; who has a place is told."""
        given = await fields(request)
        slot_id, staff, now = int(request.match_info["slot"]), request[STAFF], self.clock()
        async with self.engine.connect() as conn:
            slot = await appointments.find(conn, slot_id)
            mine = {place.id for place in await roster.places(conn, staff)}
        if slot is None or slot.station_id not in mine:
            raise Refused(404, "没有这个时间，地址可能写错了。", "unknown-slot")
        word = text_of(given, "word")
        try:
            await self._close(slot, staff, word, now)
        except DeskError as error:
            return await self.page(request, kept={"word": word}, problem=str(error), about=slot_id, status=409)
        monday = _monday(slot.starts_at.astimezone(CHINA).date().isoformat(), now)
        return web.Response(status=303, headers={"Location": _address(monday, None)})

    async def _close(self, slot: Slot, staff: Staff, word: str, now: datetime) -> None:
        """Close it; when a parent comes in between, begin again."""
        for _ in range(TRIES):
            try:
                async with self.engine.begin() as conn:
                    told = await bookings.close_slot(conn, slot.id, staff, word, now)
                    subject, detail = f"station:{slot.station_id}", {"closed": slot.id, "told": told}
                    await audit.record(conn, staff, Act.SLOTS, subject, now, detail)
            except bookings.MovedError:
                continue
            return
        message = "这会儿正好有家长在约这个时间，没有撤成。请再试一次。"
        raise DeskError(message)


def _monday(given: str, now: datetime) -> date:
    """Give the Monday of the week of a day as in an address; of this week for what is none."""
    today = now.astimezone(CHINA).date()
    try:
        on = date.fromisoformat(given) if given else today
    except ValueError:
        on = today
    on = on if abs((on - today).days) < 3660 else today
    return on - timedelta(days=on.weekday())


def _chosen(places: Sequence[Place], given: str) -> int | None:
    found = next((place.id for place in places if str(place.id) == given), None)
    if given and found is None:
        raise Refused(404, "没有这个站点，或者不归您管。", "unknown-station")
    return found


def _address(monday: date | None, station: int | None) -> str:
    given = {"week": monday.isoformat() if monday else None, "station": station}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/desk/slots?{query}" if query else "/desk/slots"


def _read(given: Mapping[str, str], now: datetime) -> tuple[list[datetime], dict[str, object]]:
    """Read the form: when the slots begin, and what they are.

    Raises:
        DeskError: something is missing or cannot be so.
    """
    title = given.get("title", "").strip()
    first, at = _day(given.get("day", ""), "哪一天"), _time(given.get("at", ""))
    until = _day(given["until"], "加到哪一天") if given.get("until", "") else None
    _check(not title, "请写上是什么，比如“家庭教育咨询”。")
    _check(len(title) > TITLE, f"名称最多 {TITLE} 个字。")
    minutes = _number(given.get("minutes", ""), SHORTEST, LONGEST, "每次多少分钟")
    places = _number(given.get("places", "") or "1", 1, PLACES, "位子")
    _check(until is not None and until < first, "“加到”的日子要在第一天之后。")
    _check(until is not None and until - first > SERIES, "一次最多往后加半年。")
    weekdays = [n for n in range(7) if given.get(f"day{n}")]
    begins = series(first, at, until=until, weekdays=weekdays, calendar=china() if given.get("off") else None)
    ahead = [begin for begin in begins if begin > now]
    _check(not ahead, "这个时间已经过了，或者这段日子里没有您选的星期几。")
    _check(len(ahead) > MOST, f"一次最多加 {MOST} 个。")
    return ahead, {"title": title, "minutes": minutes, "places": places}


def _check(wrong: bool, sentence: str) -> None:
    if wrong:
        raise DeskError(sentence)


def _day(given: str, what: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        message = f"请选{what}。"
        raise DeskError(message) from None


def _time(given: str) -> time:
    try:
        return time.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        message = "请选几点开始，比如 14:00。"
        raise DeskError(message) from None


def _number(given: str, least: int, most: int, what: str) -> int:
    found = int(given) if given.isdecimal() and len(given) < 6 else -1
    _check(not least <= found <= most, f"{what}请填 {least} 到 {most} 之间的数。")
    return found
