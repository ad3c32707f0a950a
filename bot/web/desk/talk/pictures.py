"""Pictures of parents, shown to who may see the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.refused import Refused
from bot.store import audit, cases, media, thread
from bot.store.audit import Act
from bot.web.accounts import STAFF
from bot.web.desk.talk.shown import shows_talk

# What a browser may take them for; anything else was not kept (bot/jobs/fetch.py).
TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Pictures:
    """The handler."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def show(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}/media/{media}`: one picture; what a person may not see is not there.

        It is a reading of the case, as opening its page is.
        """
        staff = request[STAFF]
        async with self.engine.begin() as conn:
            case = await cases.find(conn, int(request.match_info["id"]), seen_by=staff)
            found = None
            if case is not None and case.conversation_id is not None and shows_talk(case):
                reach = thread.Reach.of(case, staff)
                found = await media.body(conn, case.conversation_id, int(request.match_info["media"]), reach)
            if case is None or found is None or found[0] not in TYPES:
                raise Refused(404, "没有这张图片。", "no-picture")
            await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case.id}", self.clock())
        # nosniff and the policy stand on every answer (bot/web/security.py); a shared computer keeps no copy.
        return web.Response(body=found[1], content_type=found[0], headers={"Content-Disposition": "inline"})
