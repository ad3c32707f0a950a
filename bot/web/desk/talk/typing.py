"""Somebody is writing: told to the other side while it is so, and kept nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.base import ChannelError
from bot.channels.web.limits import Limiter
from bot.handoff.desk import UnknownCaseError
from bot.handoff.sending import quiet
from bot.store import cases, story
from bot.store.wake import PARENT, PERSON, typing
from bot.web.accounts import STAFF

EVERY_SECONDS = 10.0  # WeChat shows it for a quarter of a minute; and what it takes in a day is counted

Show = Callable[[str], Awaitable[None]]  # 对方正在输入 in the WeChat of somebody

__all__ = ["PARENT", "PERSON", "Typing"]


@dataclass(frozen=True, slots=True)
class Typing:
    """The handler; `show` is None where WeChat's API is not configured."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    show: Show | None = None
    _shown: Limiter = field(default_factory=lambda: Limiter(1, EVERY_SECONDS))

    async def tell(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/typing`: the parent sees that a person is writing; only of who has the case."""
        staff = request[STAFF]
        async with self.engine.begin() as conn:
            case = await cases.find(conn, int(request.match_info["id"]), seen_by=staff)
            if case is None:
                raise UnknownCaseError
            talk = case.conversation_id
            partner = await story.partner(conn, talk) if talk is not None else None
            mine = case.state == "claimed" and case.owner_id == staff.id
            if talk is None or partner is None or not mine or quiet(partner):
                return web.Response(status=204)
            await typing(conn, talk, PERSON)
        if partner.channel == "wechat" and self.show and self._shown.allow(str(talk), self.clock()):
            try:
                await self.show(partner.sender)
            except ChannelError as error:  # the words themselves will go or say why they don't
                observe.FAILURES.labels(f"typing {error.kind}").inc()
        return web.Response(status=204)
