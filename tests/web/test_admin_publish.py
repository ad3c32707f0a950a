"""Publishing over HTTP: the chief publishes, a parent gets the new answer, back again; refusals with their reasons."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from desk_browser import Browser, post, text
from sqlalchemy import select

from bot.store import learning, releases
from bot.store.conversations import find
from bot.store.tables import audit
from knowledge.editorial import State
from tests.house import House, rows
from tests.jobs.a_change import KEY, WORDS, a_change, body, state_of

ADVICE = "先把路由器从米缸里请出来，擦干净再说。"


async def ready(house: House, **fields: object) -> int:
    """An approved change, whose short answer says something that no other does."""
    given = body(**fields)
    brief = str(given["brief"])
    given["brief"] = brief.replace("1. ", f"1. {ADVICE}", 1) if not fields else brief
    return await a_change(house.app_engine, house.clock(), fields=given)


async def done(browser: Browser, path: str = "/admin/publish") -> str:
    """Look at a page, as it does by itself, until nothing is under way."""
    for _ in range(1200):  # what is compared is compared at the lowest priority
        page = await text(browser, path)
        if "这一页自己会更新" not in page:
            return page
        await asyncio.sleep(0.1)
    raise AssertionError("it never ends")


async def test_the_chief_publishes_a_parent_gets_the_new_answer_and_the_old_one_after_going_back(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    before = await house.say(WORDS)
    assert "米缸里请出来" not in before
    first = await a_change(house.app_engine, house.clock(), sort="listing", key="nothing", fields={})
    assert (await post(chief, "/admin/publish", **{f"change-{first}": "1"}))[0] == 303
    await done(chief)
    change = await ready_as(house, "gu")
    page = await text(chief, "/admin/publish")
    assert "1 处修改，等着发布" in page
    assert "许老师写" in page
    assert "米缸里请出来" in page
    status, _ = await post(chief, "/admin/publish", **{f"change-{change}": "1", "step": "publish", "note": "换个说法"})
    assert status == 303
    page = await done(chief)
    assert "在用第 2 版" in page
    assert "换个说法" in page
    assert "米缸里请出来" in await house.say(WORDS, "o-lan")
    assert await state_of(house.app_engine, change) is State.PUBLISHED

    assert (await post(chief, "/admin/publish/1/live"))[0] == 303
    await on(house, 1)
    assert "米缸里请出来" not in await house.say(WORDS, "o-fang")
    assert await state_of(house.app_engine, change) is State.ROLLED_BACK
    assert (await post(chief, "/admin/publish/2/live"))[0] == 303
    await on(house, 2)
    assert "米缸里请出来" in await house.say(WORDS, "o-mei-2")
    trail = [row.act for row in await rows(house.database_url, audit)]
    assert trail.count("knowledge:published") == 2
    assert trail.count("knowledge:pointed") == 2


async def ready_as(house: House, login: str) -> int:
    given = body()
    given["brief"] = str(given["brief"]).replace("1. ", f"1. {ADVICE}", 1)
    return await a_change(house.app_engine, house.clock(), fields=given, login=login)


async def on(house: House, number: int) -> None:
    """Wait until the product answers from a release."""
    from bot.app import SERVICES  # noqa: PLC0415 - of the application that runs here

    for _ in range(100):
        engine = house.app[SERVICES].live.engine
        if engine is not None and engine.release.number == number:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(number)


async def test_a_refused_release_says_what_to_mend_and_the_old_one_stays(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    change = await ready(house, wordings=["就这一句"], related=["gone"])
    assert (await post(chief, "/admin/publish", **{f"change-{change}": "1"}))[0] == 303
    page = await done(chief)
    assert "没有通过" in page
    assert "1 处修改，等着发布" in page
    one = await text(chief, "/admin/publish/1")
    assert "为什么没有换上" in one
    assert "相关条目 gone 不存在" in one


async def test_nothing_ticked_keeps_the_note_and_says_what_to_do(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    await ready(house)
    status, page = await post(chief, "/admin/publish", note="换上新法条")
    assert status == 422
    assert "请先勾上要发布的修改" in page
    assert 'value="换上新法条"' in page
    assert await rows(house.database_url, releases.releases) == []


async def test_what_is_not_approved_any_more_is_not_asked_for(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    change = await a_change(house.app_engine, house.clock(), state=State.DRAFT)
    for number in (change, 99):
        status, page = await post(chief, "/admin/publish", **{f"change-{number}": "1"})
        assert status == 409
        assert "取回" in page


async def test_an_editor_looks_and_cannot_publish(house: House) -> None:
    editor = await house.staff("gu", "顾老师", "editor")
    await ready(house)
    page = await text(editor, "/admin/publish")
    assert "发布由主编来按" in page
    assert "先建好看看" not in page


async def test_a_trial_shows_the_exam_and_what_parents_would_be_told(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    await house.say("你好")
    async with house.app_engine.begin() as conn:
        conversation = await find(conn, "wechat", "o-mei")
        assert conversation is not None
        for words in (WORDS, WORDS, "孩子不爱吃胡萝卜"):
            await learning.missed(conn, conversation, text=words, verdict="none", nearest=None, at=house.clock())
    change = await ready(house)
    status, _ = await post(chief, "/admin/publish", **{f"change-{change}": "1", "step": "trial"})
    assert status == 303
    page = await done(chief, "/admin/publish/1")
    assert "第一条就对" in page
    assert WORDS in page
    assert "家长问过 不足 5 人" in page
    assert "胡萝卜" not in page
    assert "发布这版" in page
    assert await state_of(house.app_engine, change) is State.APPROVED
    assert (await post(chief, "/admin/publish/1/live"))[0] == 303
    assert await state_of(house.app_engine, change) is State.PUBLISHED
    status, page = await post(chief, "/admin/publish/1/live")
    assert status == 409
    assert "在用的就是这一版" in page


async def test_a_release_whose_index_is_gone_can_be_built_again(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    numbers = [
        await a_change(house.app_engine, house.clock(), sort="listing", key=f"none-{login}", fields={}, login=login)
        for login in ("gu", "tao")
    ]
    for number in numbers:
        assert (await post(chief, "/admin/publish", **{f"change-{number}": "1"}))[0] == 303
        await done(chief)
    root = house.settings.indexes_dir
    async with house.app_engine.connect() as conn:
        one = await releases.find(conn, 1)
    assert one is not None
    await asyncio.to_thread(shelve, root, str(one.directory))
    status, page = await post(chief, "/admin/publish/1/live")
    assert status == 409
    assert "不在这台机器上了，可以重建" in page
    assert "重建这版" in page
    assert (await post(chief, "/admin/publish/1/rebuild"))[0] == 303
    assert "在用第 1 版" in await done(chief)


def shelve(root: Path, directory: str) -> None:
    (root / "kept").mkdir(exist_ok=True)
    shutil.copy(root / directory / "library.json", root / "kept" / f"{directory}.json")
    shutil.rmtree(root / directory)


async def test_the_page_says_how_many_processes_have_gone_along(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    for _ in range(50):
        page = await text(chief, "/admin/publish")
        if "1 / 1" in page:
            break
        await asyncio.sleep(0.1)
    assert "1 / 1" in page
    async with house.app_engine.begin() as conn:
        await releases.serves(conn, "another", "0-elsewhere", house.clock())
    answer = await chief.get("/admin/publish")
    assert "1 / 2" in await answer.text()
    assert answer.headers["Refresh"] == "1"


async def test_a_release_that_is_not_there_is_not_found(house: House) -> None:
    chief = await house.staff("boss", "沈主任", "chief-editor")
    for path in ("/admin/publish/7/live", "/admin/publish/7/rebuild"):
        assert (await post(chief, path))[0] == 404
    assert (await chief.get("/admin/publish/7")).status == 404
    async with house.app_engine.connect() as conn:
        assert (await conn.execute(select(releases.releases))).all() == []


def test_the_change_is_about_an_entry_that_is_there() -> None:
    assert KEY in str(body()["id"])
