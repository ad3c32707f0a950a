"""Verifying by call: what somebody found when they dialled, and what becomes of the listing; the to-do list.

The call itself is always kept, whatever becomes of the change: it was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, changes, people, verifications
from bot.store.audit import Act
from bot.store.people import Staff
from bot.web.admin.given import Given
from bot.web.admin.listings.pages import Services
from bot.web.admin.listings.places import options
from bot.web.admin.listings.todo import GROUPS, tasks
from bot.web.admin.listings.words import OUTCOMES
from bot.web.permissions import STAFF, face
from knowledge import amend
from knowledge.calendar import CHINA
from knowledge.editorial import State, Step, StepError, needs_review
from knowledge.freshness import AHEAD, LIMITS
from knowledge.model import Listing

ROLE, NOTE = 40, 300  # characters
_NUMBER = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers."""

    given: Given
    services: Services

    async def verify(self, request: web.Request) -> web.Response:
        """`POST /admin/services/listing/{id}/verify`: keep a call and what follows from it."""
        key = request.match_info["id"]
        listing = self.given.tools().library.listings.get(key)
        if listing is None:
            raise Refused(404, "没有这一处，可能已经停用。", "no-listing")
        form = await fields(request)
        outcome, note = text_of(form, "outcome"), text_of(form, "note").strip()[:NOTE]
        answered = text_of(form, "answered").strip()[:ROLE]
        if fault := _fault(listing, outcome, answered, note):
            typed = {"outcome": outcome, "answered": answered, "note": note, "fault": fault}
            return await self.services.draw(request, await self.services.stands(request), call=typed, status=422)
        now = self.given.clock()
        staff = request[STAFF]
        async with self.given.engine.begin() as conn:
            await verifications.add(conn, staff, key, outcome, now, answered=answered, note=note)
            await audit.record(conn, staff, Act.KNOWLEDGE, f"listing:{key}", now, {"what": "call", "outcome": outcome})
            try:
                async with conn.begin_nested():
                    said = await _follow(conn, staff, listing, outcome, note, now)
            except StepError:
                said = "kept"
        return web.Response(status=303, headers={"Location": f"/admin/services/listing/{key}?said=call-{said}"})

    async def todo(self, request: web.Request) -> web.Response:
        """`GET /admin/verify`: which numbers to dial, the most pressing first."""
        tools = self.given.tools()
        region = request.query.get("region", "")
        async with self.given.engine.connect() as conn:
            lasts = await verifications.last_of_each(conn)
            open_ = await changes.listed(conn, sort="listing")
        today = self.given.clock().astimezone(CHINA).date()
        found = tasks(tools.library, lasts, open_, tools.tree, today, region=region)
        context = {
            "staff": face(request),
            "here": "verify",
            "region": region,
            "regions": options(tools.library, tools.tree),
            "sections": [(name, *GROUPS[name], held) for name, held in found],
            "pressing": sum(len(held) for name, held in found if name not in ("waiting", "current")),
            "mute": sum(listing.phone is None for listing in tools.library.listings.values()),
            "limits": (LIMITS["hotline"].days, LIMITS["school"].days, AHEAD.days),
        }
        return render_template("admin/service_verify.html", request, context)


def _fault(listing: Listing, outcome: str, answered: str, note: str) -> str:
    if listing.kind == "emergency":
        return "紧急电话不打来核实，占了线会误别人的事。"
    if outcome not in OUTCOMES:
        return "请选打通了没有。"
    if outcome in ("right", "changed") and not answered:
        return "请写一下是谁接的，写岗位就好，比如“值班老师”。"
    if _NUMBER.search(answered + note):
        return "这里不写个人的手机号，请删去再记。"
    return ""


async def _follow(conn: AsyncConnection, staff: Staff, listing: Listing, outcome: str, note: str, now: datetime) -> str:
    """Do what a call leads to; which of the sentences says so.

    Raises:
        StepError: the listing has a change that is not a draft any more.
    """
    if outcome == "no-answer":
        return outcome
    held = await changes.open_of(conn, "listing", listing.id)
    if outcome == "gone":
        if held is not None:
            raise StepError(held.title)
        words = f"打电话核实：{note or '停办了或是空号'}"
        number = await _saved(conn, staff, listing, None, 0, now)
        await changes.take(conn, number, staff, Step.SUBMIT, now, words=words)
        return outcome
    if held is not None and (held.state != State.DRAFT or held.body is None):
        raise StepError(held.title)
    seen = {"on": now.astimezone(CHINA).date().isoformat(), "by": people.WORDS[people.Role(staff.role)]}
    body = {**(held.body or {}), "verified": seen} if held is not None else {**amend.encode(listing), "verified": seen}
    if held is None and outcome == "right":
        return await _right(conn, staff, listing, body, now)
    await _saved(conn, staff, listing, body, held.saved if held is not None else 0, now)
    return "changed" if outcome == "changed" else "merged"


async def _right(conn: AsyncConnection, staff: Staff, listing: Listing, body: dict[str, Any], now: datetime) -> str:
    """All is as it stands: only the day of the check is new, which nobody need read."""
    thing, _ = amend.decode("listing", body)
    differing = amend.fields_changed(listing, thing)
    if not differing:
        return "same"
    number = await _saved(conn, staff, listing, body, 0, now)
    if not needs_review("listing", differing, "call"):
        await changes.pass_unread(conn, number, staff, now, words="打电话核实过，都对")
    return "right"


async def _saved(
    conn: AsyncConnection, staff: Staff, listing: Listing, body: dict[str, Any] | None, seen: int, now: datetime
) -> int:
    return await changes.save(
        conn, staff, "listing", listing.id, body, title=listing.name, seen=seen, now=now, origin="call"
    )
