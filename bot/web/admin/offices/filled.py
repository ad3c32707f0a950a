"""Numbers as a table that people fill in elsewhere and bring back: a row for each unit and count, a column a month.

Read by the house's own readers, counted and bounded, a workbook in a process of its own. A formula is no number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.store.units import Unit
from bot.web.admin.offices import numbers
from bot.web.sheets import Cell, Sheet
from knowledge.demands import Count, Table
from knowledge.imports.base import RefusedFile
from knowledge.imports.plain import rows
from knowledge.imports.tables import as_meant, harmless, letters
from knowledge.regions import RegionTree
from knowledge.verdicts import Counted

HEAD = ("辖区", "单位", "数")
MOST_FAULTS = 20
_MONTH = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月|(20\d\d)[-/](\d{1,2})(?:[-/]\d{1,2})?")
_CALLED = "表里的列名要有“辖区”“单位”“数”和月份，月份写成“2026 年 3 月”。请用下载的填报表。"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a file says: numbers by unit, month and count; what is wrong, each with its row and column."""

    numbers: Mapping[tuple[int, date, str], int]
    faults: tuple[str, ...] = ()


def form(
    table: Table, tree: RegionTree, units: Sequence[Unit], counted: Mapping[int, Counted], months: Sequence[date]
) -> Sheet:
    """Give the table to be filled in, with the numbers that are there."""
    held: list[tuple[Cell, ...]] = []
    for unit in units:
        for count in table.counted_by(unit.sort):
            own = counted.get(unit.id, {}).get(count.id, {})
            cells = tuple(own.get(month, "") for month in months)
            held.append((tree.name(unit.region), harmless(unit.name), count.name, *cells))
    return Sheet("填报", (*HEAD, *(f"{month.year} 年 {month.month} 月" for month in months)), tuple(held))


def read(data: bytes, table: Table, tree: RegionTree, units: Sequence[Unit], today: date) -> Filled:
    """Read a filled-in table; an empty cell says nothing. `units` are those that may be written.

    Raises:
        RefusedFile: it is no such table, or too much.
    """
    lines = rows(data)
    if not lines:
        raise RefusedFile("文件是空的。")
    heads = [head.strip() for head in lines[0]]
    if any(head not in heads for head in HEAD):
        raise RefusedFile(_CALLED)
    places = [heads.index(head) for head in HEAD]
    months, faults = _months(heads, today)
    if not months and not faults:
        raise RefusedFile(_CALLED)
    known = {(tree.name(unit.region), unit.name): unit for unit in units}
    found: dict[tuple[int, date, str], int] = {}
    for number, line in enumerate(lines[1:], 2):
        if len(faults) >= MOST_FAULTS:
            break
        if any(cell.strip() for cell in line):
            own = [as_meant(line[at].strip()) if at < len(line) else "" for at in places]
            wrong = _row(number, line, own, known, table, months, found)
            faults += wrong
    return Filled(found, tuple(faults[:MOST_FAULTS]))


def _row(
    number: int,
    line: Sequence[str],
    own: Sequence[str],
    known: Mapping[tuple[str, str], Unit],
    table: Table,
    months: Mapping[int, date],
    found: dict[tuple[int, date, str], int],
) -> list[str]:
    place, name, said = own
    unit = known.get((place, name))
    if unit is None:
        return [f"第 {number} 行：{place}没有叫“{name[:30]}”的单位，请先加上，或改成一样的名字。"]
    count = next((one for one in table.counted_by(unit.sort) if one.name == said), None)
    if count is None:
        return [f"第 {number} 行：“{said[:30]}”不是这种单位要报的数。"]
    return [
        f"第 {number} 行 {letters(at)} 列：{fault}"
        for at, month in months.items()
        if (fault := _cell(line[at] if at < len(line) else "", unit, count, month, found))
    ]


def _cell(text: str, unit: Unit, count: Count, month: date, found: dict[tuple[int, date, str], int]) -> str:
    value, fault = numbers.number_of(text.strip(), count)
    key = (unit.id, month, count.id)
    if value is not None and found.setdefault(key, value) != value:
        return "和这张表里前面写的不一样，请只留一个。"
    return fault


def _months(heads: Sequence[str], today: date) -> tuple[dict[int, date], list[str]]:
    """Give the columns of months, and what is wrong with the others: none is passed over, or its numbers were lost."""
    found: dict[int, date] = {}
    faults: list[str] = []
    for at, head in enumerate(heads):
        if not head or head in HEAD:
            continue
        match = _MONTH.fullmatch(head)
        month = int(match[2] or match[4]) if match else 0
        first = date(int(match[1] or match[3]), month, 1) if match and 1 <= month <= 12 else None
        if first is None:
            faults.append(f"第 1 行 {letters(at)} 列：不认识“{head[:30]}”，月份请写成“2026 年 3 月”。")
        elif first > today or first.year < numbers.FIRST_YEAR:
            faults.append(f"第 1 行 {letters(at)} 列：{head}现在不能填。")
        else:
            found[at] = first
    return found, faults
