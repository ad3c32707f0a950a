"""Checking only what was changed gives what checking everything gives, if all was sound before."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import files
from knowledge.amend import SORTS, Amendment, Sort, Thing, amended, of
from knowledge.check import check, concerned
from knowledge.model import Activity, Duty, Entry, Library, Listing, Source


@cache
def packaged() -> Library:
    """Some of the packaged library: enough of each sort for everything to point at something."""
    whole = files.load()
    kept = dict(list(whole.entries.items())[:90])
    trimmed = {
        key: replace(entry, related=tuple(name for name in entry.related if name in kept))
        for key, entry in kept.items()
    }
    lines = {key: lines for key, lines in whole.paraphrases.items() if key in kept}
    return replace(whole, entries=trimmed, paraphrases=lines)


NAMES = {sort: list(of(packaged(), sort)) for sort in SORTS}


@st.composite
def amendments(draw: st.DrawFn) -> Amendment:
    """Take something out, change it so that it breaks one rule or none, or put a near copy of it in."""
    library = packaged()
    sort: Sort = draw(st.sampled_from(SORTS))
    key = draw(st.sampled_from(NAMES[sort]))
    thing = of(library, sort)[key]
    match draw(st.sampled_from(["out", "change", "change", "change", "copy"])):
        case "out":
            return Amendment(sort, key, None)
        case "copy":
            return Amendment(sort, f"{key}-again", replace(thing, id=f"{key}-again"))
        case _:
            return Amendment(sort, key, changed(draw, thing))


def changed(draw: st.DrawFn, thing: Thing) -> Thing:
    library = packaged()
    entry = library.entries[draw(st.sampled_from(NAMES["entry"]))]
    listing = library.listings[draw(st.sampled_from(NAMES["listing"]))]
    line = draw(st.sampled_from([entry.wordings[0], library.paraphrases[entry.id][0], "请打 85681383", "", "亲们！"]))
    match thing:
        case Entry():
            made = [
                replace(thing, wordings=(*thing.wordings[1:], line)),
                replace(thing, brief=entry.brief),
                replace(thing, title=entry.title, stages=()),
                replace(thing, full=f"{thing.full}\n热线 {listing.phone}"),
                replace(thing, related=(entry.id, "gone")),
                replace(thing, topics=entry.topics, sources=()),
            ]
            return draw(st.sampled_from(made))
        case Listing():
            made_listings = [
                replace(thing, phone=None),
                replace(thing, phone=listing.phone),
                replace(thing, region=listing.region),
                replace(thing, fallback=(listing.id,), about=line),
            ]
            return draw(st.sampled_from(made_listings))
        case Activity() | Duty():
            return replace(thing, about=line, region=listing.region)
        case Source():
            return replace(thing, kind="law", title=line)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(amendments(), min_size=1, max_size=4))
def test_what_the_changed_things_break_is_all_that_is_broken(changes: list[Amendment]) -> None:
    library = amended(packaged(), tuple(changes))
    assert check(library, only={(one.sort, one.key) for one in changes}) == check(library)


def test_the_library_that_the_property_begins_with_is_sound() -> None:
    assert check(packaged()) == []


@pytest.mark.parametrize("sort", SORTS)
def test_nothing_changed_concerns_nothing(sort: Sort) -> None:
    library = packaged()
    assert of(concerned(library, ()), sort) == {}
    assert check(library, only=()) == []


def test_taking_out_what_others_point_at_concerns_them() -> None:
    library = packaged()
    pointed = next(name for entry in library.entries.values() for name in entry.related)
    pointing = {key for key, entry in library.entries.items() if pointed in entry.related}
    without = amended(library, (Amendment("entry", pointed, None),))
    assert set(concerned(without, [("entry", pointed)]).entries) >= pointing - {pointed}
    assert {problem.rule for problem in check(without, only=[("entry", pointed)])} == {"related"}


def test_a_number_that_is_listed_no_more_is_found_wherever_it_is_said() -> None:
    library = packaged()
    silent = replace(library.listings["national-12356"], phone="12399")
    after = amended(library, (Amendment("listing", silent.id, silent),))
    problems = check(after, only=[("listing", silent.id)])
    assert problems == check(after)
    assert {problem.rule for problem in problems} == {"number"}
