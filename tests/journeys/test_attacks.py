"""What must hold when things go wrong at once: deleting, leaving, dangers, and a database that is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import Connection, event, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import SERVICES
from bot.messages import Inbound
from bot.store import tables
from bot.store.database import open_engine
from tests.house import House
from tests.waiting import until

OURS = {"Sec-Fetch-Site": "same-origin"}
DANGER = "孩子站在楼顶说要跳下去"
PERSONAL = ("o-mei", "秘密", "楼顶")


async def dump(house: House) -> dict[str, list[str]]:
    """Read every row of every table as text."""
    engine = open_engine(house.database_url)
    try:
        async with engine.connect() as conn:
            return {
                table.name: [str(tuple(row)) for row in await conn.execute(select(table))]
                for table in tables.metadata.sorted_tables
            }
    finally:
        await engine.dispose()


def about_people(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out the tables that may keep rows after a person has gone: none of those rows is of a person.

    The audit trail says who of the staff read which case; their words and names are looked for beside this.
    """
    ours = ("staff", "staff_sessions", "access_tokens", "releases", "live", "serving", "proofs", "audit")
    ours = (*ours, "vitals", "digests")  # jobs, and what is sent to everybody alike
    kept = (*ours, "cases", "case_events", "turns")  # counts of nobody
    return {name: rows for name, rows in found.items() if rows and name not in kept}


@asynccontextmanager
async def held(house: House) -> AsyncIterator[AsyncConnection]:
    """Hold the lock of every conversation, as a turn that hangs would."""
    engine = open_engine(house.database_url)
    try:
        async with engine.begin() as conn:
            await conn.execute(text("SELECT id FROM conversations FOR NO KEY UPDATE"))
            yield conn
    finally:
        await engine.dispose()


async def reader(house: House) -> TestClient[Any, Any]:
    client = house.browser()
    await client.get("/chat")
    return client


async def test_deleting_leaves_no_word_and_no_name_in_any_table_even_with_an_open_case(house: House) -> None:
    await house.say("我的秘密：我叫王丽丽，电话 13800138000")
    await house.say(f"秘密：{DANGER}")
    desk = await house.staff()
    await desk.post("/desk/cases/1/claim", headers=OURS)
    await desk.post("/desk/cases/1/messages", data={"text": "这是您的秘密", "key": "k1"}, headers=OURS)
    await desk.post("/desk/cases/1/messages", data={"text": "秘密附注", "key": "k2", "kind": "note"}, headers=OURS)
    await desk.post("/desk/cases/1/close", data={"outcome": "已解决", "note": "王丽丽的秘密"}, headers=OURS)
    await house.say("我想找老师聊聊秘密")
    await house.say("删除我的数据")
    assert "删" in await house.say("确认删除")
    found = await dump(house)
    assert about_people(found) == {}
    everything = json.dumps(found, ensure_ascii=False)
    assert not [word for word in (*PERSONAL, "王丽丽", "13800138000") if word in everything]
    assert all("closed" in row for row in found["cases"])
    assert any("已解决" in row for row in found["cases"])
    assert (await desk.get("/desk?view=closed")).status == 200
    assert (await desk.get("/desk/cases/1")).status == 200


async def test_another_delivery_after_everything_was_deleted_brings_nothing_back(house: House) -> None:
    await house.say("孩子不肯写作业")
    await house.say("删除我的数据")
    assert "再发" not in await house.say("确认删除")
    turns, now = house.app[SERVICES].turns, house.clock()
    engine = house.app[SERVICES].engine
    again = Inbound("wechat", "o-lan", "m:1", "text", "确认删除", now)
    await turns.handle(Inbound("wechat", "o-lan", "m:0", "text", "删除我的数据", now))
    first = await turns.handle(again)
    assert first.text
    assert (await turns.handle(again)).text is None
    await turns.handle(Inbound("wechat", "o-lan", "e:1", "unsubscribe", "", now))
    assert about_people(await dump(house)) == {}
    async with engine.connect() as conn:
        assert not [row for row in await conn.execute(select(tables.proofs)) if "o-lan" in str(row)]


async def test_new_words_after_deleting_are_a_new_beginning(house: House) -> None:
    await house.say("删除我的数据")
    await house.say("确认删除")
    assert "1. " in await house.say("三岁上幼儿园天天哭，怎么办")


async def test_a_danger_written_while_everything_is_being_deleted_is_answered(house: House) -> None:
    turns, now = house.app[SERVICES].turns, house.clock()
    await turns.handle(Inbound("wechat", "o-mei", "m:1", "text", "删除我的数据", now))
    async with held(house):
        erasing = asyncio.create_task(turns.handle(Inbound("wechat", "o-mei", "m:2", "text", "确认删除", now)))
        await asyncio.sleep(0.3)
        danger = asyncio.create_task(turns.handle(Inbound("wechat", "o-mei", "m:3", "text", DANGER, now)))
        await asyncio.sleep(0.3)
    assert "120" in ((await danger).text or "")
    assert (await erasing).text
    assert [row for row in (await dump(house))["cases"] if "urgent" in row]


async def test_leaving_while_a_turn_runs_still_deletes_everything(house: House) -> None:
    await house.say("我叫王丽，住在常州天宁")
    turns, now = house.app[SERVICES].turns, house.clock()
    for number in range(5):
        talking = [
            turns.handle(Inbound("wechat", "o-mei", f"m:{number}{n}", "text", "我在普陀，孩子上初二", now))
            for n in range(3)
        ]
        leaving = turns.handle(Inbound("wechat", "o-mei", f"e:{number}", "unsubscribe", "", now))
        await asyncio.gather(*talking, leaving)
        await turns.handle(Inbound("wechat", "o-mei", f"e:{number}x", "unsubscribe", "", now))
    assert about_people(await dump(house)) == {}


async def test_leaving_while_a_person_holds_the_talk_closes_the_case(house: House) -> None:
    await house.say("我想找老师聊聊")
    desk = await house.staff()
    await desk.post("/desk/cases/1/claim", headers=OURS)
    await house.act("event", event="unsubscribe")
    answer = await desk.post("/desk/cases/1/messages", data={"text": "您好", "key": "k1"}, headers=OURS)
    assert answer.status == 409
    assert "您好" in await answer.text()
    assert about_people(await dump(house)) == {}


async def test_leaving_while_the_database_is_away_deletes_when_it_is_back(house: House) -> None:
    await house.say("我的秘密")
    engine = house.app[SERVICES].engine
    failing = [True]

    def away(_conn: Connection) -> None:
        if failing.pop() if failing else False:
            raise OSError

    event.listen(engine.sync_engine, "begin", away)
    await house.act("event", event="unsubscribe")
    event.remove(engine.sync_engine, "begin", away)

    async def gone() -> bool:
        return about_people(await dump(house)) == {}

    assert await until(gone)


async def test_of_two_who_claim_at_once_one_has_it_and_a_double_reply_goes_once(house: House) -> None:
    await house.say("我想找老师聊聊")
    both = [await house.staff("zhou", "周老师"), await house.staff("li", "李老师")]
    answers = await asyncio.gather(
        *(desk.post("/desk/cases/1/claim", headers=OURS, allow_redirects=False) for desk in both)
    )
    assert sorted(answer.status for answer in answers) == [303, 409]
    desk = both[0] if answers[0].status == 303 else both[1]
    other = both[1] if desk is both[0] else both[0]
    words = {"text": "我在", "key": "k1"}
    await asyncio.gather(*(desk.post("/desk/cases/1/messages", data=words, headers=OURS) for _ in range(4)))
    lines = [row for row in (await dump(house))["messages"] if "我在" in row]
    assert len(lines) == 1
    assert (await other.post("/desk/cases/1/messages", data=words, headers=OURS)).status == 409
    closing, replying = await asyncio.gather(
        desk.post("/desk/cases/1/close", data={"outcome": "已解决"}, headers=OURS, allow_redirects=False),
        desk.post("/desk/cases/1/messages", data={"text": "再见", "key": "k2"}, headers=OURS, allow_redirects=False),
    )
    assert closing.status == 303
    assert replying.status in (303, 409)


async def test_a_session_ends_with_the_account_and_with_a_new_password(house: House) -> None:
    first = await house.staff("zhou")
    await house.staff("zhou")  # a new password
    assert (await first.get("/desk", headers={"Accept": "text/html"}, allow_redirects=False)).status == 303
    second = await house.staff("zhou", role="editor")
    assert (await second.get("/desk")).status == 403
    assert (await second.post("/desk/cases/1/claim", headers=OURS)).status == 403
    assert (await second.get("/desk/stream")).status == 403


@pytest.mark.parametrize("script", [True, False])
async def test_a_danger_is_answered_on_the_page_while_its_conversation_is_held(house: House, script: bool) -> None:
    client = await reader(house)
    await client.post("/chat/say", json={"text": "在吗"}, headers=OURS)
    began = asyncio.get_running_loop().time()
    async with held(house):
        body: dict[str, Any] = {"json": {"text": DANGER, "after": 0}} if script else {"data": {"text": DANGER}}
        answer = await client.post("/chat/say", headers=OURS, **body)
        assert asyncio.get_running_loop().time() - began < 5
        assert answer.status == 200
        assert "120" in "".join((await answer.json())["unkept"] if script else await answer.text())


async def test_the_page_opens_for_writing_while_the_database_hangs(house: House) -> None:
    client = await reader(house)
    await client.post("/chat/say", json={"text": "在吗"}, headers=OURS)
    engine = open_engine(house.database_url)
    async with engine.begin() as conn:
        await conn.execute(text("LOCK TABLE messages, parents IN ACCESS EXCLUSIVE MODE"))
        for one in (client, house.browser()):
            page = await one.get("/chat")
            assert page.status == 200
            assert "暂时读不出来" in await page.text()
            assert 'id="composer"' in await page.text()
            answer = await one.post("/chat/say", data={"text": DANGER}, headers=OURS)
            assert "120" in await answer.text()
    await engine.dispose()
