"""The whole table of staff and machine routes: method, path, view, and the permission that stands before it.

The admin's part is in `bot.web.admin.routes`. The parent's own routes are in `bot.channels.web.routes`, WeChat's in
`bot.channels.wechat.webhook`.
"""

from __future__ import annotations

from aiohttp import web

from bot.web.accounts import SETUP, Accounts, View
from bot.web.admin.given import Given
from bot.web.admin.routes import rows as admin_rows
from bot.web.desk.family.ledger import Ledger
from bot.web.desk.family.pages import FilePages
from bot.web.desk.family.steps import STEPS as FILE_STEPS
from bot.web.desk.lead.leading import Leading
from bot.web.desk.moves import Moves
from bot.web.desk.pages import Desk
from bot.web.desk.people.factor import FactorPages
from bot.web.desk.people.invitation import Joining
from bot.web.desk.people.own import Own
from bot.web.desk.people.people import People
from bot.web.desk.people.person import Person
from bot.web.health import Health


def _access(accounts: Accounts) -> list[tuple[str, str, View, str | None]]:
    own, people, joining = Own(accounts), People(accounts), Joining(accounts)
    factor, person = FactorPages(accounts, own), Person(accounts, people)
    invitation = r"/desk/invitations/{token:[\w-]{20,100}}"
    one, steps = r"/desk/people/{person:\d{1,18}}", "{step:change|disable|enable|sessions|second-factor}"
    return [
        ("GET", "/desk/login", accounts.form, None),
        ("POST", "/desk/login", accounts.login, None),
        ("GET", "/desk/login/code", accounts.code_form, None),
        ("POST", "/desk/login/code", accounts.code, None),
        ("POST", "/desk/logout", accounts.logout, None),
        ("GET", invitation, joining.form, None),
        ("POST", invitation, joining.join, None),
        ("GET", "/desk/own", own.page, "own"),
        ("POST", "/desk/own/password", own.password, "own"),
        ("POST", "/desk/own/likes", own.likes, "own"),
        ("POST", "/desk/own/sessions/end", own.end_others, "own"),
        ("POST", r"/desk/own/sessions/{session:\d{1,18}}/end", own.end, "own"),
        ("GET", SETUP, factor.form, "own"),
        ("POST", SETUP, factor.prove, "own"),
        ("POST", f"{SETUP}/codes", factor.codes, "own"),
        ("POST", f"{SETUP}/off", factor.off, "own"),
        ("GET", "/desk/people", people.page, "lead"),
        ("POST", "/desk/people/invitations", people.invite, "lead"),
        ("POST", r"/desk/people/invitations/{invitation:\d{1,18}}/revoke", people.revoke, "lead"),
        ("GET", one, person.page, "lead"),
        ("POST", f"{one}/{steps}", person.act, "lead"),
    ]


def _suggestions(desk: Desk) -> list[tuple[str, str, View, str | None]]:
    report = r"/desk/reports/{id:\d{1,18}}"
    steps = "{step:claim|department|progress|answer|note|close}"
    return [
        ("GET", "/desk/suggestions", desk.suggestions.listing, "desk"),
        ("POST", rf"/desk/suggestions/{{id:\d{{1,18}}}}/{steps}", desk.suggestions.act, "desk"),
        ("GET", "/desk/report", desk.reports.form, "desk"),
        ("POST", "/desk/report", desk.reports.send, "desk"),
        ("GET", f"{report}/print", desk.reports.sheet, "desk"),
        ("POST", f"{report}/{{step:acknowledge|claim|add|close}}", desk.reports.act, "desk"),
    ]


async def home(_request: web.Request) -> web.Response:
    """`GET /`: parents start at the chat."""
    raise web.HTTPSeeOther("/chat")


def _moves(moves: Moves) -> list[tuple[str, str, View, str | None]]:
    case = r"/desk/cases/{id:\d{1,18}}"
    return [
        ("GET", f"{case}/move", moves.page, "desk"),
        ("POST", f"{case}/{{step:hand-over|snooze|rouse|reopen}}", moves.act, "desk"),
        ("POST", f"{case}/take-back", moves.take_back, "desk"),
    ]


def _duty(desk: Desk) -> list[tuple[str, str, View, str | None]]:
    duty, stations, one = desk.duty, desk.stations, r"/desk/stations/{station:\d{1,18}}"
    number = r"{id:\d{1,18}}"
    return [
        ("GET", "/desk/duty", duty.page, "desk"),
        ("POST", "/desk/duty/absences", duty.absence, "desk"),
        ("POST", f"/desk/duty/absences/{number}/remove", duty.drop_absence, "desk"),
        ("POST", "/desk/duty/shifts", duty.shift, "lead"),
        ("POST", f"/desk/duty/shifts/{number}/{{step:save|remove}}", duty.shift, "lead"),
        ("POST", "/desk/duty/closures", duty.closure, "lead"),
        ("POST", f"/desk/duty/closures/{number}/remove", duty.drop_closure, "lead"),
        ("POST", "/desk/duty/hours", duty.own_hours, "lead"),
        ("GET", "/desk/stations", stations.listing, "stations"),
        ("GET", "/desk/stations/new", stations.page, "stations"),
        ("POST", "/desk/stations/new", stations.save, "stations"),
        ("GET", one, stations.page, "stations"),
        ("POST", one, stations.save, "stations"),
        ("GET", f"{one}/code", stations.code, "lead"),
    ]


def _leading(leading: Leading) -> list[tuple[str, str, View, str | None]]:
    board, figures, quality = leading.board, leading.figures, leading.quality
    one = r"/desk/quality/{id:\d{1,18}}"
    return [
        ("GET", "/desk/board", board.page, "lead"),
        ("GET", "/desk/board/stream", board.stream, "lead"),
        ("GET", "/desk/figures", figures.page, "lead"),
        ("GET", "/desk/figures/export", figures.export, "lead"),
        ("GET", "/desk/quality", quality.sample, "lead"),
        ("GET", "/desk/quality/mine", quality.mine, "desk"),
        ("GET", one, quality.page, "lead"),
        ("POST", one, quality.mark, "lead"),
    ]


def _desk(desk: Desk) -> list[tuple[str, str, View, str | None]]:
    case = r"/desk/cases/{id:\d{1,18}}"
    return [
        ("GET", "/desk", desk.queue.page, "desk"),
        ("GET", "/desk/stream", desk.stream.queue, "desk"),
        ("GET", case, desk.cases.page, "desk"),
        ("GET", f"{case}/stream", desk.stream.case, "desk"),
        ("GET", f"{case}/suggestions", desk.finding.suggestions, "desk"),
        ("GET", f"{case}/media/{{media:\\d{{1,18}}}}", desk.pictures.show, "desk"),
        ("POST", f"{case}/typing", desk.typing.tell, "desk"),
        ("POST", f"{case}/lines/{{line:\\d{{1,18}}}}/{{step:again|withdraw}}", desk.lines.act, "desk"),
        ("GET", "/desk/find", desk.finding.find, "desk"),
        ("GET", "/desk/canned", desk.canned.page, "desk"),
        ("POST", "/desk/canned", desk.canned.add, "desk"),
        ("POST", r"/desk/canned/{id:\d{1,18}}", desk.canned.change, "desk"),
        ("POST", f"{case}/{{step:acknowledge|claim|messages|return|close}}", desk.cases.act, "desk"),
    ]


def _appointments(desk: Desk) -> list[tuple[str, str, View, str | None]]:
    one = r"/desk/cases/{id:\d{1,18}}/bookings/{booking:\d{1,18}}"
    return [
        ("GET", "/desk/slots", desk.slots.page, "desk"),
        ("POST", "/desk/slots", desk.slots.add, "desk"),
        ("POST", r"/desk/slots/{slot:\d{1,18}}/close", desk.slots.close, "desk"),
        ("POST", f"{one}/{{step:confirm|decline|propose|attended|missed}}", desk.appointments.act, "desk"),
    ]


def _files(files: FilePages) -> list[tuple[str, str, View, str | None]]:
    file = r"/desk/cases/{id:\d{1,18}}/file"
    ledger = Ledger(files.engine, files.clock, files.secret)
    return [
        ("GET", "/desk/files", files.listing, "desk"),
        ("GET", "/desk/pairings", ledger.page, "desk"),
        ("GET", "/desk/pairings/export", ledger.export, "lead"),
        ("POST", file, files.open_file, "desk"),
        ("GET", f"{file}/print", files.print_view, "desk"),
        ("GET", f"{file}/pdf", files.pdf, "desk"),
        ("POST", f"{file}/{{step:{'|'.join(FILE_STEPS)}}}", files.step, "desk"),
    ]


def routes(accounts: Accounts, desk: Desk, admin: Given, health: Health) -> list[web.RouteDef]:
    """Give the table; None as permission means that anybody may."""
    table: list[tuple[str, str, View, str | None]] = [
        ("GET", "/", home, None),
        ("GET", "/health/live", health.alive, None),
        ("GET", "/health/ready", health.ready, None),
        ("GET", "/metrics", health.metrics, None),
        *_access(accounts),
        *_desk(desk),
        *_leading(desk.leading),
        *_duty(desk),
        *_suggestions(desk),
        *_moves(desk.moves),
        *_files(desk.files),
        *_appointments(desk),
        *admin_rows(admin),
    ]
    return [
        web.route(method, path, view if permission is None else accounts.needs(permission, view))
        for method, path, view, permission in table
    ]
