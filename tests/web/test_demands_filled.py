"""The table of numbers that goes out and comes back: nothing changes on the way, and no bytes do harm."""

from __future__ import annotations

import contextlib
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.units import Unit
from bot.web.admin.offices import filled
from bot.web.sheets import as_line
from knowledge import files
from knowledge.demands import SORTS, packaged
from knowledge.imports.base import RefusedFile
from knowledge.regions import RegionTree

TREE = RegionTree(files.load().regions)
TODAY = date(2026, 5, 12)
MONTHS = [date(2026, month, 1) for month in range(1, 6)]
NAMES = st.text("一小学Aa0=+-@'＝,;\"（", min_size=1, max_size=8)
UNITS = st.lists(
    st.tuples(st.sampled_from(["baoji", "putuo"]), NAMES, st.sampled_from(sorted(SORTS))),
    unique_by=lambda one: one[:2],
    min_size=1,
    max_size=4,
)


def units_of(given_: list[tuple[str, str, str]]) -> list[Unit]:
    return [Unit(number, *one) for number, one in enumerate(given_, 1)]


@given(
    names=UNITS,
    number=st.integers(2, 10_000_000),
    month=st.sampled_from(MONTHS),
    encoding=st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_what_goes_out_comes_back(names: list[tuple[str, str, str]], number: int, month: date, encoding: str) -> None:
    units = units_of(names)
    told = {
        unit.id: {one.id: {month: 1 if one.yes_no else number} for one in packaged().counted_by(unit.sort)}
        for unit in units
    }
    table = filled.form(packaged(), TREE, units, told, MONTHS)
    data = "".join(as_line(row) for row in (table.head, *table.rows)).encode(encoding)
    read = filled.read(data, packaged(), TREE, units, TODAY)
    assert read.faults == ()
    assert read.numbers == {
        (unit, month, name): held[month] for unit, own in told.items() for name, held in own.items()
    }


@settings(deadline=None)  # some bytes are a workbook's, and read in a process of its own
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("辖区,单位,数,2026-03\n" + text).encode()))
def test_no_bytes_do_harm(data: bytes) -> None:
    units = [Unit(1, "baoji", "一小", "school")]
    with contextlib.suppress(RefusedFile):
        read = filled.read(data, packaged(), TREE, units, TODAY)
        assert set(read.numbers) <= {(1, date(2026, 3, 1), one.id) for one in packaged().counted_by("school")}
        assert len(read.faults) <= filled.MOST_FAULTS


def test_a_number_told_twice_has_to_be_the_same() -> None:
    units = [Unit(1, "baoji", "一小", "school")]
    line = f"{TREE.name('baoji')},一小,家长会,"
    same = filled.read(f"辖区,单位,数,2026-03\n{line}2\n{line}2\n{line}\n".encode(), packaged(), TREE, units, TODAY)
    assert (same.faults, list(same.numbers.values())) == ((), [2])
    other = filled.read(f"辖区,单位,数,2026-03\n{line}2\n{line}5\n".encode(), packaged(), TREE, units, TODAY)
    assert other.faults == ("第 3 行 D 列：和这张表里前面写的不一样，请只留一个。",)
