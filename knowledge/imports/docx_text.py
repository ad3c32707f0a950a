"""The text of a Word document as Markdown: paragraphs one a line, Word's own lists and small headings with marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKED = re.compile(r"\s*(?:[-*>#]|\d+[.．、)）])")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: its text, the level of its heading (0: none), and whether Word made a list of it."""

    text: str
    level: int = 0
    mark: str = ""

    @property
    def markdown(self) -> str:
        """What stands for it in a text."""
        if self.level:
            return f"{'#' * max(self.level, 3)} {self.text}"
        return f"{self.mark}{self.text}"


class Styles:
    """What the styles and lists of one document mean."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, int] = {}
        self._marks: dict[str, str] = {}
        for style in document.styles:
            name = (style.name or "").lower()
            if found := re.fullmatch(r"(?:heading|标题) (\d)", name):
                self._levels[style.style_id] = int(found[1])
            elif name.startswith("list bullet"):
                self._marks[style.style_id] = "- "
            elif name.startswith("list number"):
                self._marks[style.style_id] = "1. "
        self._lists = _lists(document)

    def line(self, paragraph: Any) -> Line:
        """Read a paragraph."""
        style, text = paragraph.style or "", paragraph.text
        level = self._levels.get(style, 0)
        return Line(text, level, "" if level or not text.strip() else self._mark(paragraph, style))

    def _mark(self, paragraph: Any, style: str) -> str:
        number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        return self._lists.get(number.get(f"{_W}val"), "- ") if number is not None else self._marks.get(style, "")


def _lists(document: Any) -> Mapping[str, str]:
    """Tell of each list whether it has numbers or dots."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return {}
    formats = {
        one.get(f"{_W}abstractNumId"): one.find(f"{_W}lvl/{_W}numFmt") for one in root.findall(f"{_W}abstractNum")
    }
    found = {}
    for one in root.findall(f"{_W}num"):
        link = one.find(f"{_W}abstractNumId")
        shape = formats.get(link.get(f"{_W}val")) if link is not None else None
        dotted = shape is None or shape.get(f"{_W}val") in ("bullet", "none")
        found[one.get(f"{_W}numId")] = "- " if dotted else "1. "
    return found


def joined(lines: Sequence[Line]) -> str:
    """Give the text of some paragraphs; where nobody left a line empty, paragraphs are set apart as Word shows them."""
    texts = [line.markdown for line in lines]
    while texts and not texts[0].strip():
        texts.pop(0)
    while texts and not texts[-1].strip():
        texts.pop()
    numbered = _counted(texts, lines)
    if any(not text.strip() for text in numbered):
        return "\n".join(numbered)
    made = numbered[:1]
    for before, after in pairwise(numbered):
        made += [after] if _MARKED.match(before) and _MARKED.match(after) else ["", after]
    return "\n".join(made)


def _counted(texts: list[str], lines: Sequence[Line]) -> list[str]:
    """Count on in Word's numbered lists, which carry no numbers."""
    automatic = {line.markdown for line in lines if line.mark == "1. "}
    number, made = 0, []
    for text in texts:
        number = number + 1 if text in automatic else 0
        made.append(f"{number}. {text.removeprefix('1. ')}" if text in automatic else text)
    return made
