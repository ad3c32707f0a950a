"""Who may look after whom, role by role."""

from __future__ import annotations

import pytest

from bot.handoff.authority import may_change, placing
from bot.store.people import Role, Staff
from bot.store.roster import Place

PLACES = [Place(1, "天宁站", "tianning")]
BELOW = {
    "counsellor": set(),
    "lead": {"counsellor"},
    "supervisor": {"counsellor", "lead"},
    "editor": set(),
    "chief-editor": set(),
    "admin": {role.value for role in Role},
}


def one(role: str, number: int = 1) -> Staff:
    return Staff(number, f"p{number}", "某老师", role, active=True, station_id=1)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("other", list(Role))
def test_one_changes_those_below_and_never_oneself(role: Role, other: Role) -> None:
    assert may_change(one(role), one(other, 2)) is (other in BELOW[role])
    assert not may_change(one(role), one(other, 1))


@pytest.mark.parametrize(
    ("me", "role", "station", "good"),
    [
        ("lead", "counsellor", 1, True),
        ("lead", "counsellor", 2, False),
        ("lead", "counsellor", None, False),
        ("lead", "lead", 1, False),
        ("supervisor", "lead", 1, True),
        ("supervisor", "admin", None, False),
        ("admin", "counsellor", None, True),
        ("admin", "counsellor", 1, True),
        ("admin", "supervisor", None, True),
        ("admin", "supervisor", 1, False),
        ("admin", "king", None, False),
        ("counsellor", "counsellor", 1, False),
    ],
)
def test_people_are_put_where_one_may_put_them(me: str, role: str, station: int | None, good: bool) -> None:
    assert (placing(one(me), role, station, PLACES) == "") is good
