"""Excel workbooks: a sheet a sort. Values only; a formula is not computed here and not believed elsewhere."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it comes without types
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from knowledge.amend import SORT_WORDS
from knowledge.imports.archive import BROKEN
from knowledge.imports.base import MOST_COLUMNS, MOST_ROWS, Complaint, Parsed, Raw, RefusedFile
from knowledge.imports.tables import Bounds, letters, parsed

HELP_SHEETS = ("说明", "可以写的词")
_EMPTY_RUN = 200  # so many empty rows after one another end a sheet: formatted, never filled in
_SORTS = {word: sort for sort, word in SORT_WORDS.items()}


def read(data: bytes) -> Parsed:
    """Read a workbook that `archive` has let through.

    Raises:
        RefusedFile: it is broken or too much.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that we do not look at
            return _read(data)
    except RefusedFile:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError):
        raise RefusedFile(BROKEN) from None
    except (SyntaxError, OSError, AssertionError, OverflowError):  # what XML and sizes that are wrong lead to
        raise RefusedFile(BROKEN) from None


def _read(data: bytes) -> Parsed:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    rows: list[Raw] = []
    notes: list[Complaint] = []
    bounds = Bounds()
    for sheet in book.worksheets:
        if sheet.title in HELP_SHEETS:
            continue
        sheet.reset_dimensions()  # what a sheet says of its own size is not believed
        found = _sheet(sheet, bounds)
        rows += found.rows
        notes += found.notes
    return Parsed(tuple(rows), tuple(notes))


def _sheet(sheet: Any, bounds: Bounds) -> Parsed:
    table: list[list[str]] = []
    faults: dict[int, list[Complaint]] = {}
    title = str(sheet.title)
    for number, line in enumerate(lines(sheet)):
        texts: list[str] = []
        for at, cell in enumerate(line):
            text, wrong = value_of(cell)
            texts.append(text)
            if wrong:
                faults.setdefault(number, []).append(Complaint(f"{title} {letters(at)}{number + 1}", *wrong))
        bounds.row(texts)
        table.append(texts)
    found = parsed(table, title, lambda row, at: f"{title} {letters(at)}{row + 1}", sort=_SORTS.get(title.strip()))
    numbers = {f"{title} A{number + 1}": wrongs for number, wrongs in faults.items()}
    rows = tuple(
        Raw(raw.sort, raw.place, raw.cells, None, (*raw.complaints, *numbers.get(raw.place, ()))) for raw in found.rows
    )
    return Parsed(rows, found.notes)


def lines(sheet: Any) -> Iterator[list[Any]]:
    """Give the rows of a sheet without the empty cells at their ends, until it has none any more."""
    empty = 0
    for number, row in enumerate(sheet.iter_rows()):
        line = list(row)
        while line and line[-1].value is None:
            line.pop()
        empty = 0 if line else empty + 1
        if empty > _EMPTY_RUN:
            return
        if number > MOST_ROWS + _EMPTY_RUN:
            raise RefusedFile(f"“{sheet.title}”超过 {MOST_ROWS} 行，请分成几个文件。")
        if len(line) > MOST_COLUMNS:
            raise RefusedFile(f"“{sheet.title}”超过 {MOST_COLUMNS} 列，不像是这里的表。请用下载的模板。")
        yield line


def value_of(cell: Any) -> tuple[str, tuple[str, str] | None]:
    """Give the text of a cell, and what is wrong with it."""
    value = cell.value
    if value is None:
        return "", None
    if cell.data_type == "f":
        return "", ("是公式，不能导入", "复制这一格，选“只粘贴数值”")
    if cell.data_type == "e":
        return "", (f"是算错的结果（{str(value)[:20]}）", "写上内容，或者清空")
    return _text(value), None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value.strftime("%H:%M") if isinstance(value, time) else str(value)
