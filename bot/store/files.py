"""A family's file (一生一档): situation, plan, helpers, referrals, and who is in it.

Nothing is written without the family's consent: every statement that writes words asks for it itself, so that a
mistake above costs a refusal and never a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, delete, exists, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import (
    case_members,
    cases,
    files,
    follow_ups,
    helpers,
    messages,
    plan_items,
    referrals,
    staff,
    stations,
)


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a family. `consent`: "", asked, given, refused or withdrawn; `consent_how`: chat or paper."""

    case_id: int
    situation: Mapping[str, str]
    consent: str
    consent_how: str
    consent_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One thing to be reached: what, by whom, until when, and how it stands (open, done, stuck or dropped)."""

    id: int
    goal: str
    who: str
    until_day: date | None
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Aide:
    """Somebody who helps, from one of the four sides; only a name, no account.

    With a `role` they are paired with the child (结对) from `since_day` on, as is meant until `until_day`;
    `ended_day` and `ended_why` once it is over.
    """

    id: int
    side: str
    who: str
    part: str
    next_day: date | None
    role: str = ""
    since_day: date | None = None
    until_day: date | None = None
    ended_day: date | None = None
    ended_why: str = ""

    @property
    def running(self) -> bool:
        """Whether they are paired now."""
        return self.role != "" and self.ended_day is None


@dataclass(frozen=True, slots=True)
class Referral:
    """To whom the family was sent, why, when, and what came back (waiting, taken or refused)."""

    id: int
    to_whom: str
    duty_id: str | None
    why: str
    on_day: date
    answer: str
    note: str


@dataclass(frozen=True, slots=True)
class Member:
    """A colleague who is in the file beside its owner."""

    staff_id: int
    name: str
    station: str | None
    part: str


# The pages of a file that hold words in rows.
Page = Literal["plan", "helpers", "referrals", "follow_ups"]
_PAGES: dict[Page, Table] = {
    "plan": plan_items,
    "helpers": helpers,
    "referrals": referrals,
    "follow_ups": follow_ups,
}


def consented(case_id: int) -> ColumnElement[bool]:
    """Give the condition under which words may be written: consent is given and the file is open."""
    kept = files.alias("kept")  # an alias, so that an update of the table itself is not mixed up with it
    given = select(kept.c.case_id).join(cases, cases.c.id == kept.c.case_id)
    return exists(given.where(kept.c.case_id == case_id, kept.c.consent == "given", cases.c.state != "closed"))


async def create(conn: AsyncConnection, case_id: int) -> None:
    """Begin the empty file of a case."""
    await conn.execute(insert(files).values(case_id=case_id))


async def find(conn: AsyncConnection, case_id: int) -> File | None:
    """Load a file; whether somebody may see it is asked of its case before."""
    row = (await conn.execute(select(files).where(files.c.case_id == case_id))).one_or_none()
    return File(row.case_id, row.situation, row.consent, row.consent_how, row.consent_at) if row else None


async def open_of(conn: AsyncConnection, conversation_id: int) -> int | None:
    """Give the case of a conversation's open file, if there is one."""
    query = select(cases.c.id).where(
        cases.c.conversation_id == conversation_id, cases.c.kind == "file", cases.c.state != "closed"
    )
    found: int | None = await conn.scalar(query)
    return found


async def set_consent(
    conn: AsyncConnection, case_id: int, consent: str, *, expect: tuple[str, ...], how: str = "", at: datetime
) -> bool:
    """Write down where the consent stands if it stood at one of `expect`; whether it did."""
    result = await conn.execute(
        update(files)
        .where(files.c.case_id == case_id, files.c.consent.in_(expect))
        .values(consent=consent, consent_how=how, consent_at=at)
    )
    return result.rowcount == 1


async def write_situation(conn: AsyncConnection, case_id: int, situation: Mapping[str, str]) -> bool:
    """Write what the situation is; False without consent."""
    result = await conn.execute(
        update(files).where(files.c.case_id == case_id, consented(case_id)).values(situation=dict(situation))
    )
    return result.rowcount == 1


async def add(conn: AsyncConnection, page: Page, case_id: int, **values: Any) -> int | None:
    """Add a row to the plan, the helpers, the referrals or the follow-ups; None without consent."""
    table, given = _PAGES[page], {"case_id": case_id, **values}
    chosen = select(*(literal(value, table.c[name].type) for name, value in given.items())).where(consented(case_id))
    added: int | None = await conn.scalar(insert(table).from_select(list(given), chosen).returning(table.c.id))
    return added


async def change(conn: AsyncConnection, page: Page, case_id: int, row_id: int, **values: Any) -> bool:
    """Change a row of this very file; False without consent or when it is another file's."""
    table = _PAGES[page]
    result = await conn.execute(
        update(table).where(table.c.id == row_id, table.c.case_id == case_id, consented(case_id)).values(**values)
    )
    return result.rowcount == 1


async def remove(conn: AsyncConnection, page: Page, case_id: int, row_id: int) -> bool:
    """Take a row out of this very file; False when there is none or nothing may be written."""
    table = _PAGES[page]
    result = await conn.execute(
        delete(table).where(table.c.id == row_id, table.c.case_id == case_id, consented(case_id))
    )
    return result.rowcount == 1


async def plan(conn: AsyncConnection, case_id: int) -> list[PlanItem]:
    """Read the plan in the order in which it was written."""
    columns = (getattr(plan_items.c, name) for name in PlanItem.__slots__)
    rows = await conn.execute(select(*columns).where(plan_items.c.case_id == case_id).order_by(plan_items.c.id))
    return [PlanItem(*row) for row in rows]


async def aides(conn: AsyncConnection, case_id: int) -> list[Aide]:
    """Read who helps, in the order in which they were written."""
    columns = (getattr(helpers.c, name) for name in Aide.__slots__)
    rows = await conn.execute(select(*columns).where(helpers.c.case_id == case_id).order_by(helpers.c.id))
    return [Aide(*row) for row in rows]


async def referred(conn: AsyncConnection, case_id: int) -> list[Referral]:
    """Read the referrals, oldest first."""
    columns = (getattr(referrals.c, name) for name in Referral.__slots__)
    query = select(*columns).where(referrals.c.case_id == case_id).order_by(referrals.c.on_day, referrals.c.id)
    return [Referral(*row) for row in await conn.execute(query)]


async def members(conn: AsyncConnection, case_id: int) -> list[Member]:
    """Read who is in a file beside its owner."""
    joined = case_members.join(staff, staff.c.id == case_members.c.staff_id).join(
        stations, stations.c.id == staff.c.station_id, isouter=True
    )
    rows = await conn.execute(
        select(staff.c.id, staff.c.name, stations.c.name, case_members.c.part)
        .select_from(joined)
        .where(case_members.c.case_id == case_id)
        .order_by(case_members.c.at, staff.c.id)
    )
    return [Member(*row) for row in rows]


async def colleagues(conn: AsyncConnection, me: Staff, roles: frozenset[str], limit: int = 500) -> list[Member]:
    """List who could be asked into a file: open accounts of these roles, those of one's own station first."""
    query = (
        select(staff.c.id, staff.c.name, stations.c.name)
        .select_from(staff.join(stations, stations.c.id == staff.c.station_id, isouter=True))
        .where(staff.c.active, staff.c.role.in_(roles), staff.c.id != me.id)
        .order_by(staff.c.station_id.is_distinct_from(me.station_id), stations.c.name, staff.c.name, staff.c.id)
    )
    return [Member(*row, "") for row in await conn.execute(query.limit(limit))]


async def let_in(conn: AsyncConnection, case_id: int, staff_id: int, part: str, at: datetime) -> None:
    """Let a colleague into a file, or say anew what their part is."""
    statement = upsert(case_members).values(case_id=case_id, staff_id=staff_id, part=part, at=at)
    await conn.execute(
        statement.on_conflict_do_update(index_elements=["case_id", "staff_id"], set_={"part": part, "at": at})
    )


async def let_out(conn: AsyncConnection, case_id: int, staff_id: int) -> bool:
    """Take a colleague out of a file; whether they were in it."""
    gone = await conn.execute(
        delete(case_members).where(case_members.c.case_id == case_id, case_members.c.staff_id == staff_id)
    )
    return gone.rowcount == 1


_NO_WORDS = text("""
    UPDATE case_events
    SET detail = CASE WHEN detail ? 'how' THEN jsonb_build_object('how', detail -> 'how') ELSE '{}' END
    WHERE case_id = :case AND detail <> '{}'
""")


async def empty(conn: AsyncConnection, case_id: int) -> None:
    """Take every word out of a file and everybody out of it but the owner; that there was a consent stays.

    Of the timeline the steps stay, and how a consent was given; notes of handing over and of putting off go.
    """
    for table in _PAGES.values():
        await conn.execute(delete(table).where(table.c.case_id == case_id))
    await conn.execute(delete(case_members).where(case_members.c.case_id == case_id))
    await conn.execute(update(files).where(files.c.case_id == case_id).values(situation={}))
    await conn.execute(_NO_WORDS, {"case": case_id})
    talk = select(cases.c.conversation_id).where(cases.c.id == case_id).scalar_subquery()
    notes = (messages.c.conversation_id == talk, messages.c.case_id == case_id, messages.c.who == "note")
    await conn.execute(delete(messages).where(*notes))


async def erase(conn: AsyncConnection, parent_id: int) -> None:
    """Empty all files of somebody whose data is deleted; called before their conversation goes."""
    found = await conn.execute(
        text("""
            SELECT files.case_id FROM files JOIN cases ON cases.id = files.case_id
            JOIN conversations ON conversations.id = cases.conversation_id WHERE conversations.parent_id = :parent
        """),
        {"parent": parent_id},
    )
    for row in found.all():
        await empty(conn, row.case_id)
