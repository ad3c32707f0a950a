"""Look-ups put to the core of the dialogue: shown, open at an hour, lost by a change, or not asked any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from a_talk import LIBRARY, TOOLS, TUESDAY_EVENING

from bot.dialogue.bearings import prepared
from bot.dialogue.lookups import compared, found, sit
from bot.safety.assess import assess
from knowledge import files, lookups
from knowledge.files import CONTENT
from knowledge.lookups import LookUp
from knowledge.model import Closure, Library, Listing

MIND = LookUp("心理热线是多少", ("china-12356",))
NIGHT = LookUp("96111现在打得通吗", ("changzhou-96111",), "changzhou", time(3))
MOMS = LookUp("邻家妈妈在哪找", ("putuo-moms",), "putuo")
LAW = LookUp("法律援助热线是多少", ("china-12348",))
ALL = (MIND, NIGHT, MOMS, LAW)


def with_listing(name: str, listing: Listing | None) -> Library:
    held = {key: one for key, one in LIBRARY.listings.items() if key != name}
    return replace(LIBRARY, listings=held | ({name: listing} if listing else {}))


def after(library: Library) -> tuple[bool, ...]:
    return sit(prepared(library, None), ALL, TUESDAY_EVENING)


def test_a_line_is_found_by_what_it_is_for_by_its_number_and_by_its_name() -> None:
    assert sit(TOOLS, ALL, TUESDAY_EVENING) == (True, True, True, False)


def test_a_line_that_is_closed_at_that_hour_is_not_enough() -> None:
    shut = replace(LIBRARY.listings["changzhou-96111"], hours=LIBRARY.listings["changzhou-station"].hours)
    tools = prepared(with_listing("changzhou-96111", shut), None)
    assert not found(tools, NIGHT, TUESDAY_EVENING)
    assert found(tools, replace(NIGHT, at=None), TUESDAY_EVENING)


def test_what_a_change_hides_is_lost() -> None:
    renamed = replace(LIBRARY.listings["putuo-moms"], name="互助组", aliases=())
    library = with_listing("putuo-moms", renamed)
    sat = compared(ALL, LIBRARY, after(LIBRARY), library, after(library))
    assert (sat.asked, sat.before, sat.after) == (3, 3, 2)
    assert sat.lost == sat.missed == (MOMS.question,)
    assert sat.gone == ()


def test_what_asks_for_a_line_that_was_taken_out_is_not_asked_any_more() -> None:
    library = with_listing("putuo-moms", None)
    sat = compared(ALL, LIBRARY, after(LIBRARY), library, after(library))
    assert (sat.asked, sat.after, sat.lost, sat.gone) == (2, 2, (), (MOMS.question,))


SHUT = (Closure(date(2020, 1, 1), date(2040, 1, 1), "检修"),)


@pytest.mark.parametrize("fields", [{"hours": LIBRARY.listings["changzhou-station"].hours}, {"closures": SHUT}])
def test_what_must_be_open_is_not_asked_of_a_change_of_its_hours(fields: dict[str, Any]) -> None:
    library = with_listing("changzhou-96111", replace(LIBRARY.listings["changzhou-96111"], **fields))
    sat = compared(ALL, LIBRARY, after(LIBRARY), library, after(library))
    assert (sat.asked, sat.lost, sat.gone) == (2, (), (NIGHT.question,))


def test_what_must_be_open_and_is_hidden_is_lost_as_all_else() -> None:
    hidden = replace(LIBRARY.listings["changzhou-96111"], region="putuo")
    library = with_listing("changzhou-96111", hidden)
    sat = compared(ALL, LIBRARY, after(LIBRARY), library, after(library))
    assert (sat.lost, sat.gone) == ((NIGHT.question,), ())


def test_what_was_found_in_the_morning_is_found_in_the_evening() -> None:
    library = files.load()
    tools, asked = prepared(library, None), lookups.load(CONTENT / lookups.FILE)
    hours = [TUESDAY_EVENING.replace(hour=hour) for hour in (3, 9, 23)]
    assert len({sit(tools, asked, hour) for hour in hours}) == 1


def test_no_look_up_is_a_danger_which_a_list_of_lines_never_answers() -> None:
    asked = lookups.load(CONTENT / lookups.FILE)
    assert [one.question for one in asked if assess(one.question).level != "none"] == []


def test_where_a_city_is_assumed_its_own_line_of_the_same_number_is_right() -> None:
    tools = prepared(files.load(), "putuo")
    asked = [one for one in lookups.load(CONTENT / lookups.FILE) if "national-12345" in one.listings]
    assert [one.question for one in asked if not found(tools, one, TUESDAY_EVENING)] == []


def test_of_the_packaged_library_nearly_all_are_found() -> None:
    library = files.load()
    asked = lookups.load(CONTENT / lookups.FILE)
    right = sit(prepared(library, None), asked, TUESDAY_EVENING)
    assert sum(right) / len(right) >= 0.9
