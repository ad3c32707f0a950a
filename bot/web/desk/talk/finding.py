"""What can be laid into a draft: canned replies, entries and listings found by words, and suggested answers.

Nothing here is ever sent by itself: a tap puts the words into the draft, the counsellor reads and sends them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.dialogue.answers import card, entry_blocks, short_title
from bot.dialogue.decision import Tools
from bot.handoff.desk import UnknownCaseError
from bot.handoff.placeholders import filled
from bot.messages import Reply, plain
from bot.parents.profile import Profile
from bot.store import canned, cases, story
from bot.store.canned import Canned
from bot.store.cases import Case
from bot.store.people import Staff
from bot.web.accounts import STAFF
from indexes.hits import Kind, Query

PATIENCE = 1.5  # seconds: a search that is slower is given up, the desk goes on without it
MOST = 3  # of each kind
LONGEST = 100  # characters of what is searched for

_log = observe.logger("desk")


@dataclass(frozen=True, slots=True)
class Item:
    """Something to lay into the draft: `put` names it in an address, `words` are what goes in."""

    put: str
    title: str
    words: str
    kind: str
    more: str = ""  # the address of the whole text


@dataclass(frozen=True, slots=True)
class Finding:
    """The handlers, over the library that is live now."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    tools: Callable[[], Tools]
    public_url: str = ""

    async def find(self, request: web.Request) -> web.Response:
        """`GET /desk/find?case=&q=`: entries and listings for these words, as a fragment."""
        number = request.query.get("case", "")
        case = await self._case(request, int(number)) if _is_id(number) else None
        items = await self._search(request.query.get("q", ""), case)
        return render_template("desk/found.html", request, {"items": items, "case_id": case.id if case else None})

    async def suggestions(self, request: web.Request) -> web.Response:
        """`GET /desk/cases/{id}/suggestions`: what the library says to the parent's last words, as a fragment."""
        case = await self._case(request, int(request.match_info["id"]))
        words = ""
        if case.conversation_id is not None:
            async with self.engine.connect() as conn:
                words = await story.words_of_parent(conn, case.conversation_id)
        items = await self._answers(words, case)
        return render_template("desk/found.html", request, {"items": items, "case_id": case.id})

    async def page(self, request: web.Request, case: Case) -> dict[str, Any]:
        """Give what the page of a case shows of this without script: what `?q=` finds, what `?put=` lays in."""
        asked = request.query.get("q", "").strip()[:LONGEST] if request.method == "GET" else ""
        put = request.query.get("put", "") if request.method == "GET" else ""
        return {
            "q": asked,
            "items": await self._search(asked, case) if asked else [],
            "put": await self._put(put, case, request[STAFF]) if put else "",
        }

    def fill(self, ready: Iterable[Canned], case: Case, staff: Staff) -> list[Item]:
        """Make canned replies ready for this case."""
        now, station = self.clock(), case.station or ""
        return [
            Item(f"canned-{one.id}", one.title, filled(one.text, staff=staff.name, station=station, now=now), "快捷语")
            for one in ready
        ]

    async def _case(self, request: web.Request, case_id: int) -> Case:
        async with self.engine.connect() as conn:
            case = await cases.find(conn, case_id, seen_by=request[STAFF])
        if case is None:
            raise UnknownCaseError
        return case

    async def _put(self, name: str, case: Case, staff: Staff) -> str:
        kind, _, ident = name.partition("-")
        library = self.tools().library
        if kind == "entry" and ident in library.entries:
            return self._entry(ident).words
        if kind == "listing" and ident in library.listings:
            return self._listing(ident).words
        if kind == "canned" and _is_id(ident):
            async with self.engine.connect() as conn:
                found = await canned.find(conn, int(ident), staff)
            return self.fill([found], case, staff)[0].words if found else ""
        return ""

    async def _search(self, words: str, case: Case | None) -> list[Item]:
        """Find by words: what is called so first, then what the index finds."""
        words = words.strip()[:LONGEST]
        if not words:
            return []
        library = self.tools().library
        entries = [one.id for one in library.entries.values() if words in one.title][:MOST]
        listings = [one.id for one in library.listings.values() if words in one.name or words == (one.phone or "")][
            :MOST
        ]
        entries += await self._hits(words, case, ("entry",))
        listings += await self._hits(words, case, ("listing",))
        first = list(dict.fromkeys(entries))[:MOST], list(dict.fromkeys(listings))[:MOST]
        return [*map(self._entry, first[0]), *map(self._listing, first[1])]

    async def _answers(self, words: str, case: Case) -> list[Item]:
        return [self._entry(ident) for ident in await self._hits(words, case, ("entry",))][:MOST] if words else []

    async def _hits(self, words: str, case: Case | None, kinds: tuple[Kind, ...]) -> list[str]:
        """Ask the live index as the bot does, off the loop; a slow or broken one finds nothing."""
        tools = self.tools()
        engine = tools.engine
        if engine is None:
            return []
        region, stage, family = await self._parent(case)
        query = Query(words, region=region, stage=stage, family=family, kinds=kinds, limit=MOST)
        try:
            found = await asyncio.wait_for(asyncio.to_thread(engine.search, query), PATIENCE)
        except Exception as error:  # noqa: BLE001  (whatever the index does, the desk goes on)
            observe.FAILURES.labels("desk search").inc()
            _log.error("search failed", error=type(error).__name__)
            return []
        library = tools.library
        known = library.entries if kinds == ("entry",) else library.listings
        return [hit.id for hit in found.items if hit.id in known and found.verdict != "none"]

    async def _parent(self, case: Case | None) -> tuple[str | None, str | None, str | None]:
        """Tell what is known of the family: region, stage, kind of family."""
        fallback = self.tools().default_region
        if case is None or case.conversation_id is None:
            return fallback, None, None
        async with self.engine.connect() as conn:
            partner = await story.partner(conn, case.conversation_id)
        profile = Profile.from_json(partner.profile if partner else {})
        return profile.region or case.region or fallback, profile.stage or case.stage, profile.family

    def _entry(self, ident: str) -> Item:
        entry = self.tools().library.entries[ident]
        words = plain(Reply(tuple(entry_blocks(entry))))
        link = f"\n\n全文：{self.public_url}/e/{ident}" if self.public_url else ""
        return Item(f"entry-{ident}", short_title(entry.title), words + link, "知识", f"/e/{ident}")

    def _listing(self, ident: str) -> Item:
        tools, now = self.tools(), self.clock()
        [(listing, status)] = tools.directory.with_status([tools.library.listings[ident]], now)
        shown = card(listing, status, now, tree=tools.tree)
        head = f"{shown.name} {shown.phone or ''}".strip()
        words = "\n".join(filter(None, (f"{head}（{shown.status}）", shown.about, shown.reach or "")))
        return Item(f"listing-{ident}", head, words, "求助电话和去处")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= 18
