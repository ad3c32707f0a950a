"""A CSV file or a workbook as plain rows of texts, for tables that are no things of the library.

A workbook is read in a process of its own, with the limits of `knowledge.imports.apart`.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

from knowledge.imports.apart import SECONDS, TOO_MUCH, limited
from knowledge.imports.archive import BROKEN, guarded, opened
from knowledge.imports.base import MOST_IN_A_CELL, RefusedFile
from knowledge.imports.from_csv import decoded
from knowledge.imports.tables import Bounds

Rows = list[list[str]]

OLD = "文件设了密码，或者是旧格式（.xls）。请去掉密码，另存为 .xlsx 再上传。"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Excel wrote before 2007, and what it locks today
_FORMULA = "公式"  # stands for a cell that is computed: it is no number
_ROOT = Path(__file__).parents[2]


def rows(data: bytes, *, seconds: float = SECONDS) -> Rows:
    """Give the rows of a file; of a workbook those of its first sheet.

    Raises:
        RefusedFile: nothing of it can be taken, or it took too much.
    """
    if data.startswith(_OLD):
        raise RefusedFile(OLD)
    return _apart(data, seconds) if data.startswith(b"PK") else _csv(data)


def _csv(data: bytes) -> Rows:
    text = decoded(data)
    head = text.partition("\n")[0]
    csv.field_size_limit(MOST_IN_A_CELL + 1)
    bounds, found = Bounds(), []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)):
            bounds.row(line)
            found.append(line)
    except csv.Error:
        raise RefusedFile("有一格太长，或者引号没有成对，读不下去。请另存为“CSV UTF-8”。") from None
    return found


def _apart(data: bytes, seconds: float) -> Rows:
    given = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "knowledge.imports.plain"],
            input=data,
            capture_output=True,
            timeout=seconds,
            env=given,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RefusedFile(TOO_MUCH) from None
    if done.returncode:  # killed by its limits, or a fault of ours: either way nothing of the file is known
        raise RefusedFile(TOO_MUCH)
    answer: dict[str, Any] = json.loads(done.stdout)
    if refused := answer.get("refused"):
        raise RefusedFile(refused)
    found: Rows = answer["rows"]
    return found


def workbook(data: bytes) -> Rows:
    """Read the first sheet of a workbook in this process.

    Raises:
        RefusedFile: it is broken, locked, a trap, or too much.
    """
    from knowledge.imports.from_xlsx import lines, value_of  # noqa: PLC0415 - openpyxl is needed in the child alone

    guarded(opened(data))
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415 - see above; it comes without types

    bounds, found = Bounds(), []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that we do not look at
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a sheet says of its own size is not believed
            for line in lines(sheet):
                texts = [_FORMULA if wrong else text for text, wrong in map(value_of, line)]
                bounds.row(texts)
                found.append(texts)
    except RefusedFile:
        raise
    except Exception as error:
        raise RefusedFile(BROKEN) from error
    return found


def main() -> None:
    """Read the workbook on standard input; its rows as JSON on standard output."""
    limited()
    answer: dict[str, object]
    try:
        answer = {"rows": workbook(sys.stdin.buffer.read())}
    except RefusedFile as refused:
        answer = {"refused": str(refused)}
    except (MemoryError, RecursionError):
        answer = {"refused": TOO_MUCH}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
