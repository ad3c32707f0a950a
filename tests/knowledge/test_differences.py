"""What differs between two forms of a thing: nothing more and nothing less than what was changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from knowledge import files
from knowledge.differences import FIELD_WORDS, FieldDifference, differences, names_of, words
from knowledge.model import Activity, Duty, Entry, Listing, Recurrence, Source, Verification

LIBRARY = files.load()
ENTRY = LIBRARY.entries["screens-junior-phone-conflict"]


def one(before: Entry, after: Entry) -> FieldDifference:
    found = differences(before, after, names_of(LIBRARY))
    assert len(found) == 1
    return found[0]


def test_the_same_has_no_difference() -> None:
    assert differences(ENTRY, replace(ENTRY)) == ()
    assert differences(None, None) == ()


def test_a_word_that_changed_is_marked_and_the_rest_stays() -> None:
    found = one(replace(ENTRY, title="孩子几点睡才够？"), replace(ENTRY, title="孩子几点起才够？"))
    assert (found.field, found.name) == ("title", "标题")
    assert [(piece.text, piece.mark) for piece in found.pieces] == [
        ("孩子几点", "same"),
        ("睡", "gone"),
        ("起", "new"),
        ("才够？", "same"),
    ]


def test_numbers_are_compared_whole() -> None:
    assert [piece.text for piece in words("打 12345 问", "打 12355 问") if piece.mark != "same"] == ["12345", "12355"]


def test_lists_are_compared_by_item() -> None:
    found = one(ENTRY, replace(ENTRY, wordings=(*ENTRY.wordings[1:], "新的问法")))
    assert found.listed
    assert [piece.text for piece in found.pieces if piece.mark == "gone"] == [ENTRY.wordings[0]]
    assert [piece.text for piece in found.pieces if piece.mark == "new"] == ["新的问法"]


def test_people_read_names_and_not_ids() -> None:
    topic = LIBRARY.taxonomy.topics["homework"]
    found = one(ENTRY, replace(ENTRY, topics=(*ENTRY.topics, topic.id)))
    assert found.after[-1].text == topic.name
    law = next(source for source in LIBRARY.sources.values() if source.kind == "law")
    cited = one(ENTRY, replace(ENTRY, sources=(f"{law.id}-71",)))
    assert cited.after[-1].text == f"{law.title} 71"


def test_a_thing_that_is_new_or_taken_out_is_all_new_or_all_gone() -> None:
    assert {piece.mark for field in differences(None, ENTRY) for piece in field.pieces} == {"new"}
    assert {piece.mark for field in differences(ENTRY, None) for piece in field.pieces} == {"gone"}


def test_structured_values_become_words() -> None:
    listing = next(one for one in LIBRARY.listings.values() if one.hours)
    found = differences(listing, replace(listing, hours=None, verified=Verification(date(2026, 5, 1), "12345 值班员")))
    by_field = {field.field: field for field in found}
    assert by_field["hours"].listed
    assert "mon" not in by_field["hours"].pieces[0].text
    assert by_field["verified"].after[-1].text.endswith("12345 值班员")
    activity = next(iter(LIBRARY.activities.values()))
    changed = replace(activity, recurrence=Recurrence("once", start=date(2026, 5, 1), end=date(2026, 5, 2)))
    assert any("只办一次" in piece.text for field in differences(activity, changed) for piece in field.pieces)


def test_every_field_of_every_sort_has_a_chinese_name() -> None:
    for kind in (Entry, Listing, Activity, Duty, Source):
        assert set(kind.__dataclass_fields__) - {"id"} <= set(FIELD_WORDS), kind


@given(st.text("甲乙丙，a1 \n", max_size=40), st.text("甲乙丙，a1 \n", max_size=40))
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.mark != "new") == old
    assert "".join(piece.text for piece in pieces if piece.mark != "gone") == new
