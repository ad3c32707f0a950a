"""The library, or a sort of it, as a file of any format. What a format cannot hold is said, never dropped in silence.

CSV and Excel hold everything. Word and Markdown hold entries, which are texts: the rest are tables, and are read as
such. The taxonomy, the regions and the paraphrases are not things that people edit one by one; they stay in the
content folder.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from knowledge import amend, entry_files
from knowledge.amend import SORT_WORDS, SORTS, Sort, Thing
from knowledge.imports import tables
from knowledge.imports.to_docx import document
from knowledge.imports.to_xlsx import workbook
from knowledge.imports.vocabulary import Vocabulary
from knowledge.model import Entry, Library

Format = Literal["xlsx", "csv", "docx", "md"]
FORMATS: tuple[Format, ...] = get_args(Format)
FORMAT_WORDS: Mapping[Format, str] = {"xlsx": "Excel", "csv": "CSV", "docx": "Word", "md": "Markdown"}
HOLDS: Mapping[Format, tuple[Sort, ...]] = {"xlsx": SORTS, "csv": SORTS, "docx": ("entry",), "md": ("entry",)}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "zip": "application/zip",
}
_STAMP = (2026, 1, 1, 0, 0, 0)  # the same library gives the same zip


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to be downloaded; `left_out` are the titles of what it does not hold."""

    name: str
    data: bytes
    left_out: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """Its media type."""
        return TYPES[self.name.rpartition(".")[2]]


def exported(library: Library, form: Format, sorts: Sequence[Sort] = SORTS) -> Exported:
    """Write all things of these sorts.

    Raises:
        ValueError: the format holds none of them.
    """
    held = [sort for sort in sorts if sort in HOLDS[form]]
    if not held:
        raise ValueError(f"{form} holds none of {sorts}")
    vocabulary = Vocabulary.of(library)
    name = SORT_WORDS[held[0]] if len(held) == 1 else "知识库"
    things: dict[Sort, list[Thing]] = {sort: list(amend.of(library, sort).values()) for sort in held}
    match form:
        case "xlsx":
            return Exported(f"{name}.xlsx", workbook(things, vocabulary))
        case "csv":
            return _csv(name, {sort: csv_text(sort, things[sort], vocabulary) for sort in held})
        case "docx":
            return Exported(f"{name}.docx", document(list(library.entries.values()), vocabulary))
        case "md":
            return _markdown(name, list(library.entries.values()))


def csv_text(sort: Sort, things: Sequence[Thing], vocabulary: Vocabulary) -> bytes:
    """Write a sort as CSV; the mark before it tells Excel that it is UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(tables.written(sort, things, vocabulary))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv(name: str, texts: Mapping[Sort, bytes]) -> Exported:
    if len(texts) == 1:
        return Exported(f"{name}.csv", next(iter(texts.values())))
    return Exported(f"{name}.zip", _zip({f"{SORT_WORDS[sort]}.csv": data for sort, data in texts.items()}))


def _markdown(name: str, entries: Sequence[Entry]) -> Exported:
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for entry in entries:
        text = entry_files.write(entry)
        try:
            same = entry_files.read(text, "")[0] == entry and "\r" not in text
            data = text.encode()
        except UnicodeEncodeError:
            same = False
        if same:
            files[f"{entry.topics[0] if entry.topics else '-'}/{entry.id}.md"] = data
        else:
            left_out.append(entry.title)
    if left_out:
        files["没有写进来的.txt"] = "\n".join(left_out).encode(errors="replace")
    return Exported(f"{name}.zip", _zip(files), tuple(left_out))


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        for name, data in files.items():
            held.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
