"""CSV as spreadsheets write it: UTF-8, UTF-16 or GB18030; commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
import re

from knowledge.imports.base import MOST_IN_A_CELL, MOST_TEXT, Parsed, RefusedFile
from knowledge.imports.tables import Bounds, letters, parsed

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# In text that people wrote none of these stand; in a picture or a program read as text some do.
_GARBAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ufffe\uffff]")
GARBAGE = "里面不是文字，或者编码认不出来。请在表格软件里另存为“CSV UTF-8”再上传。"


def decoded(data: bytes) -> str:
    """Read bytes as text, in the encoding they are in.

    Raises:
        RefusedFile: they are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding, strict=False)
    if b"\x00" in data:  # UTF-16 without its mark, or no text at all
        raise RefusedFile(GARBAGE)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030", strict=True)


def _decoded(data: bytes, encoding: str, *, strict: bool) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise RefusedFile(GARBAGE) from None
    if "\x00" in text or (strict and _GARBAGE.search(text)):
        raise RefusedFile(GARBAGE)
    return text


def read(data: bytes, name: str) -> Parsed:
    """Read a CSV file.

    Raises:
        RefusedFile: it is no text, or too much.
    """
    text = decoded(data)
    if len(text) > MOST_TEXT:
        raise RefusedFile("整个文件的字太多，请分成几个文件。")
    csv.field_size_limit(MOST_IN_A_CELL + 1)
    table: list[list[str]] = []
    bounds = Bounds()
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            bounds.row(line)
            table.append([cell.replace("\r\n", "\n") for cell in line])
    except csv.Error:
        raise RefusedFile("有一格太长，或者引号没有成对，读不下去。请在表格软件里打开，另存为“CSV UTF-8”。") from None
    return parsed(table, name, lambda row, at: f"第 {row + 1} 行 {letters(at)} 列")


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)
