"""How a parent waits once more: what they are told when their talk goes to others, and who speaks meanwhile.

Whoever gives a talk on (a colleague, a rule, somebody who leaves) asks this first. Where somebody is there the parent
waits for them. Where nobody is, the bot speaks again and says when somebody comes, in the words of a call at night:
nobody is kept silent in a queue that nobody looks at. Who is in danger reads the numbers to call in either case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.duty import shifts
from bot.handoff.duty import telling as duty
from bot.handoff.duty.away import away
from bot.handoff.duty.standing import Desk
from bot.messages import GRAVE
from bot.store import duty as plan_of_all
from bot.store.duty import Roster
from knowledge.calendar import Calendar, china
from knowledge.model import Span
from knowledge.spans import parse

ASSISTANT = "自动助手"  # the bot's name in lines of the desk, which are not its own words
NUMBERS = "请先打电话，别等我们：有人受伤打 120，眼前有危险打 110，心里难受打 12356。"


@dataclass(frozen=True, slots=True)
class Wait:
    """Who speaks while a parent waits, and what they are told."""

    holder: str
    words: str


def standing(
    roster: Roster,
    station_id: int | None,
    spans: tuple[Span, ...],
    now: datetime,
    calendar: Calendar,
    only: int | None = None,
) -> Desk:
    """Say how the desk stands where a case waits now; `only` asks about one person of that station.

    What is at no station (or at one that is out of use) is everybody's: `spans`, the hours of the deployment, count.
    """
    plan = shifts.plans(roster).get(station_id) if station_id is not None else None
    if plan is None:
        return duty.desk(spans, now, calendar)
    return duty.of_station(plan, now, calendar, only=only)


def wait(desk: Desk, level: str, lead: str, there: str, *, holder: str = "queue", who: str = "") -> Wait:
    """Say how a parent waits: `lead` says what happened, `there` goes on (with its comma or full stop) if one is there.

    `holder` is who speaks then, `who` names the one that they wait for, if it is not just anybody.
    """
    numbers = NUMBERS if level in GRAVE else ""
    if desk.on_duty:
        return Wait(holder, f"{lead}{there}{numbers}")
    said = f"{lead}。" if lead else ""
    return Wait("bot", f"{said}{numbers}{away(desk, who=who, assistant=ASSISTANT)}")


@dataclass(frozen=True, slots=True)
class Duty:
    """Asks the plan; `spans` are the hours of a deployment without stations."""

    spans: tuple[Span, ...]
    calendar: Calendar

    @classmethod
    def of(cls, hours: str) -> Duty:
        """Take the hours of the deployment as its settings have them."""
        return cls(parse(hours), china())

    async def at(
        self, conn: AsyncConnection, station_id: int | None, now: datetime, *, only: int | None = None
    ) -> Desk:
        """Say how the desk of a station stands now, or one person of it."""
        return standing(await plan_of_all.roster(conn, now), station_id, self.spans, now, self.calendar, only)
