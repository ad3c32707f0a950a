"""The packaged lines: the right ones for the place, open or not as the clock says, and the same as the library's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.safety import hotlines
from knowledge import files

CHINA = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 5, 12, 23, 10, tzinfo=CHINA)
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=CHINA)
CHANGZHOU = ("changzhou", "china")


def test_a_regional_line_is_shown_there_and_nowhere_else() -> None:
    ids = ["changzhou-96111", "national-12356"]
    assert [card.phone for card in hotlines.cards(ids, CHANGZHOU, NIGHT)] == ["96111", "12356"]
    assert [card.phone for card in hotlines.cards(ids, ("putuo", "china"), NIGHT)] == ["12356"]
    assert [card.phone for card in hotlines.cards(ids, (), NIGHT)] == ["12356"]


def test_the_tier_of_the_hour_is_named() -> None:
    (night,) = hotlines.cards(["changzhou-96111"], CHANGZHOU, NIGHT)
    (noon,) = hotlines.cards(["changzhou-96111"], CHANGZHOU, NOON)
    assert night.status == "现在有人接 · 危机干预时段"
    assert noon.status == "现在有人接 · 咨询老师接听"


def test_where_hours_are_local_it_says_so_and_does_not_guess() -> None:
    (card,) = hotlines.cards(["national-12356"], CHANGZHOU, NIGHT)
    assert card.open == "ask"
    assert card.status == "每天至少 18 小时，各地时段不同"


@pytest.mark.parametrize("line", ["national-110", "national-120", "national-119", "national-12345"])
def test_lines_that_never_close_are_open(line: str) -> None:
    assert all(hotlines.cards([line], (), at)[0].open == "yes" for at in (NIGHT, NOON))


def test_a_line_that_nobody_dialled_says_what_it_rests_on() -> None:
    (card,) = hotlines.cards(["national-12338"], (), NOON)
    assert card.checked == "待核实 · 依据 2015 年文件"


@pytest.mark.parametrize("line", sorted(hotlines.lines()))
def test_the_packaged_line_agrees_with_the_library(line: str) -> None:
    packaged, listed = hotlines.lines()[line], files.load().listings[line]
    for field in ("name", "kind", "region", "phone", "hours", "hours_note", "source", "source_date", "verified"):
        assert getattr(packaged, field) == getattr(listed, field), field
