"""The trail in words: what each row is about, the way there, and rows found by words."""

from __future__ import annotations

import csv
import html
import io
from urllib.parse import urlencode

import pytest
from desk_browser import PAGE, Browser, text
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store import audit, people
from bot.store.audit import Act
from bot.store.people import Role
from bot.web.admin.keeping.subjects import Subjects
from knowledge.model import Library
from tests.house import House


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("gu", "顾主任", Role.ADMIN)


def library_of(house: House) -> Library:
    return house.app[SERVICES].bearings.tools().library


async def did(house: House, act: Act, subject: str, **detail: object) -> None:
    async with house.app_engine.begin() as conn:
        staff = await people.named(conn, "gu")
        assert staff is not None
        await audit.record(conn, staff, act, subject, house.clock(), detail)


async def shown(admin: Browser, path: str = "/admin/trail") -> str:
    page = await text(admin, path)
    assert_usable(page)
    return html.unescape(page)


async def test_rows_say_what_they_are_about_and_lead_there(house: House, admin: Browser) -> None:
    library = library_of(house)
    entry = next(iter(library.entries.values()))
    listing = next(iter(library.listings.values()))
    await did(house, Act.KNOWLEDGE, f"entry:{entry.id}", what="submit", title=entry.title)
    await did(house, Act.KNOWLEDGE, f"listing:{listing.id}", what="call", outcome="right")
    await did(house, Act.KNOWLEDGE, "entry:gone-away", what="save", title="从前的一条")
    await did(house, Act.EXPORTED, "library", format="xlsx")
    await did(house, Act.REPORTED, "region:320402")
    await did(house, Act.IMPORTED, "import:7", entries=3)
    await did(house, Act.PUBLISHED, "release:9")
    page = await shown(admin)
    for words in (
        f'<a href="/admin/entries/{entry.id}">条目“{entry.title}”</a>',
        f'<a href="/admin/services/listing/{listing.id}">服务“{listing.name}”</a>',
        "条目“从前的一条”",
        '<a href="/admin/exchange">全部知识</a>',
        '<a href="/admin/figures/reported?region=320402">天宁区的填报</a>',
        "第 7 次导入",
        '<a href="/admin/publish/9">第 9 版</a>',
        "内容：送审",
        "内容：打电话核实",
    ):
        assert words in page
    for raw in ("entry:", "listing:", "region:320402<", "import:7", ">library<", "内容：submit", "内容：call"):
        assert raw not in page


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("送审", True),  # what was done
        ("条目", True),  # the kind of thing
        ("从前的", True),  # what it was called
        ("顾主任", True),
        ("改了知识", True),
        ("第 9 版", False),
        ("没有的话", False),
        ("100%_", False),  # no wildcards
        ("'; drop table audit --", False),
    ],
)
async def test_words_find_rows(house: House, admin: Browser, words: str, found: bool) -> None:
    await did(house, Act.KNOWLEDGE, "entry:gone-away", what="submit", title="从前的一条")
    page = await text(admin, "/admin/trail?" + urlencode({"q": words}))
    assert ("从前的一条" in page.split("<table")[-1]) is found


async def test_an_entry_is_found_by_the_title_that_it_has_now_and_a_case_by_its_number(
    house: House, admin: Browser
) -> None:
    entry = next(iter(library_of(house).entries.values()))
    await did(house, Act.KNOWLEDGE, f"entry:{entry.id}", what="approve")
    await did(house, Act.READ_CASE, "case:12")
    assert entry.title in await text(admin, "/admin/trail?" + urlencode({"q": entry.title[:8]}))
    page = await text(admin, "/admin/trail?q=第12件")
    assert "第 12 件" in page
    assert entry.title not in page


async def test_what_is_taken_along_is_what_was_searched_for(house: House, admin: Browser) -> None:
    await did(house, Act.KNOWLEDGE, "entry:gone-away", what="submit", title="从前的一条")
    await did(house, Act.PUBLISHED, "release:9")
    answer = await admin.get("/admin/trail/export", params={"q": "从前"}, headers=PAGE)
    table = list(csv.reader(io.StringIO((await answer.text()).removeprefix("\ufeff"))))
    assert [row[3] for row in table[1:]] == ["条目“从前的一条”"]


def test_a_subject_that_nobody_knows_is_shown_as_it_is() -> None:
    assert Subjects({}).told("每周一条 2026-05-18").words == "每周一条 2026-05-18"
    assert Subjects({}).told("entry:x").words == "条目“已停用”"
    assert Subjects({}).told("entry:").words == "entry:"
