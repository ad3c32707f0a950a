"""Look-ups put to the core of the dialogue: shown, open at an hour, lost by a change, or not asked any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from a_talk import LIBRARY, TOOLS, TUESDAY_EVENING

from bot.dialogue.bearings import prepared
from bot.dialogue.lookups import compared, found, sit
from knowledge import files, lookups
from knowledge.files import CONTENT
from knowledge.lookups import LookUp
from knowledge.model import Library, Listing

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


def test_of_the_packaged_library_nearly_all_are_found() -> None:
    library = files.load()
    asked = lookups.load(CONTENT / lookups.FILE)
    right = sit(prepared(library, None), asked, TUESDAY_EVENING)
    assert sum(right) / len(right) >= 0.9
