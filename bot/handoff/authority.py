"""Who may look after whom: invite, change, close an account. Pure: the lists it is asked about are loaded before.

Nobody makes or changes somebody as high as themselves (an administrator may: there is nobody above), and nobody
changes their own role or closes their own account.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.people import Role, Staff
from bot.store.roster import Place

# Whom each may invite and change. Roles that are not here look after nobody.
BELOW: dict[Role, tuple[Role, ...]] = {
    Role.LEAD: (Role.COUNSELLOR,),
    Role.SUPERVISOR: (Role.COUNSELLOR, Role.LEAD),
    Role.ADMIN: tuple(Role),
}
# Those who work in a station; the others belong to none.
STATIONED = (Role.COUNSELLOR, Role.LEAD)


def below(me: Staff) -> tuple[Role, ...]:
    """Give the roles that somebody may give to others."""
    return BELOW.get(Role(me.role), ())


def may_change(me: Staff, person: Staff) -> bool:
    """Whether `me` may change an account that they can see (`roster.member` has looked that they can)."""
    return person.id != me.id and person.role in below(me)


def placing(me: Staff, role: str, station_id: int | None, places: Sequence[Place]) -> str:
    """Say why somebody may not be made `role` at a station; "" if they may. `places` are those of `me`."""
    if role not in below(me):
        return "这个身份要由更上一级的同事来给。"
    stationed = role in STATIONED
    if station_id is not None and station_id not in {place.id for place in places}:
        return "请选一个您管的站点。"
    if station_id is None and stationed and me.role != Role.ADMIN:
        return "请选一个站点。"
    if station_id is not None and not stationed:
        return "这个身份不属于某一个站点，站点请选“不属于站点”。"
    return ""
