"""The shell around the decision: receive, lock, load, search, decide, save. Everything outside may fail here.

What is promised: an act is written down before the webhook answers; it is answered once, however often it is
delivered; its way (passive reply or API) is decided by its row; a crisis is answered even when nothing can be written.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.dialogue import saving
from bot.dialogue.deciding import Ground, decided
from bot.dialogue.decision import Decision, Tools
from bot.dialogue.phrases import phrase
from bot.handoff.duty.placing import Placing
from bot.messages import Assessment, Inbound, Opening, Paragraph, Reply
from bot.safety import People, assess, protocol
from bot.store import conversations, inbounds
from bot.store.database import DOWN, SQLAlchemyError
from bot.store.inbounds import Receipt
from indexes.batching import Batcher
from indexes.hits import Hits, Query, Searcher

WINDOW = 4.0  # seconds of WeChat's five, with room for the way back
CRISIS_WINDOW = 1.5  # a crisis does not wait for a slow database
SEARCH_SECONDS = 1.5
POLL_SECONDS = 0.1
FORGET_PAUSES = (1.0, 5.0, 30.0, 120.0, 0.0)  # seconds after each failed try
CONTINUE = "继续看"

_log = observe.logger("turn")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to. `text` is the passive reply; `replies` what to show where nothing could be kept."""

    text: str | None
    replies: tuple[Reply, ...] = ()
    assessment: Assessment = field(default_factory=Assessment)
    decision: Decision | None = None
    hits: Hits | None = None
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class Seams:
    """What the composition root gives: the parts of a turn that differ by deployment and by channel."""

    tools: Callable[[], Tools]
    desk: Placing
    saving: saving.Channel
    clock: Callable[[], datetime]
    alert: Callable[[int, Opening], None]


@dataclass(slots=True)
class _Ticket:
    """How far this delivery has come; `spoken` is set when the passive answer has gone out without the row."""

    receipt: Receipt | None = None
    spoken: bool = False


class Turns:
    """Handles the acts of parents, one conversation at a time, many conversations at once."""

    def __init__(self, engine: AsyncEngine, seams: Seams) -> None:
        """Take the database and the seams."""
        self._engine = engine
        # Receiving is one statement: it commits by itself and saves two ways to the database.
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._seams = seams
        self._running: set[asyncio.Task[Outcome]] = set()
        # Searching is pure CPU under one interpreter lock: a second thread would only make both slower.
        self._searches = Batcher()

    async def handle(self, inbound: Inbound, window: float = WINDOW) -> Outcome:
        """Answer an act within `window` seconds: with the passive words, or None when the answer goes another way."""
        started = time.perf_counter()
        assessment = assess(saving.words(inbound))
        observe.RECEIVED.labels(inbound.channel, inbound.kind).inc()
        ticket = _Ticket()
        task = asyncio.create_task(self._turn(inbound, assessment, ticket))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            limit = min(window, CRISIS_WINDOW) if assessment.crisis else window
            outcome = await asyncio.wait_for(asyncio.shield(task), limit)
        except TimeoutError:
            outcome = await self._late(inbound, assessment, ticket, task)
        except Exception as error:  # noqa: BLE001  (the edge of a turn: whatever broke, the parent gets an answer)
            outcome = self._broken(inbound, assessment, ticket, error)
        observe.TURN_SECONDS.observe(time.perf_counter() - started)
        return outcome

    async def written(self) -> None:
        """Wait for turns that are still being written though their answer has gone out, as of a crisis it may have."""
        if self._running:
            await asyncio.wait(self._running, timeout=WINDOW)

    async def settle(self) -> None:
        """Let what is being written be written, and search no more; called at shutdown."""
        await self.written()
        self._searches.close()

    async def recover(self, receipt: Receipt, inbound: Inbound) -> None:
        """Answer an act whose process died before it could; the answer goes by API or into the page's thread."""
        with contextlib.suppress(inbounds.ErasedError):
            await self._answer(receipt, inbound, assess(saving.words(inbound)), _Ticket(receipt))

    async def _turn(self, inbound: Inbound, shown: Assessment, ticket: _Ticket) -> Outcome:
        if inbound.kind == "unsubscribe":
            return await self._forget(inbound)
        try:
            async with self._single.connect() as conn:
                receipt = await inbounds.receive(conn, inbound, self._seams.clock())
        except inbounds.ErasedError:
            return Outcome(None)
        if not receipt.fresh:
            observe.DUPLICATES.labels(inbound.channel).inc()
            return await self._again(receipt, inbound, shown, ticket)
        ticket.receipt = receipt
        try:
            return await self._answer(receipt, inbound, shown, ticket)
        except inbounds.ErasedError:
            # All of the person went while this act waited for its turn: it is the first word of a new conversation.
            ticket.receipt = None
            return await self._turn(inbound, shown, ticket)

    async def _forget(self, inbound: Inbound) -> Outcome:
        """Delete everything of somebody who has left. WeChat tells it once, so a database that is away is awaited."""
        for pause in FORGET_PAUSES:
            try:
                async with self._engine.begin() as conn:
                    await conversations.erase_person(conn, inbound.channel, inbound.sender)
            except (*DOWN, SQLAlchemyError) as error:
                observe.FAILURES.labels("erase").inc()
                _log.error("somebody who left is not erased yet", error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                break
        return Outcome(None)

    async def _answer(self, receipt: Receipt, inbound: Inbound, shown: Assessment, ticket: _Ticket) -> Outcome:
        try:
            return await self._answered(receipt, inbound, shown, ticket)
        except saving.AnsweredElsewhereError:
            return await self._again(receipt, inbound, shown, ticket)

    async def _again(self, receipt: Receipt, inbound: Inbound, shown: Assessment, ticket: _Ticket) -> Outcome:
        """Give another delivery of an act the first one's answer; take over when its process has died."""
        while True:
            async with self._engine.begin() as conn:
                seen = await inbounds.progress(conn, receipt.conversation_id, inbound.key)
                if seen is None or seen.answered or seen.via == "api":
                    return Outcome(seen.answer if seen else None)
                if await inbounds.take_over(conn, receipt.conversation_id, seen.id, self._seams.clock()):
                    ticket.receipt = Receipt(receipt.conversation_id, seen.id, fresh=True)
            if ticket.receipt is not None:
                return await self._answer(ticket.receipt, inbound, shown, ticket)
            await asyncio.sleep(POLL_SECONDS)

    async def _answered(self, receipt: Receipt, inbound: Inbound, shown: Assessment, ticket: _Ticket) -> Outcome:
        now = self._seams.clock() if inbound.surface != "cli" else inbound.at
        async with self._engine.begin() as conn:
            conversation = await conversations.lock(conn, receipt.conversation_id)
            if conversation is None:
                raise inbounds.ErasedError
            if saving.words(inbound) == CONTINUE and conversation.rest:
                text = await saving.next_part(conn, conversation, receipt, now)
                return Outcome(text)
            tools = self._seams.tools()  # one release for all of the answer, whatever is published meanwhile
            ground = Ground(tools, self._seams.desk, partial(self._search, tools.engine))
            done = await decided(ground, conn, inbound, shown, conversation, now)
            saved = await saving.save(
                conn, conversation, receipt, inbound, done, self._seams.saving, now=now, spoken=ticket.spoken
            )
        return self._told(done, saved)

    async def _search(self, engine: Searcher | None, query: Query | None) -> Hits | None:
        """Search off the loop, with a limit of its own; a broken index is no reason to be silent."""
        if query is None or engine is None:
            return None
        try:
            return await asyncio.wait_for(self._searches.search(engine, query), SEARCH_SECONDS)
        except Exception as error:  # noqa: BLE001  (whatever the index does, the dialogue goes on without hits)
            observe.FAILURES.labels("search").inc()
            _log.error("search failed", error=type(error).__name__)
            return None

    def _told(self, decided: saving.Decided, saved: saving.Saved) -> Outcome:
        decision, level = decided.decision, decided.assessment.level
        observe.TURNS.labels(decision.intent, level).inc()
        if decided.assessment.crisis:
            observe.CRISES.labels(level, "yes").inc()
        if decision.opening is not None and saved.case_id is not None:
            self._seams.alert(saved.case_id, decision.opening)
        return Outcome(saved.text, saved.replies or decision.replies, decided.assessment, decision, decided.hits)

    async def _late(
        self, inbound: Inbound, assessment: Assessment, ticket: _Ticket, task: asyncio.Task[Outcome]
    ) -> Outcome:
        """At the end of the window: a crisis is answered at once, everything else goes by API from its row."""
        if inbound.kind == "unsubscribe":
            return Outcome(None)
        if assessment.crisis:
            ticket.spoken = True
            task.add_done_callback(_swallow)
            return self._unrecorded(inbound, assessment, TimeoutError("the database is slow"))
        try:
            if ticket.receipt is None or ticket.receipt.id is None:
                task.cancel()
                return self._unrecorded(inbound, assessment, TimeoutError("nothing could be written"))
            async with asyncio.timeout(0.5), self._engine.begin() as conn:
                late = await inbounds.too_late(conn, ticket.receipt.conversation_id, ticket.receipt.id)
            if not late:
                return await asyncio.wait_for(asyncio.shield(task), 0.3)
        except (*DOWN, SQLAlchemyError) as error:
            _log.warning("could not say that the answer is late", error=type(error).__name__)
        task.add_done_callback(_swallow)
        return Outcome(None, assessment=assessment)

    def _broken(self, inbound: Inbound, assessment: Assessment, ticket: _Ticket, error: BaseException) -> Outcome:
        """After a failure: an act that stands in its row is answered later from there, others get the truth now."""
        if ticket.receipt is None or assessment.crisis:
            return self._unrecorded(inbound, assessment, error)
        observe.FAILURES.labels("turn").inc()
        _log.error("turn failed, its row will be taken up again", error=type(error).__name__, kind=inbound.kind)
        return Outcome(None, assessment=assessment)

    def _unrecorded(self, inbound: Inbound, assessment: Assessment, error: BaseException) -> Outcome:
        """Answer without the database: the crisis protocol from the package, or the plain truth."""
        observe.FAILURES.labels("turn").inc()
        _log.error("turn without record", error=type(error).__name__, kind=inbound.kind, level=assessment.level)
        now = self._seams.clock()
        if assessment.crisis:
            observe.CRISES.labels(assessment.level, "no").inc()
            people = People(alerted=False, on_duty=False, opens=None)
            reply = protocol(assessment, regions=("china",), now=now, people=people)
        elif inbound.kind in saving.SPOKEN:
            reply = Reply((Paragraph(phrase("trouble.not-recorded")),))
        else:
            return Outcome(None, assessment=assessment, recorded=False)
        text = self._seams.saving.parts(reply, inbound.sender)[0] if inbound.surface == "push" else None
        return Outcome(text, (reply,), assessment, recorded=False)


def _swallow(task: asyncio.Task[Outcome]) -> None:
    """Count the failure of a turn that nobody waits for any more; its row is picked up again later."""
    if not task.cancelled() and (error := task.exception()) is not None:
        observe.FAILURES.labels("late turn").inc()
        _log.error("late turn failed", error=type(error).__name__)
