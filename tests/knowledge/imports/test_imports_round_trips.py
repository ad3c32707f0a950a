"""What is written into a file comes back as it was, whatever stands in it; and the whole library in every format."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, time
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import amend, entry_files
from knowledge.amend import KINDS, SORTS, Sort, Thing
from knowledge.files import load
from knowledge.imports import from_docx, from_xlsx
from knowledge.imports.columns import COLUMNS
from knowledge.imports.exports import FORMATS, HOLDS, Exported, Format, csv_text, exported
from knowledge.imports.judge import judged, thing_of
from knowledge.imports.reading import read
from knowledge.imports.tables import LONGEST_CELL, as_meant, harmless
from knowledge.imports.to_docx import document
from knowledge.imports.to_xlsx import workbook
from knowledge.imports.values import read as read_value
from knowledge.imports.values import write as write_value
from knowledge.imports.vocabulary import Vocabulary
from knowledge.model import DAYS, Closure, Library, Recurrence, Span, Verification

LIBRARY = load()
WORDS = Vocabulary.of(LIBRARY)
EMPTY = Library(LIBRARY.taxonomy, regions=LIBRARY.regions)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

# What people and other programs may put into a text; not what a database refuses (NUL, halves of pairs).
STRANGE = st.sampled_from(
    [
        *(
            "=1+1",
            "+86",
            "-1",
            "@SUM(A1)",
            "'=",
            "''+",
            "\t=",
            "＝１",
            "；",
            ";",
            "、",
            "\n",
            "\r",
            "\r\n",
            "\\",
            '"',
            ",",
        ),
        *(
            "_x000D_",
            "_x0041_",
            "\u2028",
            "\x85",
            "\ufeff",
            "\ufffe",
            "👪",
            "原样：",
            "## 详解",
            "---",
            "  ",
            "：",
            "\u3000",
        ),
        *(
            "{}",
            "[]",
            "null",
            "<w:p>",
            "&amp;",
            "]]>",
            "1.0",
            "2026-01-31",
            "110",
            "0519",
            "没有固定时间",
            "- a",
            "1. b",
        ),
    ]
)
CLEAN = st.characters(
    exclude_categories=("Cs",), exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
)
TEXTS = st.lists(STRANGE | st.text(CLEAN, max_size=8), min_size=1, max_size=6).map("".join).filter(str.strip)
SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Make values of a type of the model."""
    if get_origin(hint) in {Union, UnionType}:
        return st.none() | values(next(part for part in get_args(hint) if part is not NoneType))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=4).map(tuple)
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if hint in (Span, Closure, Recurrence, Verification):
        return built(hint)
    clock = st.builds(time, st.integers(0, 23), st.integers(0, 59))
    return {str: TEXTS, int: st.integers(-5, 9999), date: DATES, time: clock}[hint]


def built(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    parts = {f.name: values(hints[f.name]) for f in fields(kind)}
    if kind is Span:
        parts["days"] = st.lists(st.sampled_from(DAYS), unique=True).map(tuple) | st.just(DAYS)
    return st.builds(kind, **parts)


def things(sort: Sort) -> st.SearchStrategy[Any]:
    return st.tuples(built(KINDS[sort]), SLUGS).map(lambda pair: replace(pair[0], id=pair[1]))


def back(made: Exported) -> list[Thing]:
    """Read a file against a library that has none of these things."""
    rows = judged(read(made.data, made.name), EMPTY)
    assert [row.faults for row in rows if row.faults] == []
    return [thing_of(row) for row in rows]


@pytest.mark.parametrize("sort", SORTS)
@FEW
@given(data=st.data())
def test_every_value_has_a_form_that_says_all_of_it(sort: Sort, data: st.DataObject) -> None:
    body = amend.encode(data.draw(things(sort)))
    for column in COLUMNS[sort]:
        if column.key in body:
            assert read_value(column, write_value(column, body[column.key], WORDS), WORDS) == body[column.key]


@pytest.mark.parametrize("sort", SORTS)
@FEW
@given(data=st.data())
def test_csv_and_excel_give_things_back(sort: Sort, data: st.DataObject) -> None:
    held = data.draw(st.lists(things(sort), min_size=1, max_size=3, unique_by=lambda thing: thing.id))
    assert back(Exported(f"{amend.SORT_WORDS[sort]}.csv", csv_text(sort, held, WORDS))) == held
    assert back(Exported("a.xlsx", workbook({sort: held}, WORDS))) == held


@FEW
@given(st.lists(things("entry"), min_size=1, max_size=3, unique_by=lambda thing: thing.id))
def test_word_gives_entries_back(held: list[Any]) -> None:
    assert back(Exported("a.docx", document(held, WORDS))) == held


@FEW
@given(things("entry"))
def test_markdown_gives_an_entry_back_or_says_that_it_cannot_hold_it(entry: Any) -> None:
    made = exported(replace(EMPTY, entries={entry.id: entry}), "md")
    if made.left_out:
        assert entry_files.read(entry_files.write(entry), "")[0] != entry or "\r" in entry_files.write(entry)
    else:
        assert back(made) == [entry]


@given(TEXTS)
def test_no_text_is_left_that_a_spreadsheet_takes_for_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert as_meant(harmless(text)) == text


@pytest.mark.parametrize("length", [LONGEST_CELL - 1, LONGEST_CELL, LONGEST_CELL + 1, 70_000])
def test_a_text_longer_than_a_cell_goes_on_in_the_next(length: int) -> None:
    entry = replace(next(iter(LIBRARY.entries.values())), full=("好=\n" * length)[:length].strip() + "。")
    for made in (
        Exported("条目.csv", csv_text("entry", [entry], WORDS)),
        Exported("a.xlsx", workbook({"entry": [entry]}, WORDS)),
        Exported("a.docx", document([entry], WORDS)),
    ):
        assert back(made) == [entry]


@pytest.mark.parametrize("form", FORMATS)
def test_the_whole_library_comes_back_from_every_format_that_holds_it(form: Format) -> None:
    made = exported(LIBRARY, form)
    assert made.left_out == ()
    found = judged(read(made.data, made.name), LIBRARY)
    assert len(found) == sum(len(amend.of(LIBRARY, sort)) for sort in HOLDS[form])
    assert {row.standing for row in found} == {"unchanged"}


@pytest.mark.parametrize("sort", SORTS)
def test_nobody_has_to_read_a_value_in_full(sort: Sort) -> None:
    """What people edit stands in words: hours, recurrences, places and all."""
    data = csv_text(sort, list(amend.of(LIBRARY, sort).values()), WORDS).decode()
    assert "原样：" not in data


def test_word_and_markdown_hold_no_tables() -> None:
    for form in ("docx", "md"):
        with pytest.raises(ValueError, match="holds none"):
            exported(LIBRARY, form, ["listing"])
    assert from_docx.BRIEF == entry_files.BRIEF
    assert from_xlsx.HELP_SHEETS
