"""Charts as SVG and tables of figures: scales, gaps, words for those who listen, small numbers, harmless cells."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from bot.store.funnel import Funnel, Spread
from bot.store.tally import Figures, Work
from bot.web.charts import Series, bars, lines, top_of
from bot.web.desk.lead.board_rows import length, took
from bot.web.desk.lead.sheets import HIDDEN, grouped, many, sheets
from bot.web.sheets import Sheet, as_csv, as_xlsx, harmless

SPREAD = Spread(90, 600)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (our own markup)


@pytest.mark.parametrize(("highest", "top"), [(0, 4), (4, 4), (5, 10), (10, 10), (11, 20), (41, 50), (230, 400)])
def test_a_scale_ends_at_a_round_number(highest: int, top: int) -> None:
    assert top_of(highest) == top


def test_bars_grow_with_their_numbers_and_leave_gaps_for_what_is_hidden() -> None:
    svg = drawn(bars("每天", ["1 日", "2 日", "3 日"], [5, None, 10]))
    heights = [float(one.attrib["height"]) for one in svg.iter("rect")]
    assert len(heights) == 2
    assert heights[1] == pytest.approx(2 * heights[0])
    assert svg.attrib["aria-label"] == "每天"
    assert svg.attrib["role"] == "img"


def test_a_line_stops_where_nothing_is_known_yet() -> None:
    svg = drawn(lines("今天", ["0时", "1时", "2时"], (Series("今天", [1, 2, None]), Series("上周", [3, 4, 5]))))
    paths = {one.attrib["class"]: one.attrib["d"] for one in svg.iter("path")}
    assert paths["l1"].count("L") == 1
    assert paths["l2"].count("L") == 2


def test_names_cannot_break_out_of_the_markup() -> None:
    svg = bars('"><script>', ["<b>"], [9])
    assert "<script>" not in svg
    assert "<b>" not in svg
    drawn(svg)


def test_a_chart_without_numbers_is_still_a_chart() -> None:
    assert list(drawn(bars("没有", [], [])).iter("rect")) == []
    assert list(drawn(lines("没有", ["0时"], (Series("今天", [0]),), note="多")).iter("path")) != []


def test_times_are_written_for_people() -> None:
    assert [took(one) for one in (None, 48, 108, 120, 7500, 3 * 86400)] == [
        "—",
        "48 秒",
        "1 分 48 秒",
        "2 分",
        "2 小时 5 分",
        "3.0 天",
    ]
    assert [length(timedelta(seconds=one)) for one in (-5, 252, 7500, 200_000)] == [
        "0:00",
        "4:12",
        "2 小时 5 分",
        "2 天",
    ]


def test_small_counts_do_not_appear() -> None:
    assert [many(number) for number in (0, 1, 4, 5, 120)] == [0, HIDDEN, HIDDEN, 5, 120]


def test_a_single_hidden_row_does_not_follow_from_the_total() -> None:
    sheet = grouped("各站点", "站点", [("天宁站", Work(30)), ("钟楼站", Work(9)), ("武进站", Work(2))])
    assert [(row[0], row[1]) for row in sheet.rows] == [("天宁站", 30), ("钟楼站", "不单列"), ("武进站", HIDDEN)]
    assert sheet.bars == (30, None, None)


def test_times_of_few_cases_do_not_appear() -> None:
    few, enough = Work(8, answered=4, first=SPREAD), Work(8, answered=5, first=SPREAD)
    sheet = grouped("每个人", "谁", [("周老师", few), ("沈老师", enough)])
    assert {row[0]: row[2] for row in sheet.rows} == {"周老师": "—", "沈老师": "1 分 30 秒"}


def tables(found: Figures) -> list[Sheet]:
    crises = Funnel(*[None] * 2, {}, 9, 9, 9, 8, 7, 3, {}, SPREAD, SPREAD, SPREAD)  # type: ignore[arg-type]
    return sheets(found, crises, ({1: "=天宁站"}, {7: "+周老师"}), (date(2026, 5, 1), date(2026, 5, 3)))


def test_all_tables_of_a_period_are_there_and_rare_outcomes_are_not_told() -> None:
    outcomes = {"已解决": 12, "王家的事": 3, "": 6}
    found = tables(Figures(Work(21), {1: Work(21)}, {7: Work(21)}, {"chat": Work(21)}, outcomes))
    by = {one.title: one for one in found}
    assert by["结案时"].rows == (("已解决", 12), ("没有写", "不单列"), ("其他", HIDDEN))
    assert [row[1] for row in by["危机走到哪一步"].rows] == [9, 9, 8, 7, HIDDEN]
    assert len(by["每天来了多少"].rows) == 3


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(-2) == -2  # a number is a number
    assert harmless("天宁站=好") == "天宁站=好"


def test_exports_hold_the_tables_and_no_formulas() -> None:
    found = tables(Figures(Work(21), {1: Work(21)}, {7: Work(21)}, {"chat": Work(21)}))
    text = as_csv(found)
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert ["'=天宁站", "21", "—", "—", "0", "—", "—", "0"] in rows
    book = load_workbook(io.BytesIO(as_xlsx(found)))
    assert book.sheetnames[:4] == ["总数", "各站点", "每个人", "各类"]
    cell = book["各站点"]["A2"]
    assert (cell.value, cell.data_type) == ("'=天宁站", "s")


def test_a_single_hidden_day_or_outcome_does_not_follow_from_the_total() -> None:
    days = {date(2026, 5, 1): 9, date(2026, 5, 2): 2, date(2026, 5, 3): 10}
    found = {
        one.title: one for one in tables(Figures(Work(21, closed=15), by_outcome={"已解决": 12, "": 3}, by_day=days))
    }
    assert [row[1] for row in found["每天来了多少"].rows] == ["不单列", HIDDEN, 10]
    assert found["每天来了多少"].bars == (None, None, 10)
    assert [row[1] for row in found["结案时"].rows] == ["不单列", HIDDEN]
