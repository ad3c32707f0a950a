"""The article page: what it shows, how it is rated, how a person is asked for from it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from chat_memory import ARTICLE, Clock, MemoryShelf, MemoryThread, build

from bot.channels.web.article import qr_code
from bot.channels.web.ports import Visitor

PATH = f"/e/{ARTICLE.slug}"


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


@pytest.fixture
async def reader(thread: MemoryThread, clock: Clock, shelf: MemoryShelf) -> AsyncIterator[TestClient]:
    app = build(thread, clock, shelf=shelf, public_url="https://bot.example.cn")
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_the_sources_stand_with_place_and_date(reader: TestClient) -> None:
    page = await (await reader.get(PATH)).text()
    assert "《未成年人保护法》</a>第七十一条（2024-04-26）" in page
    assert "《指导大纲》12—15 岁" in page


async def test_what_others_are_shown_when_it_is_passed_on(reader: TestClient) -> None:
    page = await (await reader.get(PATH)).text()
    assert f'property="og:title" content="{ARTICLE.title}"' in page
    assert f'property="og:url" content="https://bot.example.cn{PATH}"' in page
    assert 'property="og:image" content="https://bot.example.cn/static/card.png' in page
    assert (await reader.get("/static/card.png")).content_type == "image/png"


async def test_the_handout_has_a_code_that_leads_to_the_page(reader: TestClient) -> None:
    page = await (await reader.get(PATH)).text()
    assert str(qr_code(f"https://bot.example.cn{PATH}")) in page
    assert qr_code("https://bot.example.cn/e/one") != qr_code("https://bot.example.cn/e/two")


@pytest.mark.parametrize(("verdict", "thanks"), [("yes", "谢谢您"), ("no", "您真正想问的是什么")])
async def test_a_rating_is_counted_and_thanked_for(
    reader: TestClient, shelf: MemoryShelf, ours: dict[str, str], verdict: str, thanks: str
) -> None:
    answer = await reader.post(f"{PATH}/rating", data={"verdict": verdict}, headers=ours)
    assert answer.status == 200
    assert thanks in await answer.text()
    assert shelf.ratings == [(ARTICLE.slug, verdict)]
    assert "visitor" not in {cookie.key for cookie in reader.session.cookie_jar}, "rating needs nobody to be known"


@pytest.mark.parametrize(
    ("path", "verdict", "status"), [(PATH, "perhaps", 400), (PATH, "", 400), ("/e/nothing", "yes", 404)]
)
async def test_a_rating_that_makes_no_sense_is_refused(
    reader: TestClient, shelf: MemoryShelf, ours: dict[str, str], path: str, verdict: str, status: int
) -> None:
    answer = await reader.post(f"{path}/rating", data={"verdict": verdict}, headers=ours)
    assert answer.status == status
    assert shelf.ratings == []


async def test_a_rating_that_could_not_be_counted_says_so(
    reader: TestClient, shelf: MemoryShelf, ours: dict[str, str]
) -> None:
    shelf.broken = True
    answer = await reader.post(f"{PATH}/rating", data={"verdict": "yes"}, headers=ours)
    assert answer.status == 503
    assert "没有记上" in await answer.text()


async def test_nobody_rates_a_hundred_times_a_minute(
    reader: TestClient, shelf: MemoryShelf, clock: Clock, ours: dict[str, str]
) -> None:
    for _ in range(25):
        answer = await reader.post(f"{PATH}/rating", data={"verdict": "yes"}, headers=ours)
    assert answer.status == 429
    assert len(shelf.ratings) == 20
    clock.pass_(minutes=2)
    assert (await reader.post(f"{PATH}/rating", data={"verdict": "yes"}, headers=ours)).status == 200


async def test_another_site_can_neither_rate_nor_ask(reader: TestClient, shelf: MemoryShelf) -> None:
    theirs = {"Sec-Fetch-Site": "cross-site"}
    assert (await reader.post(f"{PATH}/rating", data={"verdict": "yes"}, headers=theirs)).status == 403
    assert (await reader.post(f"{PATH}/person", headers=theirs)).status == 403
    assert shelf.ratings == []


async def test_a_reader_asks_for_a_person_and_the_conversation_knows_what_was_read(
    reader: TestClient, thread: MemoryThread, ours: dict[str, str]
) -> None:
    answer = await reader.post(f"{PATH}/person", data={"key": "key-12345678"}, headers=ours, allow_redirects=False)
    assert answer.headers["Location"] == "/chat#end"
    (visitor,) = thread.lines_of
    said = thread.lines_of[visitor][0].text
    assert said.startswith("我想找老师聊聊")
    assert ARTICLE.title in said


@pytest.mark.parametrize("key", ["", "short", "x" * 5000, "键键键键键键键键"])
async def test_a_key_that_cannot_be_one_is_replaced(
    reader: TestClient, thread: MemoryThread, ours: dict[str, str], key: str
) -> None:
    await reader.post(f"{PATH}/person", data={"key": key}, headers=ours, allow_redirects=False)
    (said,) = (line.key for lines in thread.lines_of.values() for line in lines if line.who == "parent")
    assert said != key
    assert len(said) >= 8


async def test_who_writes_already_asks_in_the_same_conversation(
    client: TestClient, thread: MemoryThread, ours: dict[str, str]
) -> None:
    await client.get("/chat")
    await client.post("/chat/say", data={"text": "他不理我", "key": "key-00000001"}, headers=ours)
    await client.post(f"{PATH}/person", data={"key": "key-00000002"}, headers=ours)
    assert [visitor for visitor in thread.lines_of if thread.lines_of[visitor]] == [Visitor("web", "visitor-00000001")]
