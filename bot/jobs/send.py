"""Sending what the outbox holds: in order within a conversation, within what the channel lets us, never lost.

delivered -> sent; closed window or used-up quota -> parked until the parent writes; trouble on the way -> again later,
with growing pauses; what can never work -> failed, with the reason in the thread. In a quiet conversation only what
answers words that the parent has just written goes out; the rest is parked too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.channels.base import Channel, ChannelError
from bot.channels.wechat import quota
from bot.handoff.sending import CONFIRMED, QUIET, quiet
from bot.jobs.runner import Job
from bot.store import conversations, outbox, thread
from bot.store.outbox import Parcel

EVERY_SECONDS = 0.5  # a line of a counsellor is on its way within a second
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
TRIES = 10
JUST = timedelta(minutes=1)  # so long after their words the parent has the phone in hand

_log = observe.logger("send")
_PARKED = {
    "window-closed": "家长超过 48 小时没有说话，等家长再来时送出",
    "quota-used": "这一轮能发的条数用完了，等家长再说话时送出",
    "quiet": QUIET,
}


class Sender:
    """Takes due messages and hands them to their channel."""

    def __init__(self, engine: AsyncEngine, channels: Mapping[str, Channel], clock: Callable[[], datetime]) -> None:
        """Take the database, the channels that can send, by name, and the clock."""
        self._engine = engine
        self._channels = channels
        self._clock = clock

    def job(self) -> Job:
        """Make the job for the runner."""
        return Job("send", EVERY_SECONDS, self.run)

    async def run(self) -> int:
        """Send what is due; how many messages were taken."""
        async with self._engine.begin() as conn:
            parcels = await outbox.claim(conn, self._clock())
        for parcel in parcels:
            await self._send(parcel)
        return len(parcels)

    async def _send(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            await self._end(parcel, "parked", "还没有配置主动发送，等家长再来时送出")
            return
        if why := await self._barred(parcel):
            await self._end(parcel, "parked", _PARKED[why])
            return
        try:
            await channel.send_text(
                parcel.recipient, parcel.text, automatic=parcel.automatic, author=parcel.author or None
            )
        except ChannelError as error:
            await self._failed(parcel, error)
        else:
            await self._spend(parcel)
            await self._end(parcel, "sent", "")

    async def _barred(self, parcel: Parcel) -> str | None:
        """Ask whether the parent may be written to now, and the ledger; the reason when a message may not go."""
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            if conversation is None:
                return "window-closed"
            if quiet(conversation) and parcel.reason != CONFIRMED:
                heard = await thread.heard_at(conn, conversation.id)
                if heard is None or abs(self._clock() - heard) > JUST:
                    return "quiet"
            verdict = quota.may_send(quota.from_json(conversation.windows), self._clock())
        return None if verdict.allowed else verdict.why

    async def _spend(self, parcel: Parcel) -> None:
        """Take one message out of the ledger once it has gone: what did not go out must not use up what is allowed.

        When WeChat counts a try whose answer was lost, its refusal of a later one is believed (`_believe`).
        """
        now = self._clock()
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            if conversation is not None:
                windows = quota.spent(quota.from_json(conversation.windows), now)
                await conversations.save(conn, conversation.id, windows=quota.to_json(windows))

    async def _failed(self, parcel: Parcel, error: ChannelError) -> None:
        _log.warning("not sent", kind=error.kind, code=error.code, rid=error.rid, attempt=parcel.attempts)
        if error.kind in ("window-closed", "quota-used"):
            await self._believe(parcel, "window-closed" if error.kind == "window-closed" else "quota-used")
            await self._end(parcel, "parked", str(error))
        elif error.permanent or parcel.attempts >= TRIES:
            await self._end(parcel, "failed", str(error))
        else:
            pause = min(FIRST_PAUSE * 2 ** (parcel.attempts - 1), LONGEST_PAUSE)
            observe.SENDS.labels(parcel.channel, "again").inc()
            async with self._engine.begin() as conn:
                await outbox.finish(conn, parcel, "pending", reason=str(error), due_at=self._clock() + pause)
                await self._mark(conn, parcel, "pending", str(error))

    async def _believe(self, parcel: Parcel, why: quota.Why) -> None:
        """Take WeChat's word for it when its count differs from ours."""
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, parcel.conversation_id)
            if conversation is not None:
                windows = quota.refused(quota.from_json(conversation.windows), why)
                await conversations.save(conn, conversation.id, windows=quota.to_json(windows))

    async def _end(self, parcel: Parcel, state: str, reason: str) -> None:
        observe.SENDS.labels(parcel.channel, state).inc()
        async with self._engine.begin() as conn:
            await outbox.finish(conn, parcel, state, reason=reason)
            await self._mark(conn, parcel, state, reason)

    async def _mark(self, conn: AsyncConnection, parcel: Parcel, state: str, reason: str) -> None:
        """Show in the thread how it went, where a person wrote it and waits to see."""
        if parcel.message_id is not None:
            await thread.mark(conn, parcel.conversation_id, parcel.message_id, state, reason)
            await thread.wake(conn, parcel.conversation_id)
