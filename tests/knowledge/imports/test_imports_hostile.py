"""Files that are traps, or not what they say: each gets a clear sentence, none gives a row."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import docx
import openpyxl
import pytest

from knowledge.files import load
from knowledge.imports import apart
from knowledge.imports.apart import read_apart
from knowledge.imports.base import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, RefusedFile
from knowledge.imports.exports import exported
from knowledge.imports.judge import judged
from knowledge.imports.reading import read

LIBRARY = load()
CSV = exported(LIBRARY, "csv", ["source"]).data


def packed(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        for name, data in members.items():
            held.writestr(name, data)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        return {name: held.read(name) for name in held.namelist()}


def a_workbook(fill: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] = lambda _: None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "依据"
    sheet.append(["编号", "标题", "种类", "发布单位", "日期"])
    sheet.append(["a-law", "某某法", "法律", "全国人大", "2024-01-01"])
    fill(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_document() -> bytes:
    made = docx.Document()
    made.add_heading("孩子不肯睡怎么办？", 1)
    made.add_paragraph("主题：睡眠作息")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    held = members(data)
    return packed({**held, name: change(held.get(name, b""))})


def declared(entities: bytes, use: bytes) -> Callable[[bytes], bytes]:
    """Put a document type before an XML, and a use of what it declares into it."""

    def change(xml: bytes) -> bytes:
        body = xml.partition(b"?>")[2] if xml.startswith(b"<?xml") else xml
        return b"<!DOCTYPE x [" + entities + b"]>" + body.replace("某某法".encode(), use).replace("睡眠".encode(), use)

    return change


LAUGHS = b'<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
OUTSIDE = b'<!ENTITY a SYSTEM "file:///etc/passwd">'
FAR = b'<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;'
SHEET, BODY, STRINGS = "xl/worksheets/sheet1.xml", "word/document.xml", "xl/sharedStrings.xml"
ZEROS = b"0" * (30 * 1024 * 1024)


def locked(data: bytes) -> bytes:
    """Say in a zip's directory that its members need a password."""
    held = bytearray(data)
    at = 0
    while (at := held.find(b"PK\x01\x02", at)) >= 0:
        held[at + 8] |= 1
        at += 4
    return bytes(held)


TRAPS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.csv", lambda: b"", "文件是空的"),
    "only a mark": ("a.csv", lambda: b"\xef\xbb\xbf\r\n", "文件是空的"),
    "too long": ("a.csv", lambda: b"x" * (MOST_BYTES + 1), "超过 10 MB"),
    "zip bomb as a workbook": ("a.xlsx", lambda: with_part(a_workbook(), SHEET, lambda _: ZEROS), "解开来太大"),
    "zip bomb of zeros": ("a.zip", lambda: packed({"a.csv": ZEROS}), "解开来太大"),
    "many files": ("a.zip", lambda: packed({f"{n}.md": b"" for n in range(6001)}), "解开来太大"),
    "laughs in a sheet": ("a.xlsx", lambda: with_part(a_workbook(), STRINGS, declared(LAUGHS, b"&j;")), "引用"),
    "laughs in a document": ("a.docx", lambda: with_part(a_document(), BODY, declared(LAUGHS, b"&j;")), "引用"),
    "a file of ours in a sheet": (
        "a.xlsx",
        lambda: with_part(a_workbook(), STRINGS, declared(OUTSIDE, b"&a;")),
        "引用",
    ),
    "a file of ours in a document": (
        "a.docx",
        lambda: with_part(a_document(), BODY, declared(OUTSIDE, b"&a;")),
        "引用",
    ),
    "another server": ("a.docx", lambda: with_part(a_document(), "word/styles.xml", declared(FAR, b"")), "引用"),
    "another server in UTF-16": (
        "a.docx",
        lambda: with_part(a_document(), BODY, lambda _: ('<!DOCTYPE x SYSTEM "http://a/">' + "<x/>").encode("utf-16")),
        "引用",
    ),
    "macros": ("a.xlsx", lambda: with_part(a_workbook(), "xl/vbaProject.bin", lambda _: b"x"), "有宏"),
    "macros by name": ("a.xlsm", a_workbook, "宏"),
    "macros by type": (
        "a.xlsx",
        lambda: with_part(
            a_workbook(), "[Content_Types].xml", lambda xml: xml.replace(b"sheet.main", b"sheet.macroEnabled.main")
        ),
        "有宏",
    ),
    "password of today": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "密码"),
    "password of a zip": ("a.zip", lambda: locked(packed({"a.csv": CSV})), "密码"),
    "old format": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "旧格式"),
    "a torn zip": ("a.xlsx", lambda: a_workbook()[:-100], "文件坏了"),
    "a zip with rot in it": ("a.xlsx", lambda: a_workbook().replace(b"PK\x03\x04", b"PK\x03\x05"), "文件坏了"),
    "a workbook that is text": ("a.xlsx", lambda: CSV, "里面却不是"),
    "a text that is a workbook": ("a.csv", a_workbook, "里面却是Excel"),
    "a workbook that is a document": ("a.xlsx", a_document, "里面却是Word"),
    "no such format": ("a.pdf", lambda: b"%PDF-1.7", "只能导入"),
    "no ending": ("README", lambda: CSV, "只能导入"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "不是文字"),
    "NUL": ("a.csv", lambda: CSV.replace("法".encode(), b"\x00"), "不是文字"),
    "noise": ("a.csv", lambda: bytes(n * 7919 % 255 + 1 for n in range(5000)), "不是文字"),
    "too many rows": ("a.csv", lambda: "编号,标题\n".encode() + b"a,b\n" * (MOST_ROWS + 1), "请分成几个文件"),
    "too many columns": ("a.csv", lambda: b"a," * (MOST_COLUMNS + 1) + b"\n", "列，不像"),
    "a far column": ("a.xlsx", lambda: a_workbook(lambda sheet: sheet.cell(3, 16384, "x")), "列，不像"),
    "one endless cell": ("a.csv", lambda: '编号,标题\na,"'.encode() + b"x" * 300_000, "太长"),
    "nothing in it": ("a.zip", lambda: packed({"a/": b""}), "压缩包里没有"),
    "no XML": ("a.docx", lambda: with_part(a_document(), BODY, lambda _: b"<w:document"), "文件坏了"),
    "deep XML": ("a.docx", lambda: with_part(a_document(), BODY, lambda _: b"<a>" * 9000 + b"</a>" * 9000), "文件坏了"),
    "open revisions": (
        "a.docx",
        lambda: with_part(
            a_document(),
            BODY,
            lambda xml: xml.replace(b"<w:r>", b'<w:ins w:id="1"><w:r>', 1).replace(b"</w:r>", b"</w:r></w:ins>", 1),
        ),
        "修订",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_gets_a_clear_sentence_and_gives_nothing(name: str) -> None:
    file, make, said = TRAPS[name]
    with pytest.raises(RefusedFile, match=said):
        read(make(), file)


def test_the_same_is_said_from_the_process_apart() -> None:
    file, make, said = TRAPS["laughs in a document"]
    with pytest.raises(RefusedFile, match=said):
        read_apart(make(), file)


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="太费时间"):
        read_apart(exported(LIBRARY, "xlsx").data, "a.xlsx", seconds=0.05)


def test_what_takes_too_much_memory_fails_apart() -> None:
    """The limit holds in the child: without it this would be a gigabyte and a half in the process of the bot."""
    code = "from knowledge.imports import apart; apart.limited(); bytearray(3 * 1024**3)"
    root = {"PYTHONPATH": str(Path(apart.__file__).parents[2]), "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", code], env=root, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr


def test_the_size_that_a_sheet_states_is_not_believed() -> None:
    lying = with_part(
        a_workbook(), SHEET, lambda xml: xml.replace(b'<dimension ref="A1:E2"', b'<dimension ref="A1:XFD1048576"')
    )
    assert b"XFD1048576" in members(lying)[SHEET]
    assert [row.key for row in judged(read(lying, "a.xlsx"), LIBRARY)] == ["a-law"]


def test_rows_far_down_do_not_make_a_sheet_endless() -> None:
    far = a_workbook(lambda sheet: sheet.cell(1_000_000, 1, "x"))
    assert [row.key for row in judged(read(far, "a.xlsx"), LIBRARY)] == ["a-law"]


def test_a_formula_is_refused_at_its_place_and_the_other_rows_are_read() -> None:
    def fill(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.append(["b-law", '=HYPERLINK("http://a/","某某法")', "法律", "全国人大", "2024-01-01"])

    sound, bad = judged(read(a_workbook(fill), "a.xlsx"), LIBRARY)
    assert sound.standing == "new"
    assert bad.body is None
    assert (bad.faults[0].place, bad.faults[0].what) == ("依据 B3", "是公式，不能导入")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_that_spreadsheets_write_is_read(encoding: str) -> None:
    data = CSV.decode("utf-8-sig").encode(encoding)
    assert {row.standing for row in judged(read(data, "依据.csv"), LIBRARY)} == {"unchanged"}


def test_a_broken_file_in_a_zip_is_told_and_the_others_are_read() -> None:
    found = read(packed({"依据.csv": CSV, "b.csv": b"\x00", "c.exe": b"MZ", "../../d.csv": b"MZ"}), "a.zip")
    assert len(found.rows) == len(LIBRARY.sources)
    assert {note.place for note in found.notes} == {"b.csv", "c.exe", "../../d.csv"}
