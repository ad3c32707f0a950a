"""A place that is shut for some days: the hours say so and why, files and releases carry it, the rules look at it."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from a_library import OFFICE_HOURS, WHOLE_DAY, library, listing

from knowledge import amend, files, release
from knowledge.calendar import CHINA, china
from knowledge.check import check
from knowledge.directory import Directory
from knowledge.hours import OpenStatus, periods, status
from knowledge.model import DAYS, Closure, Span
from knowledge.regions import RegionTree

MOVE = Closure(date(2026, 5, 12), date(2026, 5, 14), "站里搬家")  # Tuesday to Thursday
NIGHT = (Span(DAYS, time(22), time(8), "危机干预时段"),)


def at(day: int, hour: int = 0, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def test_on_days_of_a_closure_it_is_shut_and_opens_after_it() -> None:
    assert status(OFFICE_HOURS, at(12, 10), china(), (MOVE,)) == OpenStatus("no", opens=at(15, 9), closure=MOVE)
    assert status(OFFICE_HOURS, at(14, 23), china(), (MOVE,)).opens == at(15, 9)
    assert status(OFFICE_HOURS, at(15, 10), china(), (MOVE,)).open == "yes"
    assert status(WHOLE_DAY, at(13), china(), (MOVE,)).opens == at(15)


def test_before_it_the_next_opening_and_the_end_of_this_one_know_of_it() -> None:
    assert status(OFFICE_HOURS, at(11, 20), china(), (MOVE,)) == OpenStatus("no", opens=at(15, 9))
    assert status(WHOLE_DAY, at(11, 20), china(), (MOVE,)) == OpenStatus("yes", until=at(12))


def test_a_night_that_runs_into_a_closure_ends_at_midnight() -> None:
    assert status(NIGHT, at(11, 23), china(), (MOVE,)).until == at(12)
    assert status(NIGHT, at(12, 1), china(), (MOVE,)) == OpenStatus("no", opens=at(15), closure=MOVE)
    assert [(one.start, one.end) for one in periods(NIGHT, date(2026, 5, 14), china(), (MOVE,))] == [
        (at(15), at(15, 8))
    ]


def test_closures_that_follow_each_other_are_one_and_long_ones_have_no_next_opening() -> None:
    next_ = Closure(date(2026, 5, 15), date(2026, 5, 17), "调试设备")
    assert status(OFFICE_HOURS, at(13), china(), (next_, MOVE)).opens == at(18, 9)
    forever = Closure(date(2026, 5, 12), date.max, "停办")
    assert status(OFFICE_HOURS, at(13), china(), (forever,)) == OpenStatus("no", closure=forever)


def test_it_is_shut_also_where_the_hours_are_not_known() -> None:
    assert status(None, at(13), china(), (MOVE,)) == OpenStatus("no", closure=MOVE)
    assert status(None, at(15), china(), (MOVE,)) == OpenStatus("ask")


def test_the_directory_says_it_and_a_closed_line_comes_after_an_open_one() -> None:
    lines = [listing("shut", hours=WHOLE_DAY, closures=(MOVE,)), listing("other", hours=WHOLE_DAY)]
    made = library(listings=lines)
    found = Directory(made, RegionTree(made.regions), china()).with_status(lines, at(13, 12))
    assert [(one.id, standing.open) for one, standing in found] == [("other", "yes"), ("shut", "no")]


def test_files_releases_and_changes_carry_it_and_without_one_nothing_is_written(tmp_path: Path) -> None:
    plain, shut = library(), library(listings=[*library().listings.values(), listing("shut", closures=(MOVE,))])
    for made in (plain, shut):
        files.dump(made, tmp_path / "content")
        assert files.load(tmp_path / "content").listings == made.listings
        release.write(release.freeze(made, 1), tmp_path / "release.json")
        assert release.read(tmp_path / "release.json").library == made
    body = amend.encode(shut.listings["shut"])
    assert body["closures"] == [{"start": "2026-05-12", "end": "2026-05-14", "note": "站里搬家"}]
    assert amend.decode("listing", body) == (shut.listings["shut"], [])
    assert "closures" not in amend.encode(plain.listings["national-12356"])


@pytest.mark.parametrize(
    "closures",
    [
        (Closure(date(2026, 5, 14), date(2026, 5, 12), "倒了"),),
        (MOVE, Closure(date(2026, 5, 14), date(2026, 5, 20), "又")),
    ],
)
def test_closures_that_make_no_sense_are_told(closures: tuple[Closure, ...]) -> None:
    made = library(listings=[*library().listings.values(), listing("odd", closures=closures)])
    assert "closures" in {problem.rule for problem in check(made)}
