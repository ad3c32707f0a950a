"""Sending what the outbox holds: in order within a conversation, within what the channel lets us, never lost.

delivered -> sent; closed window or used-up quota -> parked until the parent writes; trouble on the way -> again later,
with growing pauses; what can never work, or has become untrue -> failed, with the reason in the thread. In a quiet
conversation only what answers words that the parent has just written goes out; the rest is parked too.

Lines that a person writes within seconds go out as one message where they fit: WeChat counts messages. When words of
a person are parked, the parent is told once by a template notice that there is an answer, where one is configured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.channels.base import Channel, ChannelError
from bot.channels.wechat import quota
from bot.handoff import unasked
from bot.handoff.cutting import joined
from bot.handoff.sending import CONFIRMED, QUIET, quiet
from bot.jobs.runner import Job
from bot.store import conversations, outbox, thread
from bot.store.conversations import Conversation
from bot.store.outbox import Parcel

EVERY_SECONDS = 0.5  # a line of a counsellor is on its way within a second
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
TRIES = 10
AT_ONCE = 8  # sends under way: each takes a connection to the database now and then
JUST = timedelta(minutes=1)  # so long after their words the parent has the phone in hand
TOGETHER = timedelta(seconds=3)  # lines written within this long may go out as one message

Notice = Callable[[str, str, str], Awaitable[None]]  # recipient, who has answered, a mark that is told once

_log = observe.logger("send")
_PARKED = {
    "window-closed": "家长超过 48 小时没有说话，等家长再来时送出",
    "quota-used": "这一轮能发的条数用完了，等家长再说话时送出",
    "quiet": QUIET,
}
_UNFIT, _NIGHT = "unfit", "night"  # what nobody waits for is taken back, or comes in the morning
_KEPT = 2  # messages of a window that are left to people
_TOLD, _NOT_TOLD = "已发通知请家长回来看", "给家长的通知没发出：{why}"


def _given_up(reason: str) -> str:
    """Say why nothing is tried any more: the words of an error may promise another try."""
    return f"{reason.removesuffix('，稍后会再试')}，试了 {TRIES} 次没有送到，请再发一次"


class Sender:
    """Takes due messages and hands them to their channel."""

    def __init__(
        self,
        engine: AsyncEngine,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        notice: Notice | None = None,
    ) -> None:
        """Take the database, the channels that can send, by name, the clock, and what tells of parked words."""
        self._engine = engine
        self._channels = channels
        self._clock = clock
        self._notice = notice

    def job(self) -> Job:
        """Make the job for the runner."""
        return Job("send", EVERY_SECONDS, self.run)

    async def run(self) -> int:
        """Send what is due; how many conversations had something."""
        async with self._engine.begin() as conn:
            now = self._clock()
            parcels = await outbox.claim(conn, now)
            bundles = [await self._bundle(conn, parcel, now) for parcel in parcels]
        room = asyncio.Semaphore(AT_ONCE)

        async def one(bundle: Sequence[Parcel], text: str) -> None:
            async with room:
                await self._send(bundle, text)

        # All are different conversations; one that WeChat keeps waiting does not hold up the others.
        ended = await asyncio.gather(*(one(*each) for each in bundles), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        return len(bundles)

    async def _bundle(self, conn: AsyncConnection, first: Parcel, now: datetime) -> tuple[list[Parcel], str]:
        """Put to a parcel what was written right after it, as far as it fits into one message; the rest waits."""
        bundle, text = [first], first.text
        for parcel in await outbox.following(conn, first, TOGETHER):
            both = joined(text, parcel.text, first.author)
            if both is None:
                break
            bundle.append(parcel)
            text = both
        await outbox.take(conn, bundle[1:], now)
        return bundle, text

    async def _send(self, bundle: Sequence[Parcel], text: str) -> None:
        first = bundle[0]
        channel = self._channels.get(first.channel)
        if channel is None:
            await self._end(bundle, "parked", "还没有配置主动发送，等家长再来时送出")
            return
        if first.expires_at is not None and first.expires_at <= self._clock():
            await self._end(bundle, "failed", outbox.EXPIRED)
            return
        why = await self._barred(first)
        if why in (_UNFIT, _NIGHT):
            await self._put_off(first, unasked.morning(self._clock()) if why == _NIGHT else None)
            return
        if why:
            await self._park(bundle, _PARKED[why], told=why != "quiet")
            return
        try:
            await channel.send_text(first.recipient, text, automatic=first.automatic, author=first.author or None)
        except ChannelError as error:
            await self._failed(bundle, error)
        else:
            observe.MERGED.inc(len(bundle) - 1)
            await self._end(bundle, "sent", "")

    async def _barred(self, parcel: Parcel) -> str | None:
        """Ask whether the parent may be written to now, and the ledger; the reason when a message may not go."""
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            if conversation is None:
                return "window-closed"
            if parcel.about and (why := await self._unfit(conn, conversation)):
                return why
            if quiet(conversation) and parcel.reason != CONFIRMED:
                heard = await thread.heard_at(conn, conversation.id)
                if heard is None or abs(self._clock() - heard) > JUST:
                    return "quiet"
            verdict = quota.may_send(quota.from_json(conversation.windows), self._clock())
        if parcel.about and verdict.left <= _KEPT:
            return "quota-used" if verdict.allowed else verdict.why
        return None if verdict.allowed else verdict.why

    async def _unfit(self, conn: AsyncConnection, conversation: Conversation) -> str | None:
        """Ask once more, now that it is to go: much may have happened since it was written."""
        now = self._clock()
        if await unasked.barred(conn, conversation, now):
            return _UNFIT
        if not unasked.at_night(now):
            return None
        heard = await thread.heard_at(conn, conversation.id)
        return None if heard is not None and abs(now - heard) <= JUST else _NIGHT

    async def _put_off(self, parcel: Parcel, until: datetime | None) -> None:
        """Keep what nobody waits for until the morning, or take it back, as if it had never been written."""
        async with self._engine.begin() as conn:
            if until is not None:
                await outbox.finish(conn, parcel, "pending", due_at=until)
                return
            await outbox.finish(conn, parcel, "failed", reason=outbox.EXPIRED)
            if parcel.message_id is not None:
                await thread.mark(conn, parcel.conversation_id, parcel.message_id, "withdrawn")
                await thread.wake(conn, parcel.conversation_id)

    async def _spend(self, conn: AsyncConnection, parcel: Parcel) -> None:
        """Take one message out of the ledger once it has gone: what did not go out must not use up what is allowed.

        When WeChat counts a try whose answer was lost, its refusal of a later one is believed (`_believe`).
        """
        conversation = await conversations.lock(conn, parcel.conversation_id)
        if conversation is not None:
            windows = quota.spent(quota.from_json(conversation.windows), self._clock())
            await conversations.save(conn, conversation.id, windows=quota.to_json(windows))

    async def _failed(self, bundle: Sequence[Parcel], error: ChannelError) -> None:
        first = bundle[0]
        _log.warning("not sent", kind=error.kind, code=error.code, rid=error.rid, attempt=first.attempts)
        if error.kind in ("window-closed", "quota-used"):
            await self._believe(first, "window-closed" if error.kind == "window-closed" else "quota-used")
            await self._park(bundle, str(error))
        elif error.permanent and len(bundle) > 1:
            for parcel in bundle:  # what cannot be sent must not take along what can
                await self._send([parcel], parcel.text)
        elif error.permanent:
            await self._end(bundle, "failed", str(error))
        elif first.attempts >= TRIES:
            await self._end(bundle, "failed", _given_up(str(error)))
        else:
            pause = min(FIRST_PAUSE * 2 ** (first.attempts - 1), LONGEST_PAUSE)
            observe.SENDS.labels(first.channel, "again").inc()
            async with self._engine.begin() as conn:
                for parcel in bundle:
                    await outbox.finish(conn, parcel, "pending", reason=str(error), due_at=self._clock() + pause)
                await self._mark(conn, bundle)

    async def _believe(self, parcel: Parcel, why: quota.Why) -> None:
        """Take WeChat's word for it when its count differs from ours."""
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            if conversation is not None:
                windows = quota.refused(quota.from_json(conversation.windows), why)
                await conversations.save(conn, conversation.id, windows=quota.to_json(windows))

    async def _park(self, bundle: Sequence[Parcel], reason: str, *, told: bool = True) -> None:
        """Keep words until the parent writes, and tell the parent once that they are there; never in a quiet talk.

        A process that dies in between tells nobody: a notice too few is better than one too many.
        """
        await self._end(bundle, "parked", reason)
        first = bundle[0]
        if self._notice is None or not told or first.automatic or not await self._begins(first):
            return
        try:
            await self._notice(first.recipient, first.author, f"parked-{first.conversation_id}-{first.id}")
        except ChannelError as error:
            observe.NOTICES.labels("failed").inc()
            _log.warning("no notice of parked words", kind=error.kind, code=error.code, rid=error.rid)
            outcome = _NOT_TOLD.format(why=error)
        else:
            observe.NOTICES.labels("sent").inc()
            outcome = _TOLD
        await self._amend(bundle, f"{reason}；{outcome}")

    async def _begins(self, parcel: Parcel) -> bool:
        """Whether the parcel is the first that waits, in a conversation in which notices may arrive."""
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            return conversation is not None and not quiet(conversation) and await outbox.alone(conn, parcel)

    async def _amend(self, bundle: Sequence[Parcel], reason: str) -> None:
        """Add to the reason of what is parked; the parent may have written meanwhile, then it is on its way."""
        async with self._engine.begin() as conn:
            for parcel in bundle:
                await outbox.amend(conn, parcel, reason)
            await self._mark(conn, bundle)

    async def _end(self, bundle: Sequence[Parcel], state: str, reason: str) -> None:
        observe.SENDS.labels(bundle[0].channel, state).inc()
        async with self._engine.begin() as conn:
            if state == "sent":  # together: what is underway and what is left are counted in one breath at the desk
                await self._spend(conn, bundle[0])
            for parcel in bundle:
                await outbox.finish(conn, parcel, state, reason=reason)
            await self._mark(conn, bundle)

    async def _mark(self, conn: AsyncConnection, bundle: Sequence[Parcel]) -> None:
        """Show in the thread how it went, where a person wrote it and waits to see."""
        talk = bundle[0].conversation_id
        lines = dict.fromkeys(parcel.message_id for parcel in bundle if parcel.message_id is not None)
        for message_id in lines:
            state, reason = await outbox.standing(conn, talk, message_id)
            await thread.mark(conn, talk, message_id, state, reason)
        if lines:
            await thread.wake(conn, talk)
