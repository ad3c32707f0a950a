"""Changing a library: what is amended is in its new form, what is taken out is gone, everything else is as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from knowledge import amend, files
from knowledge.amend import SORTS, Amendment, Sort, amended, decode, encode, fields_changed
from knowledge.model import Library


@pytest.fixture(scope="module")
def library() -> Library:
    return files.load()


def test_what_is_amended_is_there_and_the_rest_is_as_it_was(library: Library) -> None:
    key, entry = next(iter(library.entries.items()))
    mended = replace(entry, title="换了一个标题")
    after = amended(library, (Amendment("entry", key, mended),))
    assert after.entries[key] is mended
    assert {name: one for name, one in after.entries.items() if name != key} == {
        name: one for name, one in library.entries.items() if name != key
    }
    assert after.listings == library.listings
    assert library.entries[key] is entry


def test_an_entry_that_is_taken_out_takes_its_paraphrases_along(library: Library) -> None:
    key = next(iter(library.paraphrases))
    after = amended(library, (Amendment("entry", key, None),))
    assert key not in after.entries
    assert key not in after.paraphrases
    assert len(after.paraphrases) == len(library.paraphrases) - 1


def test_of_two_amendments_of_one_thing_the_later_counts(library: Library) -> None:
    key, listing = next(iter(library.listings.items()))
    first, second = replace(listing, name="先"), replace(listing, name="后")
    assert (
        amended(library, (Amendment("listing", key, first), Amendment("listing", key, second))).listings[key] is second
    )


def test_taking_out_what_is_not_there_changes_nothing(library: Library) -> None:
    assert amended(library, (Amendment("duty", "no-such-duty", None),)) == library


@pytest.mark.parametrize("sort", SORTS)
def test_every_thing_of_the_package_goes_through_json_and_back(library: Library, sort: Sort) -> None:
    for thing in amend.of(library, sort).values():
        read, wrongs = decode(sort, json.loads(json.dumps(encode(thing), ensure_ascii=False)))
        assert read == thing, wrongs


def test_the_fields_that_differ_are_named(library: Library) -> None:
    entry = next(iter(library.entries.values()))
    assert fields_changed(entry, entry) == ()
    assert fields_changed(entry, replace(entry, title="另一个", brief="另一段")) == ("title", "brief")
    assert "wordings" in fields_changed(None, entry)
    assert fields_changed(None, None) == ()
