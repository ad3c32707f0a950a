"""A web page's conversation over the store: the parent's words go through the same turn as WeChat's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.ports import Line, Unkept, Visitor
from bot.dialogue.turn import Turns
from bot.messages import Inbound
from bot.store import conversations, thread
from bot.store.wake import Wakes, until

LOOK_AGAIN = 5.0  # seconds between looks when no notification comes
PATIENCE = 20.0  # seconds: a page shows that an answer is being written, so it may take longer than WeChat's


class StoredThread:
    """`bot.channels.web.ports.Thread` over the database."""

    def __init__(self, engine: AsyncEngine, turns: Turns, wakes: Wakes, clock: Callable[[], datetime]) -> None:
        """Take the database, the turns, the wake-ups and the clock."""
        self._engine = engine
        self._turns = turns
        self._wakes = wakes
        self._clock = clock

    async def say(self, visitor: Visitor, text: str, key: str) -> None:
        """Answer the parent's words; what could not be kept is raised as Unkept with the words to show."""
        inbound = Inbound(visitor.channel, visitor.sender, f"p:{key}", "text", text, self._clock(), surface="page")
        outcome = await self._turns.handle(inbound, PATIENCE)
        self._wakes.ring(_unknown(visitor))  # a page that was open before the first word now has what to wait for
        erased = outcome.decision is not None and outcome.decision.erase
        if outcome.replies and (erased or not outcome.recorded):
            raise Unkept(outcome.replies, erased=erased)

    async def lines(self, visitor: Visitor, after: int, limit: int) -> list[Line]:
        """Read the lines after an id, oldest first."""
        return await self._read(visitor, after=after, limit=limit)

    async def latest(self, visitor: Visitor, limit: int, before: int | None = None) -> list[Line]:
        """Read the newest lines (before an id), oldest first."""
        return await self._read(visitor, before=before, limit=limit, newest=True)

    async def wait(self, visitor: Visitor, after: int, timeout: float) -> bool:  # noqa: ASYNC109  (the page's heartbeat)
        """Wait until there is a line above `after`; a lost notification costs one heartbeat, never a line."""
        ends = time.monotonic() + timeout
        while (left := ends - time.monotonic()) > 0:
            async with self._engine.connect() as conn:
                conversation_id = await conversations.find(conn, visitor.channel, visitor.sender)
            with self._wakes.waiting(conversation_id or _unknown(visitor)) as event:
                if await self.lines(visitor, after, 1):
                    return True
                await until(event, min(left, LOOK_AGAIN))
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
