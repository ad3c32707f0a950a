"""A family's file as PDF: A4, numbered pages, who printed it and when. The only place that knows reportlab.

Fonts are the reader's own (STSong-Light is one of Adobe's Asian fonts that PDF readers bring along), so that nothing
is embedded and the file stays small.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

from reportlab.lib import colors  # type: ignore[import-untyped]  # reportlab ships no types
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # the same
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]  # the same
from reportlab.lib.units import mm  # type: ignore[import-untyped]  # the same
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]  # the same
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]  # the same
from reportlab.platypus import (  # type: ignore[import-untyped]  # the same
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

FONT = "STSong-Light"
NOTICE = "仅供帮扶使用，请勿转发"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper: a heading, and rows of which the first is the head of a table if `head`."""

    title: str
    rows: Sequence[Sequence[str]]
    head: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed. `by` is who printed it and `at` when, in words; both stand on every page."""

    title: str
    about: str
    sections: Sequence[Section]
    by: str
    at: str


def render(paper: Paper, made: datetime, *, compress: bool = True) -> bytes:
    """Write the PDF; slow enough to be called off the loop."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=paper.title,
        author=paper.by,
        subject=f"{NOTICE} {made:%Y-%m-%d}",
        pageCompression=int(compress),
    )
    flow: list[Any] = [_text(paper.title, _TITLE), _text(paper.about, _SMALL), Spacer(1, 4 * mm)]
    for section in paper.sections:
        flow += [_text(section.title, _HEAD), _table(section, document.width), Spacer(1, 3 * mm)]
    margins = partial(_margins, paper)
    document.build(flow, onFirstPage=margins, onLaterPages=margins)
    return out.getvalue()


def _style(name: str, size: float, leading: float, **more: Any) -> Any:
    # CJK: lines break between any two characters, as Chinese is set.
    return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=leading, wordWrap="CJK", **more)


_TITLE = _style("title", 18, 24)
_HEAD = _style("head", 12.5, 20, spaceBefore=4)
_BODY = _style("body", 10.5, 16)
_SMALL = _style("small", 9, 14, textColor=colors.HexColor("#4a5859"))


def _text(words: str, style: Any) -> Any:
    # reportlab reads a markup of its own: what people wrote is never markup.
    return Paragraph(escape(words).replace("\n", "<br/>"), style)


def _table(section: Section, width: float) -> Any:
    if not section.rows:
        return _text("还没有写。", _SMALL)
    columns = len(section.rows[0])
    cells = [
        [_text(cell, _SMALL if section.head and n == 0 else _BODY) for cell in row]
        for n, row in enumerate(section.rows)
    ]
    first = 0.2 if columns == 2 else 0.34
    widths = [width * first, *[width * (1 - first) / (columns - 1)] * (columns - 1)] if columns > 1 else [width]
    line = colors.HexColor("#b9bdb8")
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, line),
        ("LEFTPADDING", (0, 0), (-1, -1), 6),
    ]
    return Table(cells, colWidths=widths, style=TableStyle(style), repeatRows=1 if section.head else 0, splitInRow=1)


def _margins(paper: Paper, canvas: Any, document: Any) -> None:
    """Put the notice above and the printer, the time and the page's number below every page."""
    canvas.saveState()
    canvas.setFont(FONT, 8.5)
    canvas.drawString(18 * mm, A4[1] - 12 * mm, NOTICE)
    canvas.drawString(18 * mm, 11 * mm, f"{paper.by} {paper.at} 打印")
    canvas.drawRightString(A4[0] - 18 * mm, 11 * mm, f"第 {document.page} 页")
    canvas.restoreState()
