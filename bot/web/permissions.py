"""What each role may do, and what a checked view finds in its request. Whose cases: `bot/store/scope.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.store.people import Role, Staff

STAFF: web.RequestKey[Staff] = web.RequestKey("staff", Staff)
SESSION: web.RequestKey[int] = web.RequestKey("session", int)  # the id of the session, for the page of sessions
Still = Callable[[], Awaitable[bool]]
STILL: web.RequestKey[Still] = web.RequestKey("still")  # whether session, role and place are as they were
View = Callable[[web.Request], Awaitable[web.StreamResponse]]

_DESK = frozenset({Role.COUNSELLOR, Role.LEAD, Role.SUPERVISOR, Role.ADMIN})
_LEADING = frozenset({Role.LEAD, Role.SUPERVISOR, Role.ADMIN})

# The permission that a route needs stands in `bot/web/routes.py`.
MAY: dict[str, frozenset[Role]] = {
    "own": frozenset(Role),  # one's own account
    "desk": _DESK,
    "lead": _LEADING,  # board, figures, quality, duty of others, people
    "stations": frozenset({Role.ADMIN}),
    "knowledge": frozenset({Role.EDITOR, Role.CHIEF_EDITOR, Role.ADMIN}),
    "publish": frozenset({Role.CHIEF_EDITOR, Role.ADMIN}),
    "numbers": frozenset({Role.SUPERVISOR, Role.CHIEF_EDITOR, Role.ADMIN}),
    "account": frozenset({Role.ADMIN}),  # the channel, its words, people, the trail, a family's data
    "safety": frozenset({Role.ADMIN}),  # it shows what families wrote, and changes what is done in danger
}


@dataclass(frozen=True, slots=True)
class Face:
    """A member of staff as the pages' top bar shows them.

    `may` are their permissions, `shortcuts` says whether single letters are keys, `unguarded` that they have no
    second factor yet.
    """

    name: str
    may: frozenset[str]
    shortcuts: bool = True
    unguarded: bool = False


def face(request: web.Request) -> Face:
    """Give the signed-in person for a template."""
    staff = request[STAFF]
    may = frozenset(name for name, roles in MAY.items() if staff.role in roles)
    return Face(staff.name, may, staff.shortcuts, not staff.second_factor)


def permission_of(handler: object) -> str | None:
    """Tell which permission stands before a view of the table; None if anybody may."""
    named: str | None = vars(handler).get("permission") if hasattr(handler, "__dict__") else None
    return named
