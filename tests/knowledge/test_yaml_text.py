from datetime import date

import pytest
from a_library import entry, listing
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import entry_files, records, region_file, yaml_text
from knowledge.model import DAYS, Entry, Listing, Span, Verification


def test_a_few_references_cannot_unfold_to_gigabytes() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True))

    _, faults = yaml_text.read(bomb, "bomb.yaml")

    assert "被重复引用" in faults[0].what


def test_tags_and_endless_nesting_are_faults_and_no_tracebacks() -> None:
    assert "标记" in yaml_text.read("a: !!python/object:os.system x", "f")[1][0].what
    assert yaml_text.read("[" * 20_000, "f")[1]
    assert yaml_text.read("a: \x00", "f")[1]
    assert yaml_text.read("? [a]\n: b", "f")[1][0].what.endswith("字段名不是文字")


@given(st.text(max_size=300))
@settings(max_examples=150)
def test_no_text_makes_reading_fail(text: str) -> None:
    yaml_text.read(text, "any.yaml")
    entry_files.read(f"---\n{text}\n---\n\n## 简答\n\n一\n\n## 详解\n\n二\n", "any.md")
    region_file.read(text)


words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25).filter(str.strip)
lists = st.lists(words, max_size=4).map(tuple)
dates = st.dates(min_value=date(1900, 1, 1))
spans = st.builds(
    Span,
    days=st.lists(st.sampled_from(DAYS), unique=True, min_size=1).map(tuple),
    start=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    end=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    tier=st.none() | words,
    on=st.sampled_from(["any", "workday", "day-off"]),
)
listings = st.builds(
    listing,
    about=words,
    phone=st.none() | words,
    aliases=lists,
    hours=st.none() | st.lists(spans, max_size=3).map(tuple),
    address=st.none() | words,
    source_date=dates,
    verified=st.none() | st.builds(Verification, on=dates, by=words),
)


@given(listings)
@settings(max_examples=150)
def test_whatever_a_listing_says_survives_its_file(made: Listing) -> None:
    text = yaml_text.write_list([records.encode(made)])
    value, faults = yaml_text.read(text, "f")

    assert not faults
    assert isinstance(value, list)
    assert records.decode(Listing, value[0]) == (made, [])


@given(st.builds(entry, title=words, wordings=lists, related=lists, reviewed=st.none() | dates))
@settings(max_examples=100)
def test_whatever_an_entry_says_survives_its_file(made: Entry) -> None:
    assert entry_files.read(entry_files.write(made), "f") == (made, [])


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "true",
        "on",
        "No",
        "12356",
        "08:00",
        "2026-01-01",
        "1e5",
        "0x1F",
        "- a",
        "a: b",
        "#a",
        "“好”",
        "a #b",
        "一，二",
        "~",
        "*",
    ],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert yaml_text.read(yaml_text.write({"a": text, "b": [text]}), "f") == ({"a": text, "b": [text]}, [])


def test_chinese_is_written_plainly_and_dates_without_quotes() -> None:
    assert (
        yaml_text.write({"a": "一句话。", "b": date(2026, 1, 2), "c": "96111"})
        == 'a: 一句话。\nb: 2026-01-02\nc: "96111"\n'
    )
