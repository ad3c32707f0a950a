"""Tables as pages show them and people take them along: CSV and XLSX, small counts hidden, nothing a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook  # type: ignore[import-untyped]  # it comes without types

Cell = str | int
FEW = 5  # behind a smaller count it might be known who stands
NOTHING = "—"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML has no way to write these


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: `bars` gives for each row how long its bar is (None: it is hidden), where the page draws one."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bars: tuple[int | None, ...] = ()


def share(part: int, whole: int) -> str:
    """Write a share of at least five; of fewer nothing is said."""
    return f"{part / whole:.0%}" if whole >= FEW else NOTHING


def harmless(cell: Cell) -> Cell:
    """Make sure that no spreadsheet takes a text for a formula, and that it can be kept in one."""
    if isinstance(cell, int):
        return cell
    text = _UNKEEPABLE.sub("", cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_line(cells: Sequence[Cell]) -> str:
    """Write one row of CSV, for tables that are written as they are read."""
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def as_csv(tables: Sequence[Sheet]) -> bytes:
    """Write the tables below each other, for spreadsheets that need the mark to see UTF-8."""
    lines = [as_line(row) for table in tables for row in ((table.title,), table.head, *table.rows, ())]
    return "".join(lines).encode("utf-8-sig")


def as_xlsx(tables: Sequence[Sheet]) -> bytes:
    """Write a workbook with a sheet for each table. Slow enough to be called off the loop."""
    book = Workbook(write_only=True)
    for table in tables:
        page = book.create_sheet(table.title)
        for row in (table.head, *table.rows):
            page.append([harmless(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
