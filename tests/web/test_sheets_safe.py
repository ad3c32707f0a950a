"""Whatever a text is, a table with it can be written and opened, and no spreadsheet runs it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.channels.web.forms import clean
from bot.web.sheets import Sheet, as_csv, as_xlsx, harmless

BAD = "\ufffe\uffff\ud800\x00\x0b"


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters() | st.sampled_from(BAD), max_size=20))
def test_any_text_can_be_taken_along(text: str) -> None:
    table = Sheet("表", ("甲",), ((text,),))
    as_csv([table])
    assert load_workbook(io.BytesIO(as_xlsx([table]))).sheetnames == ["表"]


def test_what_no_workbook_can_hold_is_left_out_and_the_rest_stays() -> None:
    table = Sheet("表", ("甲",), ((f"一小{BAD}\t二",),))
    [_, [cell]] = load_workbook(io.BytesIO(as_xlsx([table])))["表"].iter_rows(values_only=True)
    assert cell == "一小\t二"
    assert clean(f"一小{BAD}\t二") == "一小\t二"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\ufffe="])
def test_nothing_is_a_formula(sign: str) -> None:
    assert str(harmless(f"{sign}1")).startswith("'")
