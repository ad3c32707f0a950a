"""A table of one sort <-> rows, whichever program holds it: heads, long texts in several cells, harmless formulas.

A text that a spreadsheet would take for a formula gets an apostrophe before it, which is taken away when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from knowledge import amend
from knowledge.amend import Sort, Thing
from knowledge.imports.base import (
    MOST_COLUMNS,
    MOST_IN_A_CELL,
    MOST_ROWS,
    MOST_TEXT,
    Cell,
    Complaint,
    Parsed,
    Raw,
    RefusedFile,
)
from knowledge.imports.columns import COLUMNS, EXAMPLE_ID, MEANING_ID, head_of, key_of, sort_of
from knowledge.imports.values import shortened, write
from knowledge.imports.vocabulary import Vocabulary

# Excel cuts a cell at 32,767 units of UTF-16; half of that in characters is always less.
LONGEST_CELL = 16_000
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_QUOTED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_MORE = re.compile(r"(?P<head>.+?)（续(?P<number> \d+)?）")

Table = list[list[str]]


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_meant(text: str) -> str:
    """Undo `harmless`."""
    return text[1:] if _QUOTED.match(text) else text


def written(sort: Sort, things: Iterable[Thing], vocabulary: Vocabulary) -> Table:
    """Give the table of some things: its heads, then a row each."""
    columns = COLUMNS[sort]
    rows: list[list[list[str]]] = []
    for thing in things:
        body = amend.encode(thing)
        texts = [write(column, body[column.key], vocabulary) if column.key in body else "" for column in columns]
        rows.append([_pieces(text) for text in texts])
    widths = [max((len(row[at]) for row in rows), default=1) for at in range(len(columns))]
    heads = [head for column, width in zip(columns, widths, strict=True) for head in _heads(column.head, width)]
    padded = [
        [harmless(piece) for pieces, width in zip(row, widths, strict=True) for piece in _filled(pieces, width)]
        for row in rows
    ]
    return [heads, *padded]


def _pieces(text: str) -> list[str]:
    return [text[at : at + LONGEST_CELL] for at in range(0, len(text), LONGEST_CELL)] or [""]


def _filled(pieces: list[str], width: int) -> list[str]:
    return pieces + [""] * (width - len(pieces))


def _heads(head: str, width: int) -> list[str]:
    return [head, *(f"{head}（续）" if at == 1 else f"{head}（续 {at}）" for at in range(1, width))]


Place = Callable[[int, int], str]  # of a row and a column, both counted from 0


def parsed(table: Sequence[Sequence[str]], name: str, place: Place, *, sort: Sort | None = None) -> Parsed:
    """Read a table. `name` is that of the sheet or file; `place` says where a cell stands.

    Raises:
        RefusedFile: it is larger than anything of ours.
    """
    if not table:
        return Parsed()
    heads = [head.strip() for head in table[0]]
    sort = sort or sort_of(heads, name)
    if sort is None:
        what = "看不出是条目、服务与热线、活动、归口还是依据"
        return Parsed(notes=(Complaint(name, what, "第一行照模板写列名"),))
    keys = [_key(sort, head) for head in heads]
    notes = [
        Complaint(
            place(0, at), f"不认识“{shortened(head)}”这一列，没有读", f"写成模板里的列名，例如“{head_of(sort, 'id')}”"
        )
        for at, (head, key) in enumerate(zip(heads, keys, strict=True))
        if head and key is None
    ]
    notes += [
        Complaint(place(0, at), f"“{heads[at]}”写了两列，只读前一列", "删去一列")
        for at, key in enumerate(keys)
        if key and not _MORE.fullmatch(heads[at]) and key in keys[:at]
    ]
    rows = (_raw(sort, keys, heads, line, number, place) for number, line in enumerate(table[1:], 1))
    return Parsed(tuple(row for row in rows if row is not None), tuple(notes))


def _key(sort: Sort, head: str) -> str | None:
    more = _MORE.fullmatch(head)
    return key_of(sort, more["head"] if more else head)


def _raw(
    sort: Sort, keys: list[str | None], heads: list[str], line: Sequence[str], number: int, place: Place
) -> Raw | None:
    if not any(text.strip() for text in line):
        return None
    cells: dict[str, Cell] = {}
    for at, key in enumerate(keys):
        text = as_meant(line[at]) if at < len(line) else ""
        if key is None:
            continue
        if key not in cells:
            cells[key] = Cell(text, place(number, at))
        elif _MORE.fullmatch(heads[at]):
            cells[key] = Cell(cells[key].text + text, cells[key].place)
    if "id" in cells and cells["id"].text.strip().startswith((EXAMPLE_ID, MEANING_ID)):
        return None
    beyond = [place(number, at) for at in range(len(keys), len(line)) if line[at].strip()]
    complaints = tuple(Complaint(where, "这一格上面没有列名", "看看是不是错了一列") for where in beyond[:1])
    return Raw(sort, place(number, 0), cells, complaints=complaints)


class Bounds:
    """Counts what is read of a file, and stops where it is more than anything of ours."""

    def __init__(self) -> None:
        self._rows = self._text = 0

    def row(self, cells: Sequence[str]) -> None:
        """Count a row.

        Raises:
            RefusedFile: it is too much.
        """
        self._rows += 1
        self._text += sum(map(len, cells))
        if self._rows > MOST_ROWS + 1:
            raise RefusedFile(f"超过 {MOST_ROWS} 行，请分成几个文件。")
        if len(cells) > MOST_COLUMNS:
            raise RefusedFile(f"超过 {MOST_COLUMNS} 列，不像是这里的表。请用下载的模板。")
        if self._text > MOST_TEXT or any(len(cell) > MOST_IN_A_CELL for cell in cells):
            raise RefusedFile("有的格子太长，或者整个文件的字太多，请分成几个文件。")


def letters(at: int) -> str:
    """Name a column as spreadsheets do: A, B, …, Z, AA."""
    made = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        made = chr(65 + rest) + made
    return made
