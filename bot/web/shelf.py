"""The library as the parent's pages show it: articles, and the lines that one can call now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.ports import Article, Beside, PastDigest, Reference, Visitor
from bot.dialogue.answers import card, entry_blocks
from bot.dialogue.decision import Tools
from bot.dialogue.digest_reply import standing
from bot.parents.profile import Profile
from bot.store import conversations, digests, learning
from bot.store.digests import Digest
from bot.times import day
from knowledge.calendar import CHINA
from knowledge.digest import ALL, GROUP_NAMES
from knowledge.model import Entry, Listing
from knowledge.sources import cite

HELP_KINDS = ("emergency", "hotline")
HELP_SHOWN = 4
DIGESTS_SHOWN = 26


@dataclass(frozen=True, slots=True)
class LiveShelf:
    """`bot.channels.web.ports.Shelf` over the live release."""

    engine: AsyncEngine
    tools: Callable[[], Tools]
    clock: Callable[[], datetime]

    def article(self, slug: str) -> Article | None:
        """Give the entry of that slug with the names that people read."""
        tools = self.tools()
        entry = tools.library.entries.get(slug)
        return article(entry, tools) if entry is not None else None

    async def opened(self, slug: str) -> None:
        """Count that an article's page was opened."""
        async with self.engine.begin() as conn:
            await learning.opened(conn, slug, self.clock().astimezone(CHINA).date())

    async def rate(self, slug: str, verdict: str) -> None:
        """Count one reader's word on an article; nothing is kept of the reader."""
        async with self.engine.begin() as conn:
            await learning.rated(conn, slug, verdict=verdict, at=self.clock())

    async def digests(self) -> tuple[PastDigest, ...]:
        """Give the weekly digests that went out, newest first."""
        tools = self.tools()
        async with self.engine.connect() as conn:
            past = await digests.past(conn, DIGESTS_SHOWN)
        made = (_past(one, tools) for one in past)
        return tuple(one for one in made if one.groups)

    async def beside(self, visitor: Visitor | None) -> Beside:
        """Say where the visitor is and whom they can call now; without a database, the lines for everyone."""
        profile = await self._profile(visitor) if visitor is not None else Profile()
        tools, now = self.tools(), self.clock()
        region = profile.region or tools.default_region
        stage = tools.library.taxonomy.stages.get(profile.stage or "")
        where = tools.tree.name(profile.region) if profile.region else ""
        place = " · ".join(filter(None, (where, stage.name if stage else "")))
        lines = tools.directory.listings(region, kinds=HELP_KINDS, today=now.astimezone(CHINA).date())
        found = [listing for listing in lines if listing.phone]
        chosen = _first_help(found)
        standing = tools.directory.with_status(chosen, now)
        cards = tuple(card(listing, status, now, tree=tools.tree) for listing, status in standing)
        return Beside(place=place, help=cards)

    async def _profile(self, visitor: Visitor) -> Profile:
        try:
            async with self.engine.connect() as conn:
                found = await conversations.profile(conn, visitor.channel, visitor.sender)
        except Exception:  # noqa: BLE001  (the page must open with its numbers even when the database is away)
            return Profile()
        return Profile.from_json(found or {})


def _past(digest: Digest, tools: Tools) -> PastDigest:
    """Give a digest as its page shows it: groups with the same articles once, what has gone left out."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for group, name in GROUP_NAMES.items():
        found = tuple((one.id, one.title) for one in standing(tools, digest.entries.get(group, ())))
        if found:
            groups.setdefault(found, []).append("不分年级" if group == ALL else name)
    named = tuple(("、".join(names), entries) for entries, names in groups.items())
    return PastDigest(digest.week, f"{day(digest.week)}这一周", digest.opening, named)


def _first_help(found: list[Listing]) -> list[Listing]:
    """Choose what stands beside every conversation: the nearest help line first, then the emergency numbers."""
    lines = [listing for listing in found if listing.kind == "hotline" and "mental-health" in listing.topics]
    emergency = [listing for listing in found if listing.phone in ("110", "120")]
    return [*lines[: HELP_SHOWN - len(emergency)], *emergency]


def article(entry: Entry, tools: Tools) -> Article:
    """Make the article of an entry."""
    library = tools.library
    return Article(
        slug=entry.id,
        title=entry.title,
        blocks=tuple(entry_blocks(entry)),
        full=entry.full,
        written=entry.written,
        reviewed=entry.reviewed,
        topics=tuple(library.taxonomy.topics[topic].name for topic in entry.topics),
        stages=tuple(library.taxonomy.stages[stage].name for stage in entry.stages),
        sources=tuple(
            Reference(source.title, place, source.date, source.url)
            for source, place in cite(entry.sources, library.sources)
        ),
        related=tuple((other, library.entries[other].title) for other in entry.related if other in library.entries),
    )
