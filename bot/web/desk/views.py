"""The desk's pages and steps. Each step is one call of `bot.handoff.desk` in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.forms import fields, text_of
from bot.channels.web.ports import Line
from bot.channels.web.refused import Refused
from bot.channels.wechat import quota
from bot.dialogue.decision import Tools
from bot.handoff import desk
from bot.handoff.desk import DeskError
from bot.handoff.sending import quiet
from bot.store import alerts, cases, conversations, thread
from bot.store.alerts import Knock
from bot.store.cases import Case, Step
from bot.web.accounts import STAFF, face
from bot.web.desk.rows import row
from bot.web.desk.steps import timeline

PAGE = 200
OUTCOMES = (
    ("已解决", "问题解决了"),
    ("已转介", "转给了别的部门或机构"),
    ("继续跟进", "家长会再来，暂时告一段落"),
    ("联系不上", "没有等到家长回音"),
)


@dataclass(frozen=True, slots=True)
class _Story:
    """All that the page of a case shows. `pushed`: the words leave for WeChat; `window` what it takes of them."""

    case: Case
    steps: list[Step]
    knock: Knock | None
    lines: Sequence[Line] = ()
    window: tuple[str, str] | None = None
    quiet: bool = False
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """The handlers; `tools` gives the live library for names of places and stages."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    secret: bytes

    async def queue(self, request: web.Request) -> web.Response:
        """`GET /desk`: who needs somebody first."""
        view = request.query.get("view", "open")
        async with self.engine.connect() as conn:
            context = await self.queue_context(conn, view, request[STAFF].id)
        context |= {"staff": face(request), "stream": f"/desk/stream?view={context['view']}"}
        return render_template("desk/cases.html", request, context)

    async def queue_context(self, conn: AsyncConnection, view: str, me: int) -> dict[str, object]:
        """Load the queue for the page and for the stream."""
        found = await cases.queue(conn, closed=view == "closed")
        shown = [case for case in found if view != "mine" or case.owner_id == me]
        knocks = await alerts.knocks(conn, [case.id for case in shown if case.level in cases.GRAVE])
        rows = []
        for case in shown:
            last, knock = await self._last_words(conn, case), knocks.get(case.id)
            rows.append(
                row(case, now=self.clock(), tools=self.tools(), secret=self.secret, words=last, me=me, knock=knock)
            )
        counts = {"open": len(found), "mine": sum(case.owner_id == me for case in found)}
        waiting = sum(case.state == "open" for case in found)
        chosen = view if view in ("mine", "closed") else "open"
        views = [
            ("/desk", "全部", counts["open"] if chosen != "closed" else "", chosen == "open"),
            ("/desk?view=mine", "我的", counts["mine"] if chosen != "closed" else "", chosen == "mine"),
            ("/desk?view=closed", "已结案", len(found) if chosen == "closed" else "", chosen == "closed"),
        ]
        unseen = sum(case.unseen for case in found)
        return {
            "cases": rows,
            "current": None,
            "views": views,
            "waiting": waiting,
            "view": chosen,
            "unseen": unseen,
        }

    async def _last_words(self, conn: AsyncConnection, case: Case) -> str:
        if case.conversation_id is None:
            return ""
        lines = await thread.lines(conn, case.conversation_id, limit=8, newest=True)
        return next((line.text[:80] for line in reversed(lines) if line.who == "parent"), "")

    async def case(
        self, request: web.Request, *, draft: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        """`GET /desk/cases/{id}`: the whole story, and what can be done."""
        async with self.engine.connect() as conn:
            story = await self._load(conn, _case_id(request))
        case, lines = story.case, story.lines
        shown = row(
            case,
            now=self.clock(),
            tools=self.tools(),
            secret=self.secret,
            me=request[STAFF].id,
            knock=story.knock,
            quiet=story.quiet,
        )
        context = {
            "staff": face(request),
            "waiting": 0,
            "stream": f"/desk/cases/{case.id}/stream",
            "case": shown,
            "lines": lines,
            "last": lines[-1].id if lines else 0,
            "window": story.window,
            "pushed": story.pushed,
            "steps": timeline(story.steps),
            "draft": draft,
            "key": secrets.token_urlsafe(12),
            "problem": problem,
            "outcomes": OUTCOMES,
        }
        return render_template("desk/case.html", request, context, status=status)

    async def _load(self, conn: AsyncConnection, case_id: int) -> _Story:
        case = await cases.find(conn, case_id)
        if case is None:
            raise Refused(404, "没有这一件，可能已按家长的要求删除。", "no-case")
        steps = await cases.timeline(conn, case_id)
        knock = (await alerts.knocks(conn, [case_id])).get(case_id)
        if case.conversation_id is None:
            return _Story(case, steps, knock)
        lines = await thread.lines(conn, case.conversation_id, limit=PAGE, newest=True)
        shown = [staff_line(line) for line in lines]
        conversation = await conversations.lock(conn, case.conversation_id)
        if conversation is None:
            return _Story(case, steps, knock, shown)
        pushed = conversation.channel == "wechat"
        window = _window(conversation.windows, self.clock()) if pushed else None
        return _Story(case, steps, knock, shown, window, quiet(conversation), pushed)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/{step}`: acknowledge, claim, messages, return, close."""
        given = await fields(request)
        text = text_of(given, "text")
        try:
            await self._step(request, {name: text_of(given, name) for name in given})
        except DeskError as error:
            return await self.case(request, draft=text, problem=str(error), status=409)
        home = request.match_info["step"] == "close" or text_of(given, "back") == "queue"
        back = "/desk" if home else f"/desk/cases/{_case_id(request)}#reply"
        return web.Response(status=303, headers={"Location": back})

    async def _step(self, request: web.Request, given: dict[str, str]) -> None:
        case_id, staff, now = _case_id(request), request[STAFF], self.clock()
        async with self.engine.begin() as conn:
            match request.match_info["step"]:
                case "acknowledge":
                    await desk.acknowledge(conn, case_id, staff, now)
                case "claim":
                    await desk.claim(conn, case_id, staff, now)
                case "messages" if given.get("kind") == "note":
                    await desk.note(conn, case_id, staff, given.get("text", ""), given.get("key", ""), now)
                case "messages":
                    words, safe = given.get("text", ""), given.get("safe") == "1"
                    await desk.reply(conn, case_id, staff, words, given.get("key", ""), now, safe=safe)
                case "return":
                    await desk.hand_back(conn, case_id, staff, now)
                case "close":
                    outcome = "：".join(filter(None, (given.get("outcome", ""), given.get("note", "").strip())))
                    await desk.close(conn, case_id, staff, outcome, now)
                case _:
                    raise web.HTTPNotFound


def _case_id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _window(stored: dict[str, object], now: datetime) -> tuple[str, str]:
    """Say what may still go to WeChat: the messages left and the hours."""
    windows = quota.from_json(stored)  # type: ignore[arg-type]  # the column holds what quota.to_json wrote
    verdict = quota.may_send(windows, now)
    if verdict.why == "window-closed":
        return "closed", "家长超过 48 小时没有说话。您写的会留着，等家长再来时送出。"
    if verdict.why == "quota-used":
        return "closed", "这一轮的 5 条已经用完。您写的会留着，等家长再说话时送出。"
    hours = int((verdict.until - now).total_seconds() // 3600) if verdict.until else 0
    return "low" if verdict.left <= 2 else "", f"还能发 {verdict.left} 条，{hours} 小时内有效。"


def staff_line(line: thread.Line) -> Line:
    """Make a line as the desk shows it: with its delivery and the reason."""
    state = {"pending": "sending", "sent": "sent", "failed": "failed", "parked": "parked"}.get(line.state, "")
    shown = state if line.who == "person" else ""
    return Line(
        id=line.id,
        who=line.who,  # type: ignore[arg-type]  # the column holds one of the five
        text=line.text,
        at=line.at,
        reply=line.reply,
        state=shown,  # type: ignore[arg-type]  # one of the values above
        author=line.author,
        why=line.reason,
        key=line.key,
    )
