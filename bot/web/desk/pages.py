"""All pages of the desk, made and held together; their routes stand in `bot/web/routes.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.decision import Tools
from bot.handoff.duty.again import Duty
from bot.store.wake import Wakes
from bot.web.accounts import View
from bot.web.desk.booking.appointments import AppointmentPages
from bot.web.desk.booking.slots import SlotPages
from bot.web.desk.by_kind import ByKind
from bot.web.desk.duty.stations import StationPages
from bot.web.desk.duty.week_page import DutyPages
from bot.web.desk.family.pages import FilePages
from bot.web.desk.lead.leading import Leading
from bot.web.desk.moves import Moves
from bot.web.desk.queue import Queue
from bot.web.desk.reports import Alert, ReportPages
from bot.web.desk.stream import DeskStream
from bot.web.desk.suggestions import SuggestionPages
from bot.web.desk.talk.canned import CannedPages
from bot.web.desk.talk.case import CasePages
from bot.web.desk.talk.finding import Finding
from bot.web.desk.talk.lines import LineSteps
from bot.web.desk.talk.pictures import Pictures
from bot.web.desk.talk.typing import Show, Typing
from bot.web.station_codes import Coder, StationCodes
from indexes.live import Live
from knowledge.calendar import china


@dataclass(frozen=True, slots=True)
class Desk:
    """The handlers, by what they show."""

    queue: Queue
    case: CasePages
    cases: ByKind  # the page of a case by its kind: give a kind's own views to it below
    lines: LineSteps
    stream: DeskStream
    moves: Moves
    files: FilePages
    finding: Finding
    pictures: Pictures
    typing: Typing
    canned: CannedPages
    suggestions: SuggestionPages
    reports: ReportPages
    appointments: AppointmentPages
    slots: SlotPages
    duty: DutyPages
    stations: StationPages
    leading: Leading


@dataclass(frozen=True, slots=True)
class Given:
    """What the desk is made from.

    `tools` gives the live library, `live` its index, `secret` makes the short names of parents; `show_typing` and
    `coder` speak to the channel, `alert` sets off the first round for a case.
    """

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes
    wakes: Wakes
    live: Live
    public_url: str
    show_typing: Show | None
    coder: Coder | None
    duty_hours: str
    alert: Alert


def desk_pages(given: Given) -> Desk:
    """Make the desk."""
    engine, clock, tools, secret = given.engine, given.clock, given.tools, given.secret
    queue = Queue(engine, clock, tools, secret)
    stream = DeskStream(engine, queue, given.wakes)
    finding = Finding(engine, clock, tools, given.public_url)
    case = CasePages(engine, clock, tools, secret, finding)
    files = FilePages(engine, clock, tools, secret)
    suggestions = SuggestionPages(engine, clock, tools, secret)
    reports = ReportPages(engine, clock, tools, given.alert)
    appointments = AppointmentPages(engine, clock, tools, secret, case.page)
    pages: dict[str, View] = {"file": files.page, "suggestion": suggestions.page, "report": reports.page}
    pages["appointment"] = appointments.page
    acts: dict[str, View] = {"file": files.act, "report": reports.act, "suggestion": suggestions.taking(case.act)}
    return Desk(
        queue,
        case,
        ByKind(engine, case.page, case.act, pages=pages, acts=acts),
        LineSteps(engine, clock, case.page),
        stream,
        Moves(engine, clock, tools, secret, Duty.of(given.duty_hours)),
        files,
        finding,
        Pictures(engine, clock),
        Typing(engine, clock, given.show_typing),
        CannedPages(engine, clock),
        suggestions,
        reports,
        appointments,
        SlotPages(engine, clock, secret),
        DutyPages(engine, clock, china(), given.duty_hours),
        StationPages(engine, clock, tools, StationCodes(given.coder, given.public_url)),
        Leading.of(engine, clock, tools, secret, stream),
    )
