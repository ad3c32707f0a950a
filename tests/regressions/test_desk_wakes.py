"""The streams of the desk: they are woken by what a WeChat parent says, and they end cleanly when the store fails.

Both were found under load: lines came a second late, and an error page written into a stream that had begun left
readers waiting on a dead connection.
"""

from __future__ import annotations

import asyncio

import asyncpg
from sqlalchemy import text

from tests.house import House


async def test_words_of_a_wechat_parent_in_a_held_talk_ring_the_desk(house: House) -> None:
    await house.say("我想找老师聊聊")
    staff = await house.staff()
    await staff.post("/desk/cases/1/claim", headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    rung: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(house.database_url)
    await listener.add_listener("lines", lambda _connection, _pid, _channel, payload: rung.put_nowait(payload))
    await house.act("say", text="门锁着，不肯出来")
    assert await asyncio.wait_for(rung.get(), 30) == "1"
    await listener.close()


async def test_a_stream_that_fails_after_it_has_begun_ends_and_carries_no_error_page(house: House) -> None:
    await house.say("我想找老师聊聊")
    staff = await house.staff()
    stream = await staff.get("/desk/cases/1/stream")
    assert stream.status == 200
    await asyncio.wait_for(stream.content.readuntil(b"event: turn"), 30)
    async with house.app_engine.begin() as conn:
        await conn.execute(text("ALTER TABLE messages RENAME TO gone"))
        await conn.execute(text("SELECT pg_notify('lines', '1')"))
    rest = await asyncio.wait_for(stream.content.read(), 30)  # the connection is ended as HTTP wants it
    assert b"html" not in rest.lower().split(b"</li>")[-1]


async def test_a_parents_stream_that_fails_ends_too_and_goes_on_from_the_last_line_when_opened_again(
    house: House,
) -> None:
    parent = house.browser()
    await parent.get("/chat")
    ours = {"Sec-Fetch-Site": "same-origin"}
    await parent.post("/chat/say", json={"text": "我想找老师聊聊", "key": "key-one"}, headers=ours)
    stream = await parent.get("/chat/stream")
    await asyncio.wait_for(stream.content.readuntil(b"event: turn"), 30)
    async with house.app_engine.begin() as conn:
        await conn.execute(text("ALTER TABLE messages RENAME TO gone"))
        await conn.execute(text("SELECT pg_notify('lines', '1')"))
    await asyncio.wait_for(stream.content.read(), 30)
    async with house.app_engine.begin() as conn:
        await conn.execute(text("ALTER TABLE gone RENAME TO messages"))
    await parent.post("/chat/say", json={"text": "您在吗", "key": "key-two"}, headers=ours)
    again = await parent.get("/chat/stream", headers={"Last-Event-ID": "2"})
    await asyncio.wait_for(again.content.readuntil("您在吗".encode()), 30)
