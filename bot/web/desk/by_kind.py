"""A case has one address, whatever its kind: this hands its page and its steps to the pages of the kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import moving
from bot.handoff.desk import UnknownCaseError
from bot.store import cases
from bot.store.cases import Case
from bot.web.accounts import STAFF, View


@dataclass(frozen=True, slots=True)
class ByKind:
    """`GET /desk/cases/{id}` and `POST /desk/cases/{id}/{step}` for all kinds.

    `pages` and `acts` are the views of kinds that have their own; all others have the usual ones.
    """

    engine: AsyncEngine
    usual_page: View
    usual_act: View
    pages: Mapping[str, View] = field(default_factory=dict)
    acts: Mapping[str, View] = field(default_factory=dict)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Show a case as its kind is shown; one that this person may not see is not there."""
        case = await self._case(request)
        if "handed" in case.detail:
            async with self.engine.begin() as conn:
                await moving.opened(conn, case, request[STAFF])
        return await self.pages.get(case.kind, self.usual_page)(request)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Take a step as its kind takes it."""
        return await self.acts.get((await self._case(request)).kind, self.usual_act)(request)

    async def _case(self, request: web.Request) -> Case:
        async with self.engine.connect() as conn:
            case = await cases.find(conn, int(request.match_info["id"]), seen_by=request[STAFF])
        if case is None:
            raise UnknownCaseError
        return case
