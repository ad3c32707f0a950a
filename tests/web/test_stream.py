"""The stream starts where the reader is, beats while nothing happens, ends by itself and is counted."""

from __future__ import annotations

import asyncio
import re

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import Clock, MemoryThread, build

from bot.channels.web.ports import Visitor
from bot.channels.web.stream import STREAMS

ME = Visitor("web", "visitor-00000001")


async def read_until(response: ClientResponse, mark: str) -> str:
    got = ""
    while mark not in got:
        part = await asyncio.wait_for(response.content.readany(), 30)
        assert part, f"the stream ended without {mark}: {got}"
        got += part.decode()
    return got


def ids(events: str) -> list[int]:
    return [int(n) for n in re.findall(r"^id: (\d+)$", events, re.MULTILINE)]


async def test_it_starts_after_the_line_that_the_page_has(client: TestClient, thread: MemoryThread) -> None:
    await client.get("/chat")
    for text in ("一", "二", "三"):
        await thread.add(ME, who="person", text=text)
    async with client.get("/chat/stream", params={"after": "1"}) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert ids(await read_until(response, "line-3")) == [2, 3]


async def test_it_resumes_after_the_last_event_whatever_the_page_said(client: TestClient, thread: MemoryThread) -> None:
    await client.get("/chat")
    for text in ("一", "二", "三"):
        await thread.add(ME, who="person", text=text)
    async with client.get("/chat/stream", params={"after": "1"}, headers={"Last-Event-ID": "2"}) as response:
        assert ids(await read_until(response, "line-3")) == [3]


async def test_a_new_line_comes_at_once(client: TestClient, thread: MemoryThread) -> None:
    await client.get("/chat")
    async with client.get("/chat/stream") as response:
        await read_until(response, "retry")
        await thread.add(ME, who="person", text="我在\n\n您慢慢说", author="周老师")
        event = await read_until(response, "</li>")
    assert "event: turn" in event
    assert "data: 您慢慢说" in event
    assert "周老师" in event


async def test_notes_are_passed_over_and_not_sent(client: TestClient, thread: MemoryThread) -> None:
    await client.get("/chat")
    await thread.add(ME, who="note", text="只给同事")
    await thread.add(ME, who="person", text="我在")
    async with client.get("/chat/stream") as response:
        events = await read_until(response, "line-2")
    assert "只给同事" not in events


async def test_it_beats_while_nothing_happens_and_ends_by_itself(thread: MemoryThread, clock: Clock) -> None:
    async with TestClient(TestServer(build(thread, clock, heartbeat=0.02, lifetime=0.1))) as client:
        await client.get("/chat")
        response = await client.get("/chat/stream")
        whole = await asyncio.wait_for(response.text(), 30)
    assert whole.count(": still here") >= 2
    assert not ids(whole)


async def test_open_streams_are_counted_and_let_go(client: TestClient, thread: MemoryThread) -> None:
    before = STREAMS._value.get()
    await client.get("/chat")
    response = await client.get("/chat/stream")
    await read_until(response, "retry")
    assert STREAMS._value.get() == before + 1
    response.close()
    await thread.add(ME, who="person", text="写给已经走了的人")
    for _ in range(100):
        if STREAMS._value.get() == before:
            break
        await thread.add(ME, who="person", text="再写一句")
        await asyncio.sleep(0.01)
    assert STREAMS._value.get() == before


async def test_shutdown_does_not_wait_for_readers(thread: MemoryThread, clock: Clock) -> None:
    client = TestClient(TestServer(build(thread, clock)))
    await client.start_server()
    await client.get("/chat")
    response = await client.get("/chat/stream")
    await read_until(response, "retry")
    await asyncio.wait_for(client.close(), 30)


async def test_it_is_for_visitors_only(client: TestClient) -> None:
    assert (await client.get("/chat/stream")).status == 403


async def test_a_visitor_holds_a_few_streams_at_most(client: TestClient) -> None:
    await client.get("/chat")
    opened = [await client.get("/chat/stream") for _ in range(6)]
    assert (await client.get("/chat/stream")).status == 429
    for response in opened:
        response.close()
