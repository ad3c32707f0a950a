"""Word documents: an entry per heading 1, its fields as a table, its answers line by line as Markdown.

The XML is written here: the ways of python-docx to make a table take a second for each entry of a long document.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml

from knowledge import amend
from knowledge.imports.columns import COLUMNS, Column, column
from knowledge.imports.docx_text import Line
from knowledge.imports.from_docx import BRIEF, FULL, body
from knowledge.imports.values import IN_FULL, in_full, write
from knowledge.imports.vocabulary import Vocabulary
from knowledge.model import Entry

_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_IN_PARTS = ("title", "brief", "full")
Part = tuple[str, str]  # a head and what stands under it


def document(entries: Sequence[Entry], vocabulary: Vocabulary) -> bytes:
    """Write entries."""
    return written([_fields(entry, vocabulary) for entry in entries])


def written(sections: Iterable[tuple[str, Sequence[Part], Sequence[Part]]]) -> bytes:
    """Write sections: title, rows of a table, answers."""
    made: Any = docx.Document()
    end = made.element.body.sectPr  # the shape of the pages, which stands last
    for title, rows, parts in sections:
        blocks = [_paragraph(title, "Heading1"), _table(rows)]
        for head, text in parts:
            blocks += [_paragraph(head, "Heading2"), *(_paragraph(line) for line in text.split("\n"))]
        for xml in blocks:
            end.addprevious(parse_xml(xml))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _fields(entry: Entry, vocabulary: Vocabulary) -> tuple[str, list[Part], list[Part]]:
    held = amend.encode(entry)

    def text(one: Column) -> str:
        return write(one, held[one.key], vocabulary) if one.key in held else ""

    rows = [(one.head, text(one)) for one in COLUMNS["entry"] if one.key not in _IN_PARTS]
    parts = [(BRIEF, _answer("brief", held, vocabulary)), (FULL, _answer("full", held, vocabulary))]
    title = column("entry", "title")
    return text(title) if title else "", rows, parts


def _answer(key: str, held: dict[str, object], vocabulary: Vocabulary) -> str:
    """Give an answer as lines that `from_docx.body` reads as they were; in full where it does not."""
    one = column("entry", key)
    if one is None:
        return ""
    text = write(one, held[key], vocabulary)
    if text.startswith(IN_FULL) or body([Line(line) for line in text.split("\n")]) == text:
        return text
    return in_full(held[key])


def _paragraph(text: str, style: str = "") -> str:
    shape = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p {_SPACE}>{shape}{_run(text)}</w:p>"


def _run(text: str) -> str:
    lines = [_tabbed(line) for line in text.split("\n")]
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>"


def _tabbed(line: str) -> str:
    return "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in line.split("\t"))


def _table(rows: Sequence[Part]) -> str:
    lines = "".join(f"<w:tr>{_boxed(label, 2000)}{_boxed(text, 7000)}</w:tr>" for label, text in rows)
    shape = f'<w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
    grid = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="7000"/></w:tblGrid>'
    return f"<w:tbl {_SPACE}>{shape}{grid}{lines}</w:tbl>"


def _boxed(text: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>{_run(text)}</w:p></w:tc>'
