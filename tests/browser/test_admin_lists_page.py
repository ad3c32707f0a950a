"""Lists of the admin in a browser: why questions stand there, the trail, drafts sent together, a long import."""

from __future__ import annotations

from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, both, picture, signed_in
from sqlalchemy import insert

from bot.app import SERVICES
from bot.store import audit, changes, conversations, learning, people, uploads
from bot.store.audit import Act
from bot.store.misses import Reason
from bot.store.tables import conversations as talks
from bot.store.tables import misses
from knowledge import amend
from tests.house import House, rows

pytestmark = pytest.mark.browser


@pytest.fixture
def faulty() -> Faulty:
    """A refused form is on the console and is meant."""
    return refused


async def asked(house: House, who: str, words: str, reason: Reason, nearest: str, level: str) -> None:
    async with house.app_engine.begin() as conn:
        await conversations.prepare(conn, "web", who, {"region": "320402", "stage": "primary"})
        parent = (await conn.exec_driver_sql("SELECT max(id) FROM parents")).scalar_one()
        talk = (await conn.execute(insert(talks).values(parent_id=parent).returning(talks.c.id))).scalar_one()
        given = {"text": words, "verdict": "answer", "nearest": nearest, "at": house.clock()}
        await learning.missed(conn, talk, **given, reason=reason, level=level)


async def filled(house: House) -> str:
    """Let there be something on every list; the address of a long import."""
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    entries = list(engine.release.library.entries.values())
    for number in range(6):
        await asked(house, f"a{number}", "班主任刘老师总针对他怎么办", "unhelped", entries[0].id, "none")
        await asked(house, f"b{number}", "孩子说活着没意思怎么劝", "unhelped", entries[1].id, "concern")
    async with house.app_engine.begin() as conn:
        staff = await people.named(conn, "zhou")
        assert staff is not None
        for number, origin in enumerate(("import", "question", "edit")):
            body, title = amend.encode(entries[number]), entries[number].title
            if origin == "edit":
                body |= {"brief": "", "wordings": []}
            key, now = entries[number].id, house.clock()
            await changes.save(conn, staff, "entry", key, body, title=title, seen=0, now=now, origin=origin)
            await audit.record(conn, staff, Act.KNOWLEDGE, f"entry:{key}", now, {"what": "save", "title": title})
        await audit.record(conn, staff, Act.EXPORTED, "library", house.clock(), {"format": "Excel"})
        await audit.record(conn, staff, Act.PUBLISHED, "release:9", house.clock())
        found = [
            {"place": f"第 {n + 2} 行", "sort": "activity", "key": f"a-{n}", "title": f"第 {n} 场亲子阅读", "seen": 0}
            | {"standing": "new", "body": {}, "changed": [], "held": "", "faults": [], "advice": []}
            for n in range(230)
        ]
        number = await uploads.add(conn, staff.id, staff.name, "全年活动.xlsx", b"", house.clock())
        await uploads.read(conn, number, found, [])
    return f"/admin/exchange/imports/{number}"


async def test_the_lists_fit(person: Person, house: House) -> None:
    page = await signed_in(person, house, "/admin", DESKTOP, role="admin")
    page.set_default_timeout(60_000)
    long = await filled(house)
    grave = next(one.id for one in await rows(house.database_url, misses) if one.level == "concern")
    for name, path in (
        ("unhelped", "/admin/unanswered?why=unhelped"),
        ("grave", f"/admin/unanswered/{grave}"),
        ("trail", "/admin/trail?q=条目"),
        ("drafts", "/admin/entries?tab=draft"),
        ("import", f"{long}?page=2"),
        ("history", "/admin/services/listing/changzhou-96111/history"),
        ("verify", "/admin/verify"),
    ):
        answer = await page.goto(f"{house.url}{path}")
        assert answer.status == 200, path
        await both(page, f"lists-{name}")


async def test_an_editor_turns_pages_unticks_and_sends_drafts_together(person: Person, house: House) -> None:
    page: Any = await signed_in(person, house, "/admin", DESKTOP, role="admin")
    page.set_default_timeout(60_000)
    long = await filled(house)
    await page.goto(f"{house.url}{long}")
    await page.uncheck("input[name=r3]")
    await page.click("#choose >> text=下一页")
    await page.wait_for_selector("text=第 101 至 200 行")
    assert await page.locator("text=一共勾了 229 行").count() == 1
    await page.goto(f"{house.url}/admin/entries?tab=draft")
    for box in await page.locator("input[name^=pick-]").all():
        await box.check()
    await page.click("text=一起送审")
    await page.wait_for_selector("text=1 条没有送审")
    assert await page.locator("text=2 条送审了").count() == 1
    await picture(page, "lists-together")
