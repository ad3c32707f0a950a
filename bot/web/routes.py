"""The whole table of staff and machine routes: method, path, view, and the permission that stands before it.

The parent's own routes are in `bot.channels.web.routes`, WeChat's in `bot.channels.wechat.webhook`.
"""

from __future__ import annotations

from aiohttp import web

from bot.web.accounts import Accounts, View
from bot.web.admin.safety import Safety
from bot.web.admin.views import Admin
from bot.web.desk.stream import DeskStream
from bot.web.desk.views import Desk
from bot.web.health import Health


def _safety(safety: Safety) -> list[tuple[str, str, View, str | None]]:
    findings, rules = safety.findings, safety.rules
    one = r"/{conversation:\d{1,18}}/{id:\d{1,18}}"
    sort = "/admin/safety/{sort:patterns|protocols}"
    return [
        ("GET", "/admin/safety", safety.overview, "safety"),
        ("GET", "/admin/safety/detections", findings.listing, "safety"),
        ("POST", f"/admin/safety/detections{one}", findings.mark, "safety"),
        ("GET", "/admin/safety/missed", findings.silent, "safety"),
        ("POST", f"/admin/safety/missed{one}", findings.miss, "safety"),
        ("GET", "/admin/safety/marks", findings.export, "safety"),
        ("GET", sort, rules.listing, "safety"),
        ("GET", f"{sort}/{{key:[a-z0-9-]{{1,61}}}}", rules.editor, "safety"),
        ("POST", f"{sort}/{{key:[a-z0-9-]{{1,61}}}}", rules.act, "safety"),
    ]


async def home(_request: web.Request) -> web.Response:
    """`GET /`: parents start at the chat."""
    raise web.HTTPSeeOther("/chat")


def routes(
    accounts: Accounts, desk: Desk, stream: DeskStream, admin: Admin, safety: Safety, health: Health
) -> list[web.RouteDef]:
    """Give the table; None as permission means that anybody may."""
    table: list[tuple[str, str, View, str | None]] = [
        ("GET", "/", home, None),
        ("GET", "/health/live", health.alive, None),
        ("GET", "/health/ready", health.ready, None),
        ("GET", "/metrics", health.metrics, None),
        ("GET", "/desk/login", accounts.form, None),
        ("POST", "/desk/login", accounts.login, None),
        ("POST", "/desk/logout", accounts.logout, None),
        ("GET", "/desk", desk.queue, "desk"),
        ("GET", "/desk/stream", stream.queue, "desk"),
        ("GET", r"/desk/cases/{id:\d{1,18}}", desk.case, "desk"),
        ("GET", r"/desk/cases/{id:\d{1,18}}/stream", stream.case, "desk"),
        ("POST", r"/desk/cases/{id:\d{1,18}}/{step:acknowledge|claim|messages|return|close}", desk.act, "desk"),
        ("GET", "/admin", admin.overview, "admin"),
        ("GET", "/admin/entries", admin.entries, "admin"),
        ("GET", "/admin/entries/{id:[a-z0-9-]+}", admin.entry, "admin"),
        *_safety(safety),
    ]
    return [
        web.route(method, path, view if permission is None else accounts.needs(permission, view))
        for method, path, view, permission in table
    ]
