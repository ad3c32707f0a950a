"""A family's file as PDF: A4, Chinese without embedded fonts, who printed it on every page, markup as mere words."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.web.desk.family.pdf import NOTICE, Paper, Section, render

AT = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)


def a_paper(*sections: Section) -> Paper:
    return Paper("家长 7c2e 一家", "档案 2 号", sections, "周老师", "2026 年 5 月 12 日 20:41")


def shown(pdf: bytes) -> list[str]:
    """Give the strings of an uncompressed PDF: UTF-16, with the escapes of the format."""
    found = []
    for raw in re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", pdf, re.DOTALL):
        octal = re.sub(rb"\\(\d{3})", lambda hit: bytes([int(hit[1], 8)]), raw)
        plain = re.sub(rb"\\(.)", lambda hit: {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(hit[1], hit[1]), octal)
        found.append(plain.decode("utf-16-be", "replace"))
    return found


def test_the_words_stand_in_it_as_they_were_written() -> None:
    words = shown(
        render(a_paper(Section("现在的情况", [("家里", "<b>两个人</b> & 一只猫")], head=False)), AT, compress=False)
    )
    together = "".join(words)
    for said in (
        "家长 7c2e 一家",
        "现在的情况",
        "<b>两个人</b> & 一只猫",
        "周老师 2026 年 5 月 12 日 20:41 打印",
        NOTICE,
    ):
        assert said in together


@pytest.mark.parametrize(("rows", "pages"), [(1, 1), (80, 3)])
def test_a_long_file_has_numbered_pages_with_the_notice_on_each(rows: int, pages: int) -> None:
    head = ("要做到什么", "谁来做", "到什么时候", "怎么样了")
    section = Section("计划", [head, *[("早睡", "家里", "5 月 28 日", "在做")] * rows])
    pdf = render(a_paper(section), AT, compress=False)
    words = shown(pdf)
    assert [one for one in words if one.startswith("第 ")] == [f"第 {n} 页" for n in range(1, pages + 1)]
    assert words.count(NOTICE) == pages
    assert pdf.count(b"/MediaBox [ 0 0 595.2756 841.8898 ]") == pages


def test_a_section_of_many_words_runs_over_the_page_and_an_empty_one_says_so() -> None:
    long = Section("走到今天", [("5 月 12 日", "外婆来了。\n" * 120)], head=False)
    together = "".join(shown(render(a_paper(long, Section("转介", [])), AT, compress=False)))
    assert together.count("外婆来了。") == 120
    assert "还没有写。" in together


def test_it_is_small_because_no_font_is_embedded() -> None:
    pdf = render(a_paper(Section("计划", [])), AT)
    assert b"STSong-Light" in pdf
    assert b"FontFile" not in pdf
    assert len(pdf) < 10_000
