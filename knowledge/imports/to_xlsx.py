"""Excel workbooks: a sheet a sort; as a template also what each column means, and the words to choose from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]  # it comes without types
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from openpyxl.utils import quote_sheetname  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from knowledge.amend import SORT_WORDS, Sort, Thing
from knowledge.imports.columns import COLUMNS
from knowledge.imports.tables import Table, letters, written
from knowledge.imports.vocabulary import Vocabulary

WORDS_SHEET, HELP_SHEET = "可以写的词", "说明"
_WIDTHS = {"brief": 60, "full": 80, "wordings": 50, "about": 50, "title": 36, "name": 30, "problem": 36}
_TOP = Alignment(vertical="top", wrap_text=True)
_ROWS = 5000


def workbook(things: Mapping[Sort, Sequence[Thing]], vocabulary: Vocabulary) -> bytes:
    """Write some sorts, a sheet each."""
    book = Workbook(write_only=True)
    for sort, held in things.items():
        _sheet(book, sort, written(sort, held, vocabulary))
    return _saved(book)


def template(tables: Mapping[Sort, Table], vocabulary: Vocabulary) -> bytes:
    """Write sheets to be filled in, with lists to choose from where one value of a closed list is wanted."""
    book = Workbook(write_only=True)
    choices = _choices(vocabulary)
    at = {name: number for number, name in enumerate(choices)}
    for sort, table in tables.items():
        sheet = _sheet(book, sort, table)
        for number, one in enumerate(COLUMNS[sort]):
            name = f"{SORT_WORDS[sort]} {one.head}" if one.choices else one.head
            if one.form == "choice" and name in at:
                letter = letters(at[name])
                source = f"{quote_sheetname(WORDS_SHEET)}!${letter}$2:${letter}${len(choices[name]) + 1}"
                rule = DataValidation(type="list", formula1=source, allow_blank=True)
                rule.errorTitle, rule.error = "请选一个", "请从列表里选。"
                rule.add(f"{letters(number)}2:{letters(number)}{_ROWS}")
                sheet.data_validations.append(rule)
    _help(book, tables)
    words = book.create_sheet(WORDS_SHEET)
    words.append(list(choices))
    longest = max(map(len, choices.values()), default=0)
    for number in range(longest):
        words.append([held[number] if number < len(held) else None for held in choices.values()])
    return _saved(book)


def _choices(vocabulary: Vocabulary) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sort, columns in COLUMNS.items():
        for one in columns:
            if one.choices:
                found[f"{SORT_WORDS[sort]} {one.head}"] = list(one.choices.values())
    for key, head in (("topics", "主题"), ("stages", "阶段"), ("families", "家庭")):
        found[head] = list(vocabulary.names[key].words.values())
    return found


def _help(book: Workbook, tables: Mapping[Sort, Table]) -> None:
    sheet = book.create_sheet(HELP_SHEET)
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = 18
    sheet.column_dimensions["C"].width = 80
    sheet.append(["表", "列", "怎么写"])
    for sort in tables:
        for one in COLUMNS[sort]:
            sheet.append([SORT_WORDS[sort], one.head, one.means or "照实写，没有就空着"])


def _sheet(book: Workbook, sort: Sort, table: Table) -> Any:
    sheet = book.create_sheet(SORT_WORDS[sort])
    sheet.freeze_panes = "A2"
    for at, head in enumerate(table[0]):
        known = next((one for one in COLUMNS[sort] if one.head == head), None)
        sheet.column_dimensions[letters(at)].width = _WIDTHS.get(known.key if known else "", 16)
    for number, line in enumerate(table):
        sheet.append([_cell(sheet, text, head=not number) for text in line])
    return sheet


def _cell(sheet: Any, text: str, *, head: bool) -> Any:
    cell = WriteOnlyCell(sheet, value=text or None)
    if text:
        cell.data_type = "s"  # a text, whatever it looks like
    if head:
        cell.font = Font(bold=True)
    else:
        cell.alignment = _TOP
    return cell


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
