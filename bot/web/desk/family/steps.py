"""The steps of a family's file as the page sends them: reads the form and calls the step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.forms import HIGHEST
from bot.handoff.desk import DeskError
from bot.handoff.family import contacts, files, pairing, writing
from bot.handoff.family.contacts import Came, Contact
from bot.handoff.family.entering import Author
from bot.handoff.family.pairing import Pairing
from bot.store.people import Staff
from knowledge.calendar import CHINA
from knowledge.model import Duty


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, by whom and when, and the duty table for referrals."""

    case_id: int
    staff: Staff
    now: datetime
    given: Mapping[str, str]
    duties: Mapping[str, Duty]

    @property
    def by(self) -> Author:
        """The author of what is written."""
        return Author(self.staff, self.now)

    def text(self, name: str) -> str:
        """Give a field; "" when it is missing."""
        return self.given.get(name, "")

    def number(self, name: str) -> int:
        """Give the id of a row; what is none is no row's."""
        value = self.text(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 and int(value) <= HIGHEST else 0

    def day(self, name: str) -> date | None:
        """Give a day, or None when the field is empty.

        Raises:
            DeskError: it is no day.
        """
        value = self.text(name).strip()
        if not value:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or not 2000 <= found.year <= 2100:
            message = "日期没有看懂，请写成 2026-05-27 这样。"
            raise DeskError(message)
        return found

    def sure_day(self, name: str) -> date:
        """Give a day that has to be there."""
        found = self.day(name)
        if found is None:
            message = "还没写是哪一天。"
            raise DeskError(message)
        return found

    def moment(self, day: str = "day", clock: str = "time") -> datetime:
        """Give day and time of a follow-up; without a time it is nine in the morning."""
        value = self.text(clock).strip() or "09:00"
        try:
            at = time.fromisoformat(value)
        except ValueError:
            message = "时间没有看懂，请写成 09:30 这样。"
            raise DeskError(message) from None
        return datetime.combine(self.sure_day(day), at.replace(tzinfo=None), CHINA)

    @property
    def contact(self) -> Contact:
        """How the family is met and by whom."""
        return Contact(self.text("way"), self.number("helper"))

    def came(self) -> Came:
        """What came of a contact beside its result."""
        off, day = self.text("came") == "off", self.day("on")
        next_at = self.moment("next", "next_time") if self.text("next").strip() else None
        return Came(self.text("agreed"), None if off else day, next_at, off)

    def pairing(self) -> Pairing:
        """What is written of a pairing."""
        return Pairing(self.text("role"), self.day("since"), self.day("until"), self.text("part"))


Taking = Callable[[AsyncConnection, Form], Awaitable[None]]


async def take(
    conn: AsyncConnection,
    case_id: int,
    staff: Staff,
    step: str,
    given: Mapping[str, str],
    now: datetime,
    duties: Mapping[str, Duty],
) -> str:
    """Take a step; the part of the page to come back to."""
    taking, where = STEPS[step]
    await taking(conn, Form(case_id, staff, now, given, duties))
    return where


async def _ask(conn: AsyncConnection, form: Form) -> None:
    await files.ask(conn, form.case_id, form.staff, form.text("key"), form.now)


async def _signed(conn: AsyncConnection, form: Form) -> None:
    await files.signed(conn, form.case_id, form.staff, form.sure_day("day"), form.now)


async def _withdraw(conn: AsyncConnection, form: Form) -> None:
    if form.text("sure") != "1":
        message = "撤回以后档案里写的都会清空。请先勾选“家长要撤回”。"
        raise DeskError(message)
    await files.staff_withdraws(conn, form.case_id, form.staff, form.now)


async def _situation(conn: AsyncConnection, form: Form) -> None:
    await writing.write_situation(conn, form.case_id, form.by, form.given)


async def _plan(conn: AsyncConnection, form: Form) -> None:
    who = form.text("side"), form.text("who")
    await writing.add_plan(conn, form.case_id, form.by, form.text("goal"), who, form.day("until"))


async def _plan_state(conn: AsyncConnection, form: Form) -> None:
    state, note = form.text("state"), form.text("note")
    await writing.change_plan(conn, form.case_id, form.by, form.number("item"), state, note, form.day("until"))


async def _helper(conn: AsyncConnection, form: Form) -> None:
    side, who, part = form.text("side"), form.text("who"), form.text("part")
    await writing.add_helper(conn, form.case_id, form.by, side, who, part, form.day("day"))


async def _helper_out(conn: AsyncConnection, form: Form) -> None:
    await writing.remove_helper(conn, form.case_id, form.by, form.number("item"))


async def _pair(conn: AsyncConnection, form: Form) -> None:
    await pairing.pair(conn, form.case_id, form.by, form.text("side"), form.text("who"), form.pairing())


async def _pair_change(conn: AsyncConnection, form: Form) -> None:
    await pairing.change(conn, form.case_id, form.by, form.number("item"), form.pairing())


async def _pair_end(conn: AsyncConnection, form: Form) -> None:
    await pairing.end(conn, form.case_id, form.by, form.number("item"), form.text("why"), form.day("day"))


async def _referral(conn: AsyncConnection, form: Form) -> None:
    duty = form.duties.get(form.text("duty"))
    to_whom = form.text("to_whom").strip() or (duty.department if duty else "")
    day = form.day("day") or form.now.astimezone(CHINA).date()
    duty_id = duty.id if duty else None
    await writing.add_referral(conn, form.case_id, form.by, to_whom, duty_id, form.text("why"), day)


async def _referral_answer(conn: AsyncConnection, form: Form) -> None:
    answer, note = form.text("answer"), form.text("note")
    await writing.answer_referral(conn, form.case_id, form.by, form.number("item"), answer, note)


async def _follow_up(conn: AsyncConnection, form: Form) -> None:
    tell = form.text("tell") == "1"
    what, at = form.text("what"), form.moment()
    await contacts.plan_follow_up(conn, form.case_id, form.by, what, at, form.contact, tell=tell)


async def _follow_up_done(conn: AsyncConnection, form: Form) -> None:
    result = form.text("result")
    await contacts.finish_follow_up(conn, form.case_id, form.by, form.number("item"), result, form.came())


async def _follow_up_move(conn: AsyncConnection, form: Form) -> None:
    await contacts.move(conn, form.case_id, form.by, form.number("item"), form.moment())


async def _visit_tell(conn: AsyncConnection, form: Form) -> None:
    await contacts.tell(conn, form.case_id, form.by, form.number("item"))


async def _note(conn: AsyncConnection, form: Form) -> None:
    await contacts.write_down(conn, form.case_id, form.by, form.text("words"), form.contact, form.came())


async def _member(conn: AsyncConnection, form: Form) -> None:
    await files.let_in(conn, form.case_id, form.staff, form.number("person"), form.text("part"), form.now)


async def _member_out(conn: AsyncConnection, form: Form) -> None:
    await files.let_out(conn, form.case_id, form.staff, form.number("person"), form.now)


async def _close(conn: AsyncConnection, form: Form) -> None:
    outcome = "：".join(filter(None, (form.text("outcome"), form.text("note").strip())))
    await files.close(conn, form.case_id, form.staff, outcome, form.now)


# Each step with the part of the page that shows what it did.
STEPS: dict[str, tuple[Taking, str]] = {
    "ask": (_ask, "consent"),
    "signed": (_signed, "now"),
    "withdraw": (_withdraw, "consent"),
    "situation": (_situation, "now"),
    "plan": (_plan, "plan"),
    "plan-state": (_plan_state, "plan"),
    "helper": (_helper, "helpers"),
    "helper-out": (_helper_out, "helpers"),
    "pair": (_pair, "pairs"),
    "pair-change": (_pair_change, "pairs"),
    "pair-end": (_pair_end, "pairs"),
    "referral": (_referral, "refer"),
    "referral-answer": (_referral_answer, "refer"),
    "follow-up": (_follow_up, "next"),
    "follow-up-done": (_follow_up_done, "next"),
    "follow-up-move": (_follow_up_move, "next"),
    "visit-tell": (_visit_tell, "next"),
    "note": (_note, "past"),
    "member": (_member, "people"),
    "member-out": (_member_out, "people"),
    "close": (_close, "end"),
}
