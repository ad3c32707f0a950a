"""What is new in a case that somebody has open: lines, how they were delivered, the window, the parent writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_string
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.channels.web.stream import event
from bot.store import cases, story, thread
from bot.store.cases import Case
from bot.store.people import Staff
from bot.web.desk.talk import shown as talk

JUST_SHOWN = 20  # the newest lines whose delivery a fresh stream tells again: it may have changed since the page

Marks = dict[int, tuple[str, str]]


@dataclass(slots=True)
class CaseNews:
    """One reader of one case: what the page has already, and what is told next.

    Events: `turn` (a new line), `mark` (a line again, because its delivery or its picture changed), `window` (what
    WeChat still takes), `typing` (the parent is writing just now).
    """

    engine: AsyncEngine
    clock: Callable[[], datetime]
    request: web.Request
    staff: Staff
    case_id: int
    conversation_id: int
    after: int
    typing: Callable[[], bool]
    _marks: Marks | None = None
    _window: str = field(default="")

    async def look(self, response: web.StreamResponse) -> bool:
        """Write what is new; whether anything was.

        All of it is read as of one moment: a line sent while we look would else be shown as waiting and never again.
        """
        async with self.engine.execution_options(isolation_level="REPEATABLE READ").connect() as conn:
            case = await cases.find(conn, self.case_id, seen_by=self.staff)
            if case is None:
                raise ConnectionResetError  # it went to where this person sees nothing: the page is told to come again
            parts = [*await self._turns(conn, case), *await self._changed(conn, case), *await self._left(conn)]
        if self.typing():
            parts.append(b"event: typing\ndata: parent\n\n")
        for part in parts:
            await response.write(part)
        return bool(parts)

    async def _turns(self, conn: AsyncConnection, case: Case) -> list[bytes]:
        reach = thread.Reach.of(case, self.staff)
        lines = await thread.lines(conn, self.conversation_id, after=self.after, reach=reach)
        shown = await talk.shown(conn, self.conversation_id, case, lines, self.staff)
        self.after = max([self.after, *(line.id for line in lines)])
        return [event(line.id, self._html(line)) for line in shown]

    async def _changed(self, conn: AsyncConnection, case: Case) -> list[bytes]:
        """Tell lines again whose delivery is another now; at first those that may have changed since the page."""
        now = await story.marks(conn, self.conversation_id)
        if self._marks is None:
            newest = sorted(now)[-JUST_SHOWN:]
            changed = [one for one in now if one in newest or now[one][0] in ("pending", "parked")]
        else:
            changed = [one for one in now if self._marks.get(one, now[one]) != now[one]]
        self._marks = now
        if not changed:
            return []
        reach = thread.Reach.of(case, self.staff)
        lines = await thread.lines(conn, self.conversation_id, only=changed, reach=reach)
        shown = await talk.shown(conn, self.conversation_id, case, lines, self.staff)
        return [named("mark", self._html(line)) for line in shown]

    async def _left(self, conn: AsyncConnection) -> list[bytes]:
        partner = await story.partner(conn, self.conversation_id)
        if partner is None:
            return []
        window = await talk.window(conn, self.conversation_id, partner, self.clock())
        html = render_string("desk/window.html", self.request, {"window": window})
        if html == self._window or window is None:
            return []
        self._window = html
        return [named("window", html)]

    def _html(self, line: object) -> str:
        return render_string("turn.html", self.request, {"line": line, "side": "desk"})


def named(name: str, html: str) -> bytes:
    """Frame an event that is no line: it has no number to resume from."""
    data = "".join(f"data: {part}\n" for part in html.splitlines() or [""])
    return f"event: {name}\n{data}\n".encode()
