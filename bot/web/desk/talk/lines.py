"""One line of a talk at the desk: sent once more, or withdrawn. Each step is one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import mending
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.web.accounts import STAFF

Page = Callable[..., Awaitable[web.Response]]  # the page of the case, with a sentence of what was refused


@dataclass(frozen=True, slots=True)
class LineSteps:
    """The handler; `page` shows a refusal to those without script."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    page: Page

    async def act(self, request: web.Request) -> web.Response:
        """`POST /desk/cases/{id}/lines/{line}/{step}`: again, withdraw. How it went comes by the stream."""
        case_id, line_id = int(request.match_info["id"]), int(request.match_info["line"])
        step = mending.again if request.match_info["step"] == "again" else mending.withdraw
        script = "application/json" in request.headers.get("Accept", "")
        try:
            async with self.engine.begin() as conn:
                await step(conn, case_id, request[STAFF], line_id, self.clock())
        except UnknownCaseError:
            raise
        except DeskError as error:
            if script:
                return web.json_response({"error": str(error)}, status=409)
            return await self.page(request, problem=str(error), status=409)
        if script:
            return web.json_response({})
        return web.Response(status=303, headers={"Location": f"/desk/cases/{case_id}#line-{line_id}"})
