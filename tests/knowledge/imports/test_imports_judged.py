"""The dry run: what a row would make of the library, whatever somebody left out or wrote by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import docx
import pytest

from knowledge.files import load
from knowledge.imports.exports import FORMATS, HOLDS, Format
from knowledge.imports.judge import Row, judged, thing_of
from knowledge.imports.phrases import recurrence_of, span_of
from knowledge.imports.reading import read
from knowledge.imports.templates import template
from knowledge.model import Entry, Listing

LIBRARY = load()
LISTING = next(one for one in LIBRARY.listings.values() if one.phone and one.aliases)
ENTRY = next(iter(LIBRARY.entries.values()))


def looked_at(*lines: Mapping[str, str], name: str = "表.csv") -> list[Row]:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return judged(read(out.getvalue().encode(), name), LIBRARY)


def test_what_has_no_column_stays_and_an_empty_cell_takes_away() -> None:
    (row,) = looked_at({"编号": LISTING.id, "电话": "010-12345678", "别名": ""})
    assert row.changed == ("电话", "别名")
    thing = thing_of(row)
    assert isinstance(thing, Listing)
    assert (thing.phone, thing.aliases, thing.about) == ("010-12345678", (), LISTING.about)


def test_a_new_thing_gets_an_id_of_its_own_and_a_known_title_is_the_known_thing() -> None:
    new = {"标题": "孩子咬指甲怎么办？", "问法": "总咬指甲", "主题": "习惯与专注", "聊天里的回答": "先……", "详解": "……"}
    more = {"依据": ENTRY.sources[0], "写成": "2026/5/1", "审读到期": "2027年5月1日"}
    first, second, known = looked_at(
        {**new, **more}, {**new, **more, "标题": "孩子咬指甲，怎么办？"}, {**new, **more, "标题": ENTRY.title}
    )
    assert (first.standing, second.standing, known.standing) == ("new", "new", "changed")
    assert first.key.endswith("hai-zi-yao-zhi-jia-zen-me-ban")
    assert second.key != first.key
    assert known.key == ENTRY.id
    thing = thing_of(first)
    assert isinstance(thing, Entry)
    assert (str(thing.written), str(thing.review_by)) == ("2026-05-01", "2027-05-01")


def test_the_same_thing_twice_is_told_at_the_second_place() -> None:
    row = {"编号": LISTING.id, "电话": "010-12345678"}
    first, second = looked_at(row, row)
    assert (first.standing, second.standing) == ("changed", "unreadable")
    assert second.faults[0].what == "和第 2 行 A 列是同一条"


def test_what_is_missing_is_told_by_its_head() -> None:
    (row,) = looked_at({"编号": "", "名称": "某某热线", "种类": "热线", "电话": "12", "地区": "中国"})
    assert {fault.what for fault in row.faults} == {"没有写“介绍”", "没有写“依据”", "没有写“依据的日期”"}
    assert {fault.mend for fault in row.faults} == {"补上“介绍”", "补上“依据”", "补上“依据的日期”"}


def test_the_rules_of_the_library_are_told_as_advice() -> None:
    (row,) = looked_at({"编号": ENTRY.id, "依据": "nothing-like-this-1"}, name="条目.csv")
    assert row.body is not None
    assert row.advice


def test_a_column_that_nobody_knows_is_told_and_left_out() -> None:
    parsed = read("编号,电话,备忘\n".encode() + f"{LISTING.id},110,x\n".encode(), "a.csv")
    assert "不认识“备忘”这一列，没有读" in {note.what for note in parsed.notes}
    assert judged(parsed, LIBRARY)[0].changed == ("电话",)


@pytest.mark.parametrize("text", ["看不见\x07的字", "\ud800"])
def test_what_the_database_cannot_keep_is_told(text: str) -> None:
    escaped = "原样：" + "".join(f"\\u{ord(letter):04x}" for letter in text).join(('"', '"'))
    (row,) = looked_at({"编号": LISTING.id, "电话": escaped})
    assert row.faults[0].what == "有看不见的字符"


@pytest.mark.parametrize(
    ("words", "days", "times"),
    [
        ("工作日8:30-17:30", "all", ("08:30", "17:30")),
        ("星期一至星期五 09：00～17：00", "mon-fri", ("09:00", "17:00")),
        ("周六、周日 9:00至12:00 值班老师", ["sat", "sun"], ("09:00", "12:00")),
        ("每天 24 小时", "all", ("00:00", "00:00")),
        ("周一到周三，周五 8:00-24:00", ["mon", "tue", "wed", "fri"], ("08:00", "00:00")),
    ],
)
def test_hours_are_read_as_people_write_them(words: str, days: object, times: tuple[str, str]) -> None:
    span = span_of(words.replace("～", "~"))
    assert span is not None
    assert (span["days"], (span["from"], span["to"])) == (days, times)


@pytest.mark.parametrize("words", ["上午", "周八 9:00-10:00", "工作日 25:00-26:00", "", "9-10"])
def test_what_is_no_time_is_none(words: str) -> None:
    assert span_of(words) is None
    assert recurrence_of(words) is None


def test_a_document_that_somebody_wrote_in_word_is_read() -> None:
    made = docx.Document()
    made.add_paragraph("这份是给老师们的。")
    made.add_heading("孩子咬指甲怎么办？", 1)
    for line in (
        "主题：习惯与专注",
        "问法：总咬指甲；指甲啃秃了",
        f"依据：{ENTRY.sources[0]}",
        "写成：2026-05-01",
        "审读到期：2027-05-01",
    ):
        made.add_paragraph(line)
    made.add_heading("简答", 2)
    made.add_paragraph("先别盯着手。")
    for line in ("看看什么时候咬。", "给手找点事做。"):
        made.add_paragraph(line, style="List Number")
    made.add_heading("详解", 2)
    made.add_heading("为什么", 3)
    made.add_paragraph("常常是紧张。")
    out = io.BytesIO()
    made.save(out)
    (row,) = judged(read(out.getvalue(), "a.docx"), LIBRARY)
    assert row.faults == ()
    thing = thing_of(row)
    assert isinstance(thing, Entry)
    assert thing.wordings == ("总咬指甲", "指甲啃秃了")
    assert thing.brief == "先别盯着手。\n\n1. 看看什么时候咬。\n2. 给手找点事做。"
    assert thing.full == "### 为什么\n\n常常是紧张。"


@pytest.mark.parametrize("form", FORMATS)
def test_templates_are_passed_over_when_they_come_back_untouched(form: Format) -> None:
    for sort in HOLDS[form]:
        made = template(LIBRARY, form, sort)
        assert read(made.data, made.name).rows == ()
