"""Alerting people of a danger: at once, in the background of the turn that found it, with a few tries.

The case itself stands at the top of the desk already; this is the knock on the door. Only its number and level go out.
Rounds after the first are `bot.jobs.escalate`'s; they go out from here too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.wecom import alert
from bot.handoff.duty import placing
from bot.handoff.escalation import Step, To
from bot.messages import GRAVE, Level, Opening
from bot.settings import Settings
from bot.store import alerts, cases, stations
from bot.store.database import DOWN
from bot.store.events import CaseTag
from bot.store.stations import Alarms
from bot.store.wake import DESK, wake

PAUSES = (1.0, 5.0, 30.0)  # seconds between the tries
RECORD_SECONDS = 0.5  # a slow database does not hold up the first alert longer
FIRST = Step(1, ("staff",))
ON_DESK = "desk"  # where a round is shown when there is no robot

# Who is asked instead of somebody without a robot: the nearest on the ladder.
_NEAREST: Mapping[To, tuple[To, ...]] = {
    "staff": ("staff", "supervisor", "next-station"),
    "supervisor": ("supervisor", "staff", "next-station"),
    "next-station": ("next-station", "supervisor", "staff"),
}

_log = observe.logger("alert")


@dataclass(frozen=True, slots=True)
class Round:
    """A round of alerts that this process has taken. Without `event` nothing could be written down."""

    case_id: int
    level: Level
    step: Step
    event: int | None
    robots: Robots


@dataclass(frozen=True, slots=True)
class Robots:
    """The addresses of the group robots that are there. They are secrets."""

    addresses: Mapping[To, str]

    def for_case(self, alarms: Alarms | None) -> Robots:
        """Put those of the case's own station and of the next one before the general ones, where they have any."""
        given: dict[To, str] = {"staff": alarms.robot, "next-station": alarms.next_robot} if alarms else {}
        return Robots({**self.addresses, **{to: address for to, address in given.items() if address}})

    @classmethod
    def of(cls, settings: Settings) -> Robots:
        """Take the robots of the settings."""
        given: dict[To, str] = {
            "staff": settings.alert_webhook.get_secret_value(),
            "supervisor": settings.supervisor_webhook.get_secret_value(),
            "next-station": settings.next_station_webhook.get_secret_value(),
        }
        return cls({to: address for to, address in given.items() if address})

    def of_step(self, step: Step) -> dict[To, To]:
        """Tell whose robots a step uses, and as whom each is addressed: one group is not told the same twice."""
        found: dict[To, To] = {}
        for to in step.to:
            there = next((near for near in _NEAREST[to] if near in self.addresses), None)
            if there is not None:
                found.setdefault(there, to)
        return found


class Alerts:
    """Sends alerts to the group robots, if there are any; what could not be sent is logged and counted."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], datetime],
        robots: Robots,
        session: Callable[[], aiohttp.ClientSession] | None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        """Take where timelines are, the clock, the robots and how to get a session.

        Without a session nobody is alerted: the command line, where nobody is in danger.
        """
        self._engine = engine
        self._clock = clock
        self._robots = robots
        self._session = session
        self._pauses = pauses
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, case_id: int, opening: Opening) -> None:
        """Alert the staff of a case if it is grave and they don't know yet; returns at once."""
        if opening.level in GRAVE and self._session is not None:
            self._start(self._first(case_id, opening.level))

    def knock(self, taken: Round) -> None:
        """Send a round that was taken; returns at once."""
        self._start(self._knock(taken))

    async def take(self, conn: AsyncConnection, case_id: int, level: Level, step: Step, now: datetime) -> Round | None:
        """Take a round, so that of several processes one sends it; None when another has it.

        The round that asks the next station for help also gives it the case: what it can't see it can't help with.
        What no rule may move (a sealed report) stays where it is; the next station's group only hears that it waits.
        """
        alarms = await stations.alarms(conn, case_id)
        if alarms and step.moves and await alerts.asked_next(conn, case_id):  # the round was lost after the case moved
            alarms = alarms.arrived()
        robots = self._robots.for_case(alarms)
        via: list[str] = [*robots.of_step(step)] or [ON_DESK]
        detail: dict[str, Any] = {"round": step.round, "to": list(step.to), "via": via, "level": level}
        if alarms:
            detail["station"] = alarms.station
        case = await cases.find(conn, case_id) if step.moves else None
        if alarms and alarms.next_id and case is not None and placing.movable(case):
            detail["next"] = alarms.next_station
        tag = CaseTag.ESCALATED if step.overdue else CaseTag.ALERTED
        event = await alerts.take(conn, case_id, tag, expect=step.round - 1, at=now, detail=detail)
        if event is None:
            return None
        if "next" in detail and alarms:
            await placing.move(conn, case_id, alarms.next_id, now, why="unseen")
        await wake(conn, DESK)
        return Round(case_id, level, step, event, robots)

    async def stop(self) -> None:
        """End what still tries."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _first(self, case_id: int, level: Level) -> None:
        """Take and send the first round; when it cannot be written down, it is sent all the same."""
        taken: Round | None
        try:
            async with asyncio.timeout(RECORD_SECONDS), self._engine.begin() as conn:
                taken = await self.take(conn, case_id, level, FIRST, self._clock())
        except DOWN as error:
            self._trouble("alert not noted", case_id, type(error).__name__)
            taken = Round(case_id, level, FIRST, None, self._robots)
        if taken is not None:
            await self._knock(taken)

    async def _knock(self, taken: Round) -> None:
        chosen = taken.robots.of_step(taken.step)
        reached = await asyncio.gather(*(self._tell(taken, robot, to) for robot, to in chosen.items()))
        delivered = [robot for robot, there in zip(chosen, reached, strict=True) if there]
        await self._note(taken, list(delivered) if chosen else [ON_DESK])

    async def _tell(self, taken: Round, robot: To, to: To) -> bool:
        """Try one robot; whether it took the alert."""
        if self._session is None:
            return False
        for pause in (*self._pauses, None):
            try:
                await alert(
                    self._session(),
                    taken.robots.addresses[robot],
                    case_id=taken.case_id,
                    level=taken.level,
                    to=to,
                    overdue=taken.step.overdue,
                )
            except ChannelError as error:
                self._trouble("alert not sent", taken.case_id, error.code)
                if pause is not None:
                    await asyncio.sleep(pause)
            else:
                observe.ALERTS.labels(to, "yes").inc()
                return True
        observe.ALERTS.labels(to, "no").inc()
        return False

    async def _note(self, taken: Round, delivered: list[str]) -> None:
        """Write into the timeline whom it reached; nobody is knocked up again because that failed."""
        if taken.event is None:
            return
        try:
            async with self._engine.begin() as conn:
                await alerts.finish(conn, taken.event, delivered)
                await wake(conn, DESK)
        except DOWN as error:
            self._trouble("alert not noted", taken.case_id, type(error).__name__)

    def _trouble(self, what: str, case_id: int, code: str) -> None:
        observe.FAILURES.labels("alert").inc()
        _log.error(what, case=case_id, code=code)
