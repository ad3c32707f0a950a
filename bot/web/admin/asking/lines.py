"""Reading many questions: pasted or uploaded, one a line, or CSV with what is expected beside each. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from bot.privacy import mask
from bot.store.trials import Line

MOST, LENGTH = 500, 600
BYTES = 512 * 1024
HEADS = ("问题", "问法", "question", "家长说")


class LinesError(Exception):
    """What cannot be read; the sentence names the line."""


def decoded(data: bytes) -> str:
    """Read the bytes of a file: UTF-8, or GB18030 as Excel saves it here.

    Raises:
        LinesError: it is neither, or no text at all.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise LinesError("这个文件不是纯文本，没有收下。请存成 TXT 或 CSV 再传。")


def read(text: str, find: Callable[[str], str]) -> tuple[Line, ...]:
    """Read the questions; `find` gives the id for the title of what is expected, or raises with a sentence.

    Numbers and names are masked: real questions are pasted here.

    Raises:
        LinesError: no questions, too many, or one that cannot be understood.
    """
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text.replace("\r\n", "\n"), newline="")) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise LinesError("这张表读不出来，请一行写一句，或另存成 CSV 再传。") from error
    if rows and rows[0][0].strip().lower() in HEADS:
        rows = rows[1:]
    if not rows:
        raise LinesError("还没有问题，请一行写一句。")
    if len(rows) > MOST:
        raise LinesError(f"有 {len(rows)} 句，一次最多 {MOST} 句，请分成几次。")
    return tuple(_line(row, number, find) for number, row in enumerate(rows, 1))


def _line(row: list[str], number: int, find: Callable[[str], str]) -> Line:
    words, wanted = row[0].strip(), row[1].strip() if len(row) > 1 else ""
    if not words or len(words) > LENGTH:
        raise LinesError(f"第 {number} 句" + ("是空的。" if not words else f"太长了，一句最多 {LENGTH} 字。"))
    if len(row) > 2:
        # A comma of the sentence itself: the whole line is the question unless the last cell names an entry.
        words, wanted = "，".join(cell.strip() for cell in row if cell.strip()), ""
    if not wanted:
        return Line(mask(words))
    try:
        return Line(mask(words), find(wanted))
    except Exception as error:
        raise LinesError(f"第 {number} 句：{error}") from error
