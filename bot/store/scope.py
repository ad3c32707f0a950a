"""Whose cases a member of staff may see, as a condition of every query: an outsider's case does not exist for them.

Everywhere: administrators. A supervisor: the stations of their region, and what no station has there. Counsellors and
leads: their station, and what no station has in its region. Somebody without a station or region: what no station has.
Besides, everybody sees what they hold. A family's file is seen only by those who are in it; a sealed report by who
made it, who holds it, and those who lead where it belongs.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from bot.store.people import Role, Staff
from bot.store.tables import case_members, cases, stations


def sees(staff: Staff) -> ColumnElement[bool]:
    """Give the condition on `cases` for what this person may see."""
    # Files and reports stay with who holds them. Of talks only those that go on do: a closed one belongs to its place.
    mine = and_(cases.c.owner_id == staff.id, or_(cases.c.state != "closed", cases.c.kind.in_(("file", "report"))))
    member = cases.c.id.in_(select(case_members.c.case_id).where(case_members.c.staff_id == staff.id))
    reported = cases.c.reporter_id == staff.id
    area = _area(staff)
    open_to_area = and_(area, cases.c.kind != "file", or_(~cases.c.sealed, true() if staff.leads else false()))
    # The database looks from left to right until one holds: what holds for most cases first, the look into files last.
    return or_(open_to_area, mine, reported, member)


def _area(staff: Staff) -> ColumnElement[bool]:
    """Where this person works."""
    if staff.role == Role.ADMIN:
        return true()
    unplaced = or_(cases.c.region.is_(None), cases.c.region.in_(staff.regions)) if staff.region else true()
    nobodys = and_(cases.c.station_id.is_(None), unplaced)
    if staff.role == Role.SUPERVISOR:
        theirs = stations.c.region.in_(staff.regions) if staff.region else true()
        return or_(nobodys, cases.c.station_id.in_(select(stations.c.id).where(theirs)))
    return or_(nobodys, cases.c.station_id == staff.station_id) if staff.station_id else nobodys
