"""Any file to be imported: what it really is, whatever its name says, and the reader for it."""

from __future__ import annotations

from collections.abc import Mapping
from zipfile import ZipFile

from knowledge.imports import from_csv, from_docx, from_markdown, from_xlsx
from knowledge.imports.archive import guarded, member, opened
from knowledge.imports.base import MOST_BYTES, MOST_ROWS, Complaint, Parsed, Raw, RefusedFile

ENDINGS = (".csv", ".xlsx", ".docx", ".md", ".zip")
_MACRO_ENDINGS = (".xlsm", ".xltm", ".xlsb", ".docm", ".dotm")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Excel and Word wrote before 2007, and what they lock today
_WORDS = {".csv": "CSV", ".xlsx": "Excel 表格", ".docx": "Word 文档", ".md": "Markdown", ".zip": "压缩包"}


def read(data: bytes, name: str) -> Parsed:
    """Read a file into rows.

    Raises:
        RefusedFile: nothing of it can be taken.
    """
    if len(data) > MOST_BYTES:
        raise RefusedFile(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请分成几个。")
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise RefusedFile("文件是空的。")
    ending = _ending(name)
    if data.startswith(_OLD):
        raise RefusedFile("文件设了密码，或者是旧格式（.xls、.doc）。请去掉密码，另存为 .xlsx 或 .docx。")
    if ending in _MACRO_ENDINGS:
        raise RefusedFile("带宏的文件不能导入。请另存为不带宏的 .xlsx 或 .docx。")
    if ending not in ENDINGS:
        raise RefusedFile("只能导入 .xlsx、.csv、.docx、.md，或者几个 .csv、.md 的 .zip。")
    if data.startswith(b"PK"):
        return _packed(opened(data), data, ending)
    if ending not in (".csv", ".md"):
        raise RefusedFile(f"名字是 {ending}，里面却不是{_WORDS[ending]}。请重新保存一次再上传。")
    return from_csv.read(data, name) if ending == ".csv" else from_markdown.read(data, name)


def _packed(held: ZipFile, data: bytes, ending: str) -> Parsed:
    names = set(held.namelist())
    kind = ".xlsx" if "xl/workbook.xml" in names else ".docx" if "word/document.xml" in names else ".zip"
    if kind != ending:
        raise RefusedFile(f"名字是 {ending}，里面却是{_WORDS[kind]}。请把名字改成 {kind} 再上传。")
    if kind == ".zip":
        return _several(held)
    guarded(held)
    return from_xlsx.read(data) if kind == ".xlsx" else from_docx.read(data)


def _several(held: ZipFile) -> Parsed:
    rows: list[Raw] = []
    notes: list[Complaint] = []
    for info in held.infolist():
        # Folders, and what a Mac adds to every zip.
        if info.is_dir() or "__MACOSX" in info.filename or info.filename.rpartition("/")[2].startswith("."):
            continue
        ending = _ending(info.filename)
        if ending not in (".csv", ".md"):
            if ending != ".txt":
                notes.append(Complaint(info.filename, "没有读", "压缩包里只放 .csv 和 .md"))
            continue
        found = _one(member(held, info.filename), info.filename, ending)
        rows += found.rows
        notes += found.notes
        if len(rows) > MOST_ROWS:
            raise RefusedFile(f"超过 {MOST_ROWS} 条，请分成几个文件。")
    if not rows and not notes:
        raise RefusedFile("压缩包里没有 .csv 或 .md。")
    return Parsed(tuple(rows), tuple(notes))


def _one(data: bytes, name: str, ending: str) -> Parsed:
    try:
        found = from_csv.read(data, name) if ending == ".csv" else from_markdown.read(data, name)
    except RefusedFile as refused:
        return Parsed(notes=(Complaint(name, "没有读", str(refused).rstrip("。")),))
    return Parsed(tuple(_within(raw, name) for raw in found.rows), found.notes) if ending == ".csv" else found


def _within(raw: Raw, name: str) -> Raw:
    """Say of a row in which of several files it stands."""
    where: Mapping[str, str] = {cell.place: f"{name} {cell.place}" for cell in raw.cells.values()}
    cells = {key: type(cell)(cell.text, where[cell.place]) for key, cell in raw.cells.items()}
    complaints = tuple(Complaint(f"{name} {one.place}", one.what, one.mend) for one in raw.complaints)
    return Raw(raw.sort, f"{name} {raw.place}", cells, raw.body, complaints)


def _ending(name: str) -> str:
    return ("." + name.rpartition(".")[2]).lower() if "." in name else ""
