"""The weekly digest: a draft proposed for this week and the next, and what people approved sent once its time has come.

One process at a time sends, a page of subscribers at each look, each parent in a transaction of their own: who dies
goes on where it was, and nobody gets a week twice. Nothing goes without an approval, at night, or to whom
`bot.handoff.unasked` says no. The outbox sends these lines after all others, a few at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.dialogue.decision import Tools
from bot.dialogue.digest_reply import Week, anything_left, written
from bot.dialogue.phrases import phrase
from bot.handoff import unasked
from bot.jobs.runner import Job
from bot.messages import Reply
from bot.parents.profile import Profile
from bot.store import conversations, digests, entry_figures, outbox, subscriptions, thread
from bot.store.conversations import Conversation
from bot.store.digests import SENDING, SENT, UNSENT, Digest, key_of
from knowledge.calendar import CHINA
from knowledge.digest import RESTS, Known, propose, week_of

DRAFT_SECONDS = 600.0
SEND_SECONDS = 5.0
PAGE = 50  # parents at a look: ten a second
CROWDED = 100  # lines of digests that the sender has not come to yet; then the next page waits
LASTS = timedelta(days=6)  # what waits for its parent longer than this is not sent any more
FRESH = timedelta(weeks=4)
USUAL = (4, time(19))  # Friday, 19:00 in China
LATE = "这一周过去了，还没有人批准，所以没有发。"
GONE = "选的文章都不在用了，所以没有发。"

Parts = Callable[[Reply, str], tuple[str, ...]]

_log = observe.logger("digest")


def usual(week: date) -> datetime:
    """Give the usual time of a week's digest."""
    day, at = USUAL
    return datetime.combine(week + timedelta(days=day), at, CHINA)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Proposes what nobody has drafted yet."""

    engine: AsyncEngine
    tools: Callable[[], Tools]
    clock: Callable[[], datetime]

    def job(self) -> Job:
        """Make the job for the runner."""
        return Job("digest-drafts", DRAFT_SECONDS, self.run)

    async def run(self) -> int:
        """Keep a draft for this week, while there is time, and for the next."""
        now, tools = self.clock(), self.tools()
        this = week_of(now.astimezone(CHINA).date())
        async with self.engine.begin() as conn:
            await digests.expire(conn, this, LATE)
            known = {one.week for one in await digests.weeks(conn, this)}
            for week in (this, this + timedelta(days=7)):
                if week not in known and usual(week) > now and tools.engine is not None:
                    await self._draft(conn, tools, week, now)
        return 0

    async def _draft(self, conn: AsyncConnection, tools: Tools, week: date, now: datetime) -> None:
        known = Known(
            await digests.fresh_entries(conn, now - FRESH),
            await entry_figures.shown(conn, now - FRESH),
            await digests.used(conn, week - RESTS, week),
        )
        found = await asyncio.to_thread(propose, tools.library, week, known, tools.directory)
        body = {
            "opening": phrase("digest.opening"),
            "entries": {group: [one.id for one in three] for group, three in found.items()},
            "why": {one.id: one.why for three in found.values() for one in three},
        }
        await digests.propose(conn, week, usual(week), body, now)


@dataclass(frozen=True, slots=True)
class Mailing:
    """Sends what is due. `parts` cuts a reply to somebody into WeChat's messages."""

    engine: AsyncEngine
    tools: Callable[[], Tools]
    parts: Parts
    clock: Callable[[], datetime]

    def job(self) -> Job:
        """Make the job for the runner."""
        return Job("digest", SEND_SECONDS, self.run)

    async def run(self) -> int:
        """Write to the next parents whose turn it is."""
        now = self.clock()
        if unasked.at_night(now):
            return 0
        async with self.engine.begin() as leading:
            if not await digests.lead(leading):
                return 0
            digest = await self._ready(now)
            if digest is None:
                return 0
            async with self.engine.connect() as conn:
                crowded = await subscriptions.on_their_way(conn) >= CROWDED
                ids = [] if crowded else await subscriptions.page(conn, digest.week, PAGE)
            for conversation_id in ids:
                await self._try(digest, conversation_id, now)
            if not ids and not crowded:
                await self._finish(digest)
        return 0  # so many at a look: the next look can wait

    async def _ready(self, now: datetime) -> Digest | None:
        """Begin with what is due, or give up what has nothing left to say."""
        async with self.engine.begin() as conn:
            digest = await digests.due(conn, now)
            if digest is None or digest.state == SENDING:
                return digest
            if week_of(now.astimezone(CHINA).date()) > digest.week:
                await digests.expire(conn, digest.week + timedelta(days=7), LATE)
                return None
            if not anything_left(self.tools(), _week(digest)):
                body = digest.body(note=GONE)
                await digests.change(conn, digest.week, seen=digest.saved, state=UNSENT, body=body)
                return None
            await digests.change(conn, digest.week, seen=digest.saved, state=SENDING, sent_at=now)
            return digest

    async def _finish(self, digest: Digest) -> None:
        async with self.engine.begin() as conn:
            held = await digests.find(conn, digest.week, locked=True)
            if held is not None and held.state == SENDING:
                await digests.change(conn, digest.week, seen=held.saved, state=SENT)
                _log.info("digest sent", sent=held.sent, skipped=held.skipped)

    async def _try(self, digest: Digest, conversation_id: int, now: datetime) -> None:
        """Serve one parent; one that cannot be served loses the week, the others do not."""
        try:
            async with self.engine.begin() as conn:
                await self._one(conn, digest, conversation_id, now)
        except Exception as error:  # noqa: BLE001  (a loop's edge: the next parent waits)
            observe.FAILURES.labels("digest").inc()
            _log.error("a digest was not written", error=type(error).__name__)
            async with self.engine.begin() as conn:
                await subscriptions.take(conn, conversation_id, digest.week)

    async def _one(self, conn: AsyncConnection, digest: Digest, conversation_id: int, now: datetime) -> None:
        conversation = await conversations.lock(conn, conversation_id)
        if conversation is None or not await subscriptions.take(conn, conversation_id, digest.week):
            return
        profile = Profile.from_json(conversation.profile)
        reply = written(self.tools(), _week(digest), profile.stage, profile.region)
        if reply is None or await unasked.barred(conn, conversation, now):
            await digests.count(conn, digest.week, "skipped")
            return
        await digests.count(conn, digest.week, "sent")
        await self._write(conn, conversation, digest, reply, now)

    async def _write(
        self, conn: AsyncConnection, conversation: Conversation, digest: Digest, reply: Reply, now: datetime
    ) -> None:
        """Put it into the thread and, for WeChat, into the outbox; last week's that still waits is taken back."""
        await subscriptions.withdraw(conn, conversation.id)
        pushed = conversation.channel == "wechat"
        row = thread.answered(reply, state="pending" if pushed else "sent", key=key_of(digest.week))
        [message_id] = await thread.add(conn, conversation.id, [row], at=now, case_id=None)
        if pushed:
            parcel = {
                "conversation_id": conversation.id,
                "message_id": message_id,
                "channel": conversation.channel,
                "recipient": conversation.sender,
                "automatic": True,
                "author": "",
                "due_at": now,
                "expires_at": now + LASTS,
                "created_at": now,
                "about": subscriptions.ABOUT,
            }
            await outbox.put(conn, [{**parcel, "text": text} for text in self._texts(reply, conversation.sender)])
        await thread.wake(conn, conversation.id)

    def _texts(self, reply: Reply, sender: str) -> tuple[str, ...]:
        """Write it as one message of WeChat, whose number is small; what makes it longer than one is left out."""
        whole = self.parts(reply, sender)
        return whole if len(whole) <= 1 else self.parts(Reply(reply.blocks), sender)


def _week(digest: Digest) -> Week:
    return Week(digest.week, digest.opening, digest.entries)
