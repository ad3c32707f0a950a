"""The page of the list, and what it keeps in memory so that no request counts twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import changes, entry_figures
from bot.web.admin.entries import list as listing
from bot.web.admin.entries.standing import SORT
from bot.web.admin.given import Given
from bot.web.permissions import face
from knowledge.calendar import CHINA
from knowledge.freshness import updated
from knowledge.model import Library

SHOWN_FOR = timedelta(days=90)
KEPT = timedelta(minutes=10)  # counting what was shown reads all messages of the period


@dataclass(slots=True)
class Shown:
    """How often entries were shown, as counted a short while ago."""

    at: datetime | None = None
    times: dict[str, int] = field(default_factory=dict)

    async def of(self, conn: AsyncConnection, now: datetime) -> dict[str, int]:
        """Give the counts, counting again when they are old; two at once count twice, which does no harm."""
        if self.at is None or abs(now - self.at) > KEPT:
            self.times = await entry_figures.shown(conn, now - SHOWN_FOR)
            self.at = now
        return self.times


@dataclass(frozen=True, slots=True)
class EntryList:
    """The handler of the list."""

    given: Given
    shown: Shown = field(default_factory=Shown)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/entries`: filters live in the address."""
        sent = request.query.get("sent", "")
        done = f"{sent} 条送审了，等另一位同事来看。" if sent.isascii() and sent.isdecimal() and len(sent) < 4 else ""
        return await self.draw(request, done=done)

    async def draw(
        self,
        request: web.Request,
        *,
        done: str = "",
        problem: str = "",
        refused: Sequence[tuple[str, str, str]] = (),
        picked: Collection[str] = (),
    ) -> web.Response:
        """Render the list; `refused` are drafts that could not be sent to review (key, title, why)."""
        library = self.given.tools().library
        want = {name: request.query.get(name, "").strip() for name in listing.FILTERS}
        want["tab"] = want["tab"] if want["tab"] in dict(listing.TABS) else "live"
        want["sort"] = want["sort"] if want["sort"] in dict(listing.SORTS) else "review"
        tabs = listing.tabbed(await self._held(library))
        found = listing.chosen(tabs[want["tab"]], want)
        page = _page(request)
        first = (page - 1) * listing.PAGE
        lines = found[first : first + listing.PAGE]
        context = {
            "staff": face(request),
            "here": "entries",
            "want": want,
            "filtered": any(want[name] for name in ("q", "topic", "stage", "family", "intent", "problem")),
            "tabs": [
                (label, listing.address({"tab": name}), len(tabs[name]), name == want["tab"])
                for name, label in listing.TABS
                if tabs[name] or name not in ("out", "given-up")
            ],
            **_choices(library),
            "lines": lines,
            "newer": {line.entry.id for line in lines if updated(line.entry, library)},
            "done": done,
            "problem": problem,
            "refused": refused,
            "picked": picked,
            "here_address": listing.address(want, page=page),
            "live": len(tabs["live"]),
            "due": len(tabs["due"]),
            "faulty": sum(bool(line.problems) for line in tabs["live"]),
            "first": first + 1,
            "last": first + len(lines),
            "total": len(found),
            "previous": listing.address(want, page=page - 1) if page > 1 else "",
            "following": listing.address(want, page=page + 1) if first + listing.PAGE < len(found) else "",
            "whole": listing.address({"tab": want["tab"]}),
            "faulty_address": listing.address(want, problem="" if want["problem"] else "1"),
        }
        return render_template("admin/entry_list.html", request, context, status=422 if refused or problem else 200)

    async def _held(self, library: Library) -> listing.Held:
        now = self.given.clock()
        async with self.given.engine.connect() as conn:
            shown = await self.shown.of(conn, now)
            helped = await entry_figures.helped(conn)
            known = (*await changes.listed(conn, sort=SORT), *await changes.absent(conn, SORT, library.entries))
        problems = listing.by_entry(await self.given.findings.of(library), library)
        return listing.Held(library, known, problems, shown, helped, now.astimezone(CHINA).date())


def _choices(library: Library) -> dict[str, Any]:
    """Give what may be chosen in the filters."""
    return {
        "sorts": listing.SORTS,
        "topics": [(topic.id, topic.name) for topic in library.taxonomy.topics.values()],
        "stages": [(stage.id, stage.name) for stage in library.taxonomy.stages.values()],
        "families": list(library.taxonomy.families.items()),
        "intents": list(listing.INTENT_WORDS.items()),
    }


def _page(request: web.Request) -> int:
    value = request.query.get("page", "1")
    return max(int(value), 1) if value.isascii() and value.isdecimal() and len(value) < 6 else 1
