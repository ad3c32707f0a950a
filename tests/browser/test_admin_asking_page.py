"""An editor tries it as a parent, makes a draft of what was not answered, and sees the proof once it is live."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromium import Faulty, Person, refused
from screens import DESKTOP, PHONE, fits, picture, signed_in
from sqlalchemy import insert

from bot.app import SERVICES
from bot.store import changes, conversations, learning
from bot.store.tables import conversations as talks
from indexes.engine import SearchEngine
from indexes.patch import patch
from knowledge import amend
from knowledge.release import freeze
from tests.house import House

pytestmark = pytest.mark.browser

WATCH = ("电话手表上有陌生人加她好友让发照片", "手表里不认识的人加好友要照片", "陌生人在电话手表上加孩子好友")
NORMAL = "孩子写作业拖拉，一写就是三个小时"
CRISIS = "孩子站在阳台栏杆上，说不想活了"


@pytest.fixture
def faulty() -> Faulty:
    """A refused form is on the console and is meant; what our policy refuses is not."""
    return refused


async def editor(person: Person, house: House, path: str) -> Any:
    page = await signed_in(person, house, path, DESKTOP, role="editor")
    page.set_default_timeout(60_000)
    return page


async def missed(house: House) -> None:
    """Let six parents have asked what nothing answers, in three ways."""
    async with house.app_engine.begin() as conn:
        for number in range(6):
            await conversations.prepare(conn, "web", f"p{number}", {"region": "320402", "stage": "primary"})
            parent = (await conn.exec_driver_sql("SELECT max(id) FROM parents")).scalar_one()
            talk = (await conn.execute(insert(talks).values(parent_id=parent).returning(talks.c.id))).scalar_one()
            entry = "screens-junior-phone-conflict" if number else None
            at = house.clock()
            await learning.missed(conn, talk, text=WATCH[number % 3], verdict="none", nearest=entry, at=at)


async def both(page: Any, name: str) -> None:
    """Look at a page in both widths and both themes."""
    for viewport, size in ((DESKTOP, "desktop"), (PHONE, "phone")):
        await page.set_viewport_size(viewport)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            assert await fits(page), (name, size)
            await picture(page, f"asking-{name}-{size}-{theme}")
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")


async def live_with(house: House, key: str, root: Path) -> None:
    """Approve and publish the draft by the functions, with what was still missing in it."""
    held = house.app[SERVICES].live
    assert held.engine is not None
    async with house.app_engine.begin() as conn:
        change = await changes.open_of(conn, "entry", key)
        assert change is not None
        await conn.exec_driver_sql("UPDATE changes SET state = 'published'")
    thing, _ = amend.decode("entry", change.body)
    entry = replace(thing, wordings=WATCH, topics=("online-safety",), brief="先别急。\n\n1. 一起看看好友。")
    library = amend.amended(held.engine.release.library, (amend.Amendment("entry", key, entry),))
    path = await asyncio.to_thread(patch, freeze(library, held.engine.release.number + 1), root, held.engine)
    assert path is not None
    held.swap(await asyncio.to_thread(SearchEngine.open, path))


async def test_a_question_and_a_danger_are_tried_and_become_a_question_of_the_exam(
    person: Person, house: House
) -> None:
    page = await editor(person, house, "/admin/try")
    await page.fill("#says", NORMAL)
    await page.fill("input[name=region]", "常州天宁")
    await page.click("button:has-text('试一试')")
    await page.wait_for_selector(".path >> text=6 过门槛")
    assert await page.locator(".preview .bubble").count() >= 2
    await both(page, "try")
    await page.click("button:has-text('答得对')")
    await page.wait_for_selector("text=已记成考题")
    await both(page, "exam")
    await page.goto(f"{house.url}/admin/try")
    await page.fill("#says", CRISIS)
    await page.click("button:has-text('试一试')")
    await page.wait_for_selector(".path .risk[data-risk=urgent]")
    await page.wait_for_selector(".preview .crisis")
    await both(page, "crisis")
    await page.goto(f"{house.url}/admin/trials")
    await both(page, "trials")
    await page.fill("#questions", f"{NORMAL}\n红烧肉怎么做")
    await page.click("button:has-text('开始试')")
    await page.wait_for_selector("text=试完了")
    await both(page, "trial")


async def test_a_cluster_becomes_a_draft_and_is_proved_to_be_answered(
    person: Person, house: House, tmp_path: Path
) -> None:
    await missed(house)
    page = await editor(person, house, "/admin/unanswered")
    await page.wait_for_selector("article.cluster strong:text-is('6')")
    await both(page, "unanswered")
    await page.click("text=看全部")
    await page.wait_for_selector("h2:text-is('家长的原话')")
    await both(page, "cluster")
    await page.click("button:has-text('写成新条目')")
    await page.wait_for_url("**/admin/entries/*")
    await page.wait_for_selector("#main h1")
    key = page.url.rsplit("/", 1)[1]
    await page.goto(f"{house.url}/admin/unanswered")
    await page.wait_for_selector("text=这里没有")
    await live_with(house, key, tmp_path / "built")
    await page.goto(f"{house.url}/admin/unanswered?tab=answered")
    await page.wait_for_selector("text=3 / 3 句答上了")
    await both(page, "answered")
    await page.click("text=看证据")
    await page.wait_for_selector("#proof >> text=答上了")
    await both(page, "proof")
    await page.goto(f"{house.url}/admin/unanswered/year")
    await both(page, "year")
