"""Where a case of a parent would go now and how that desk stands: loads the plan, then asks the pure rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.duty import shifts
from bot.handoff.duty import telling as duty
from bot.handoff.duty.routing import Need, Post, route
from bot.handoff.duty.shifts import Plan
from bot.handoff.duty.standing import Desk, Own
from bot.handoff.kinds import KINDS
from bot.store import cases
from bot.store import duty as plan_of_all
from bot.store import stations as places
from bot.store.conversations import Conversation
from bot.store.duty import Roster
from bot.store.events import CaseTag
from bot.store.stations import Station
from bot.store.wake import DESK, wake
from knowledge.calendar import Calendar
from knowledge.model import Span
from knowledge.regions import RegionTree


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of the parent for whom a place is looked for; `station` is the slug that they scanned."""

    kind: str
    region: str | None = None
    station: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Tells how the desk stands for a parent. `spans` are the hours of a deployment without stations.

    Where there are stations but none of them fits, the case is everybody's and those hours count.
    """

    spans: tuple[Span, ...]
    calendar: Calendar
    tree: Callable[[], RegionTree]

    async def desk(self, conn: AsyncConnection, conversation: Conversation, caller: Caller, now: datetime) -> Desk:
        """Say how the desk stands to which a case of this kind would go (or where the open one is)."""
        roster = await plan_of_all.roster(conn, now, conversation.id)
        waiting = roster.waiting or {}
        if not roster.stations:
            return replace(self._everybodys(now, sum(waiting.values())), kind=caller.kind)
        own = next((one for one in roster.stations if one.slug == caller.station), None)
        current = await _current(conn, conversation, caller.kind)
        held = current.station_id if current else None
        kind = KINDS[caller.kind] if caller.kind in KINDS else KINDS["chat"]
        need = Need(caller.kind, kind.talks, caller.region, held or (own.id if own else None), caller.language)
        found = shifts.plans(roster)
        chosen = self._choose(need, found, roster, now, joins=current is not None)
        language = {"language": caller.language} if caller.language else {}
        if chosen is None:
            made = self._everybodys(now, waiting.get(None, 0))
            return replace(made, kind=caller.kind, own=_own(own), facts={"station_id": None, **language})
        made = duty.of_station(found[chosen], now, self.calendar, waiting=waiting.get(chosen, 0))
        told = {"station": found[chosen].station.name}
        if need.station not in (None, chosen) and need.station in found:
            told["instead_of"] = found[need.station].station.name
        return replace(made, kind=caller.kind, own=_own(own), facts={"station_id": chosen, **language}, told=told)

    async def own(self, conn: AsyncConnection, slug: str) -> Desk:
        """Tell only whose code was scanned; the desk itself is not looked at."""
        return Desk(on_duty=False, own=_own(await places.by_slug(conn, slug)))

    def standing(self, roster: Roster, now: datetime) -> list[Post]:
        """Tell how all stations stand now."""
        return _posts(shifts.plans(roster), roster, now, self.calendar)

    def _everybodys(self, now: datetime, waiting: int) -> Desk:
        return duty.desk(self.spans, now, self.calendar, waiting=waiting)

    def _choose(self, need: Need, found: dict[int, Plan], roster: Roster, now: datetime, *, joins: bool) -> int | None:
        """Choose a station; a talk that is open already stays where it is, also when it is everybody's."""
        if joins and not need.danger:
            return need.station if need.station in found else None
        tree = self.tree()
        chain: Sequence[str] = tree.chain(need.region) if need.region else tree.chain("china")
        chosen = route(need, _posts(found, roster, now, self.calendar), chain, tree.within)
        return chosen.id if chosen else None


def _own(station: Station | None) -> Own | None:
    return Own(station.slug, station.name, station.region) if station else None


async def _current(conn: AsyncConnection, conversation: Conversation, kind: str) -> cases.Case | None:
    """Find the open case that such a call would join."""
    talking = tuple(name for name in KINDS if KINDS[name].talks)
    return await cases.open_of(conn, conversation.id, talking if kind in talking else (kind,))


def _posts(found: dict[int, Plan], roster: Roster, now: datetime, calendar: Calendar) -> list[Post]:
    waiting = roster.waiting or {}
    posts = []
    for number, plan in found.items():
        on = shifts.who_is_on(plan, now, calendar)
        room = sum(person.room for person in on) - waiting.get(number, 0)
        posts.append(Post(plan.station, bool(on), room, bool(plan.people)))
    return posts


async def to_duty(conn: AsyncConnection, case: cases.Case, station_id: int | None, now: datetime) -> None:
    """Give an open talk in which a danger was told to the station that is on duty, if its own is not."""
    if case.state != "open" or station_id in (None, case.station_id):
        return
    await move(conn, case.id, station_id, now, why="duty")


def movable(case: cases.Case) -> bool:
    """Whether a rule may give a case to another station: only what its people may do too, and nothing sealed."""
    return KINDS[case.kind].passes_on and not case.sealed


async def move(conn: AsyncConnection, case_id: int, station_id: int | None, now: datetime, *, why: str) -> bool:
    """Let a rule give a case to another station, where it can be seen from now on; whether it was given."""
    station = await places.find(conn, station_id) if station_id is not None else None
    if station is None:
        return False
    case = await cases.find(conn, case_id)
    if case is None or case.station_id == station.id or not movable(case):
        return False
    changes = {"station_id": station.id, "moves": case.moves + 1, "moved_at": now}
    if not await cases.change(conn, case_id, expect=("open", "claimed"), **changes):
        return False
    detail = {"from": case.station or "", "to": station.name, "why": why}
    await cases.add_event(conn, case_id, CaseTag.MOVED, actor="bot", at=now, detail=detail)
    await wake(conn, DESK)
    return True
