"""A web page's conversation over the store: the parent's words go through the same turn as WeChat's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.ports import Line, Unkept, Visitor
from bot.dialogue.turn import Turns
from bot.messages import Inbound
from bot.store import conversations, story, thread
from bot.store import wake as wakes
from bot.store.wake import PARENT, PERSON, Wakes, typing_key, until

LOOK_AGAIN = 5.0  # seconds between looks when no notification comes
AT_ONCE = 5  # looks of all open pages together: what parents send must always find a connection to the database
PATIENCE = 20.0  # seconds: a page shows that an answer is being written, so it may take longer than WeChat's


class StoredThread:
    """`bot.channels.web.ports.Thread` over the database."""

    def __init__(self, engine: AsyncEngine, turns: Turns, wakes: Wakes, clock: Callable[[], datetime]) -> None:
        """Take the database, the turns, the wake-ups and the clock."""
        self._engine = engine
        self._turns = turns
        self._wakes = wakes
        self._clock = clock
        self._room = asyncio.Semaphore(AT_ONCE)

    async def say(self, visitor: Visitor, text: str, key: str, station: str = "") -> None:
        """Answer the parent's words; what could not be kept is raised as Unkept with the words to show."""
        came: dict[str, Any] = {"scene": f"desk:{station}"} if station else {}
        at = self._clock()
        inbound = Inbound(visitor.channel, visitor.sender, f"p:{key}", "text", text, at, surface="page", detail=came)
        outcome = await self._turns.handle(inbound, PATIENCE)
        self._wakes.ring(_unknown(visitor))  # a page that was open before the first word now has what to wait for
        erased = outcome.decision is not None and outcome.decision.erase
        if outcome.replies and (erased or not outcome.recorded):
            raise Unkept(outcome.replies, erased=erased)

    async def lines(self, visitor: Visitor, after: int, limit: int) -> list[Line]:
        """Read the lines after an id, oldest first."""
        async with self._room:
            return await self._read(visitor, after=after, limit=limit)

    async def latest(self, visitor: Visitor, limit: int, before: int | None = None) -> list[Line]:
        """Read the newest lines (before an id), oldest first."""
        return await self._read(visitor, before=before, limit=limit, newest=True)

    async def typing(self, visitor: Visitor) -> None:
        """Tell the desk that the parent is writing, where people have the conversation or are waited for."""
        async with self._engine.begin() as conn:
            found = await conversations.find(conn, visitor.channel, visitor.sender)
            partner = await story.partner(conn, found) if found is not None else None
            if found is not None and partner is not None and partner.holder != "bot":
                await wakes.typing(conn, found, PARENT)

    async def wait(self, visitor: Visitor, after: int, timeout: float) -> bool | Literal["typing"]:  # noqa: ASYNC109  (the page's heartbeat)
        """Wait until there is a line above `after`; a lost notification costs one heartbeat, never a line."""
        ends = time.monotonic() + timeout
        while (left := ends - time.monotonic()) > 0:
            async with self._room, self._engine.connect() as conn:
                conversation_id = await conversations.find(conn, visitor.channel, visitor.sender)
            waited = self._wakes.waiting(conversation_id or _unknown(visitor))
            with waited as event, self._wakes.waiting(typing_key(conversation_id or 0, PERSON)) as typing:
                if await self.lines(visitor, after, 1):
                    return True
                await until(event, min(left, LOOK_AGAIN))
                if typing.is_set():
                    return "typing"
        return bool(await self.lines(visitor, after, 1))

    async def _read(
        self, visitor: Visitor, *, limit: int, after: int = 0, before: int | None = None, newest: bool = False
    ) -> list[Line]:
        async with self._engine.connect() as conn:
            conversation_id = await conversations.find(conn, visitor.channel, visitor.sender)
            if conversation_id is None:
                return []
            found = await thread.lines(
                conn, conversation_id, after=after, before=before, limit=limit, newest=newest, for_parent=True
            )
        return [_line(line) for line in found]


def _unknown(visitor: Visitor) -> str:
    """Name what the page of somebody without a conversation waits for: their first word."""
    return f"{visitor.channel}:{visitor.sender}"


def _line(line: thread.Line) -> Line:
    return Line(
        id=line.id,
        who=line.who,  # type: ignore[arg-type]  # the column holds one of the five
        text=line.text,
        at=line.at,
        reply=line.reply,
        state="sent" if line.state == "sent" else "",
        author=line.author,
        key=line.key.removeprefix("p:"),
    )
