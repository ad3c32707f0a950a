"""A family whose file has consent, its owner, and what is said to its parent: for the tests of home visits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import desk
from bot.handoff.family import contacts, files
from bot.handoff.family.contacts import Came, Contact
from bot.handoff.family.entering import Author
from bot.jobs import remind
from bot.messages import Inbound, Opening
from bot.store import conversations, follow_ups, inbounds, outbox, people, thread
from bot.store.follow_ups import FollowUp
from bot.store.people import Staff
from knowledge.calendar import CHINA

HOME = Contact("home")
THURSDAY = datetime(2026, 5, 14, 18, 30, tzinfo=CHINA)
NIGHT = datetime(2026, 5, 12, 22, 30, tzinfo=CHINA)
MORNING = datetime(2026, 5, 13, 8, 1, tzinfo=CHINA)


class Family:
    """A file with consent, its owner, and what is said to its parent."""

    def __init__(self, engine: AsyncEngine, staff: Staff, case_id: int, conversation_id: int) -> None:
        self.engine, self.staff, self.case_id, self.conversation_id = engine, staff, case_id, conversation_id

    async def plan(self, now: datetime, at: datetime = THURSDAY, *, tell: bool = True) -> int:
        async with self.engine.begin() as conn:
            await contacts.plan_follow_up(conn, self.case_id, self.by(now), "", at, HOME, tell=tell)
        return (await self.visits())[-1].id

    async def finish(self, one: int, now: datetime, *, off: bool = False) -> None:
        async with self.engine.begin() as conn:
            await contacts.finish_follow_up(conn, self.case_id, self.by(now), one, "记下了", Came(off=off))

    async def visits(self) -> list[FollowUp]:
        async with self.engine.connect() as conn:
            return sorted(await follow_ups.of_case(conn, self.case_id), key=lambda one: one.id)

    async def said(self) -> list[tuple[str, str]]:
        """Text and state of what was said of visits."""
        async with self.engine.connect() as conn:
            lines = await thread.lines(conn, self.conversation_id)
        return [(one.text, one.state) for one in lines if one.key.startswith(("visit:", "visited:"))]

    async def delivered(self, now: datetime) -> None:
        """Let go out what waits."""
        async with self.engine.begin() as conn:
            for parcel in await outbox.claim(conn, now):
                await outbox.finish(conn, parcel, "sent")
                await thread.mark(conn, self.conversation_id, parcel.message_id or 0, "sent")

    async def state(self, **given: Any) -> None:
        async with self.engine.begin() as conn:
            await conversations.save(conn, self.conversation_id, state=given)

    async def morning(self, now: datetime = MORNING) -> None:
        await remind.job(self.engine, lambda: now).run()

    def by(self, now: datetime) -> Author:
        return Author(self.staff, now)


async def the_family(engine: AsyncEngine, now: datetime) -> Family:
    async with engine.begin() as conn:
        number = await people.add(conn, login="zhou", name="周老师", role="counsellor", password_hash="x")
        staff = Staff(number, "zhou", "周老师", "counsellor", True)
        receipt = await inbounds.receive(conn, Inbound("wechat", "o-mei", "m:1", "text", "找老师", now), now)
        talk = await conversations.lock(conn, receipt.conversation_id)
        assert talk is not None
        opened = await desk.open_case(
            conn, talk, Opening("chat", "none", "家长想找老师"), now=now, on_duty=True, facts={}
        )
        await conversations.save(conn, talk.id, holder=opened.holder, case_id=opened.id)
        await desk.claim(conn, opened.id, staff, now)
        case_id = await files.open_file(conn, opened.id, staff, now)
        await files.signed(conn, case_id, staff, date(2026, 5, 1), now)
    return Family(engine, staff, case_id, receipt.conversation_id)
