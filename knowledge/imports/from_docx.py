"""Word: an entry per heading 1; its fields in a table or as 主题：… lines; the answers under 简答 and 详解."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx

from knowledge.imports.archive import BROKEN
from knowledge.imports.base import Cell, Complaint, Parsed, Raw, RefusedFile
from knowledge.imports.columns import EXAMPLE_ID, MEANING_ID, key_of
from knowledge.imports.docx_text import Line, Styles, joined
from knowledge.imports.tables import Bounds
from knowledge.imports.values import IN_FULL, shortened

BRIEF, FULL = "简答", "详解"
_PARTS = {BRIEF: "brief", FULL: "full", "聊天里的回答": "brief"}
_LABELLED = re.compile(r"([^：:\n]{1,10})[：:]\s*(.*)", re.DOTALL)
_REVISED = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo)[ >]")
REVISED = "文档里还有没接受的修订，不知道以哪个为准。请在“审阅”里接受全部修订，再上传。"


@dataclass(slots=True)
class _Section:
    """What stands under one heading 1."""

    title: str
    number: int
    cells: dict[str, Cell] = field(default_factory=dict)
    parts: dict[str, list[Line]] = field(default_factory=dict)
    part: str = ""  # brief or full, once its heading came
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"第 {self.number} 条“{shortened(self.title)}”"

    def put(self, label: str, text: str) -> bool:
        """Take a field; whether it is one."""
        key = key_of("entry", label)
        if key is None:
            return False
        if key in self.cells:
            self.complaints.append(Complaint(self.place, f"“{label}”写了两次", "只留一处"))
        self.cells[key] = Cell(text, f"{self.place}的“{label}”")
        return True


def read(data: bytes) -> Parsed:
    """Read a document that `archive` has let through.

    Raises:
        RefusedFile: it is broken or too much.
    """
    try:
        document = docx.Document(io.BytesIO(data))
        if _REVISED.search(document.part.blob):
            raise RefusedFile(REVISED)
        found = list(_sections(document))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile):
        raise RefusedFile(BROKEN) from None
    except SyntaxError:  # what lxml makes of XML that is none
        raise RefusedFile(BROKEN) from None
    notes = () if found else (Complaint("文档", "没有一级标题", "每一条用“标题 1”开头，照模板写"),)
    kept = (one for one in found if not one.title.startswith((EXAMPLE_ID, MEANING_ID)))
    return Parsed(tuple(map(_raw, kept)), notes)


def _sections(document: Any) -> Iterator[_Section]:
    styles, bounds = Styles(document), Bounds()
    section: _Section | None = None
    count = 0
    for block in document.element.body.iterchildren():
        kind = block.tag.rpartition("}")[2]
        if kind == "p":
            line = styles.line(block)
            if line.level == 1 and line.text.strip():
                if section:
                    yield section
                count += 1
                bounds.row([line.text])
                section = _Section(line.text, count)
            elif section:
                _paragraph(section, line)
        elif kind == "tbl" and section:
            _table(section, block)
    if section:
        yield section


def _paragraph(section: _Section, line: Line) -> None:
    if line.level == 2:
        section.part = _PARTS.get(line.text.strip(), "")
        if not section.part:
            what = f"不认识“{shortened(line.text)}”这个小标题"
            section.complaints.append(Complaint(section.place, what, f"二级标题只用“{BRIEF}”和“{FULL}”"))
        return
    if section.part:
        section.parts.setdefault(section.part, []).append(line)
        return
    found = _LABELLED.fullmatch(line.text.strip())
    if line.text.strip() and not (found and section.put(found[1].strip(), found[2])):
        what = f"“{shortened(line.text)}”不知道是哪一项"
        section.complaints.append(Complaint(section.place, what, f"写成“主题：…”，或者移到“{BRIEF}”“{FULL}”下面"))


def _table(section: _Section, table: Any) -> None:
    for row in table.tr_lst:
        texts = ["\n".join(paragraph.text for paragraph in cell.p_lst) for cell in row.tc_lst]
        if len(texts) < 2 or not any(text.strip() for text in texts):
            continue
        if not section.put(texts[0].strip(), texts[1]):
            what = f"不认识“{shortened(texts[0])}”这一项"
            section.complaints.append(Complaint(section.place, what, "照模板改名，或者删去这一行"))


def _raw(section: _Section) -> Raw:
    cells = {"title": Cell(section.title, section.place)} | section.cells
    for key, lines in section.parts.items():
        head = BRIEF if key == "brief" else FULL
        cells[key] = Cell(body(lines), f"{section.place}的“{head}”")
    return Raw("entry", section.place, cells, complaints=tuple(section.complaints))


def body(lines: list[Line]) -> str:
    """Give an answer's text; one that was written in full stands in its first line."""
    whole = [line for line in lines if line.text.strip()]
    if len(whole) == 1 and whole[0].text.startswith(IN_FULL):
        return whole[0].text
    return joined(lines)
