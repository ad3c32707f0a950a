"""What somebody holds or is in, for the day on which they leave."""

from __future__ import annotations

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import AT_DESK
from bot.store.tables import case_members, cases, staff


async def held_by(conn: AsyncConnection, staff_id: int) -> list[tuple[int, int | None]]:
    """List the cases in somebody's hands, and the files that they are let into, with their conversations.

    They come in the order in which they are locked.
    """
    member = cases.c.id.in_(select(case_members.c.case_id).where(case_members.c.staff_id == staff_id))
    mine = or_(and_(cases.c.owner_id == staff_id, cases.c.state == "claimed"), member)
    order = (cases.c.conversation_id.nulls_last(), cases.c.id)
    rows = await conn.execute(select(cases.c.id, cases.c.conversation_id).where(mine).order_by(*order))
    return [(row[0], row[1]) for row in rows]


async def heir_of(conn: AsyncConnection, case_id: int, but: int | None) -> int | None:
    """Find who has been in a family's file the longest, beside its owner, and still works at the desk."""
    here = and_(staff.c.active, staff.c.role.in_(AT_DESK))
    others = (case_members.c.case_id == case_id, case_members.c.staff_id != but, here)
    query = select(case_members.c.staff_id).join(staff, staff.c.id == case_members.c.staff_id).where(*others)
    # Who leaves in this moment is passed over, and who is found stays until we are done.
    kept = query.with_for_update(of=staff, read=True, skip_locked=True)
    found: int | None = await conn.scalar(kept.order_by(case_members.c.at, case_members.c.staff_id).limit(1))
    return found
