"""The queue: who needs somebody first, as a page and as the part of it that its stream sends again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.dialogue.decision import Tools
from bot.handoff import taking_back
from bot.handoff.kinds import KINDS
from bot.messages import GRAVE
from bot.store import alerts, queue
from bot.store.cases import Case
from bot.store.people import Staff
from bot.store.queue import Counts, Wanted
from bot.web.accounts import STAFF, face
from bot.web.desk.rows import Row, row

VIEWS = (("open", "待接"), ("mine", "我的"), ("later", "稍后"), ("all", "全部"), ("closed", "已结案"))
STATES = (("open", "没有人接"), ("claimed", "在办"), ("later", "稍后"))
LEVELS = (("urgent", "紧急"), ("high", "高"), ("concern", "关注"), ("none", "平常"))
LAST_PAGE = 200  # whoever looks further has filters


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the page; without a title it is the only one, or the first."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Queue:
    """The handlers; `tools` gives the live library for names of places and stages."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes

    async def page(self, request: web.Request) -> web.Response:
        """`GET /desk`: who needs somebody first; what is asked for stands in the address.

        `?handed=` is the number of what this person has just handed over: a line says where it is.
        """
        wanted, staff = asked(request.query), request[STAFF]
        given = _number(request.query.get("handed", ""))
        async with self.engine.connect() as conn:
            handed = await taking_back.handed(conn, given, staff, self.clock()) if given else None
            context = await self.context(conn, wanted, staff)
            places, holders = await queue.places(conn, staff), await queue.holders(conn, staff)
        context |= {
            "staff": face(request),
            "stream": address(wanted, "/desk/stream"),
            "wanted": wanted,
            "handed": handed,
            "choices": {
                "station": places,
                "kind": [(name, kind.name) for name, kind in KINDS.items()],
                "level": LEVELS,
                "state": STATES if wanted.view == "all" else (),
                "owner": [(0, "没有人"), *holders] if wanted.view in ("later", "all", "closed") else (),
            },
        }
        return render_template("desk/cases.html", request, context)

    async def context(self, conn: AsyncConnection, wanted: Wanted, staff: Staff) -> dict[str, object]:
        """Load what the page shows and the stream sends again. The queries are few, however many rows there are."""
        now = self.clock()
        counts = await queue.counts(conn, staff, wanted, now)
        shown, more = await queue.listed(conn, staff, wanted, now)
        parts = [("", shown)]
        if wanted.view == "open" and not wanted.page:
            mine, _ = await queue.listed(conn, staff, replace(wanted, view="mine"), now)
            fresh = [case for case in mine if case.state == "claimed"]
            parts += [(f"我手上的 {counts.mine}", fresh)] if fresh else []
        every = [case for _, part in parts for case in part]
        # What was said after a case was closed is not its own.
        talks = [case.conversation_id for case in every if case.conversation_id and case.state != "closed"]
        heard = await queue.last_words(conn, talks, staff)
        knocks = await alerts.knocks(conn, [case.id for case in every if case.level in GRAVE])

        def made(case: Case) -> Row:
            return row(
                case,
                now=now,
                tools=self.tools(),
                secret=self.secret,
                me=staff.id,
                knock=knocks.get(case.id),
                heard=heard.get(case.conversation_id or 0),
            )

        return {
            "lists": [Part(title, [made(case) for case in part]) for title, part in parts],
            "current": None,
            "views": _tabs(wanted, counts),
            "view": wanted.view,
            "waiting": counts.waiting,
            "unseen": counts.unseen,
            "narrowed": wanted.narrowed,
            "earlier": address(replace(wanted, page=wanted.page - 1)) if wanted.page else "",
            "further": address(replace(wanted, page=wanted.page + 1)) if more and wanted.page < LAST_PAGE else "",
        }


def asked(query: Mapping[str, str]) -> Wanted:
    """Read what is asked for from an address; what cannot be is left out."""
    view = query.get("view", "")
    return Wanted(
        view=view if view in dict(VIEWS) else "open",
        station=_number(query.get("station", "")),
        kind=_one_of(query.get("kind", ""), KINDS),
        state=_one_of(query.get("state", ""), dict(STATES)) if view == "all" else None,
        owner=_number(query.get("owner", "")) if view in ("later", "all", "closed") else None,
        level=_one_of(query.get("level", ""), dict(LEVELS)),
        page=min(_number(query.get("page", "")) or 0, LAST_PAGE),
    )


def address(wanted: Wanted, path: str = "/desk") -> str:
    """Give the address that asks for something, so that a view can be sent to a colleague."""
    given = {
        "view": wanted.view if wanted.view != "open" else None,
        "station": wanted.station,
        "kind": wanted.kind,
        "state": wanted.state,
        "owner": wanted.owner,
        "level": wanted.level,
        "page": wanted.page or None,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path


def _tabs(wanted: Wanted, counts: Counts) -> list[tuple[str, str, int | str, bool]]:
    """Give the tabs: address, label, count, whether chosen. They keep the filters that they share."""
    number: dict[str, int | str] = {
        "open": counts.open,
        "mine": counts.mine,
        "later": counts.later,
        "all": counts.all,
        "closed": "",
    }
    shared = replace(wanted, page=0, state=None, owner=None)
    return [(address(replace(shared, view=name)), label, number[name], name == wanted.view) for name, label in VIEWS]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _one_of(text: str, known: Mapping[str, object]) -> str | None:
    return text if text in known else None
