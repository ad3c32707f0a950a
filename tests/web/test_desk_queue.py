"""The queue over HTTP: tabs with counts, filters in the address, pages, claiming in the row, what the stream says."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from desk_browser import OURS, PAGE, a_case, events, post, text

from bot.store import cases
from bot.store.queue import Wanted
from bot.store.tables import staff as accounts
from bot.store.tables import stations
from bot.web.desk.queue import address, asked
from tests.house import House


@pytest.fixture
async def waiting(house: House) -> House:
    """A house with one case, number 1, that nobody has taken."""
    assert await a_case(house) == 1
    return house


def order(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/desk/cases/(\d+)"', page)]


def tabs(page: str) -> dict[str, str]:
    found = re.findall(r'<a href="/desk[^"]*"[^>]*>(\S+?) ?(?:<span class="count"[^>]*>(\d+)</span>)?</a>', page)
    return {label: count for label, count in found if label in ("待接", "我的", "稍后", "全部", "已结案")}


async def opened(house: House, **values: Any) -> int:
    now = house.clock()
    async with house.app_engine.begin() as conn:
        return await cases.open_case(conn, {"kind": "suggestion", "opened_at": now, "due_at": now, **values})


async def placed(house: House, login: str, slug: str, name: str) -> int:
    """Put somebody who has an account into a station of their own."""
    async with house.app_engine.begin() as conn:
        made: int = (
            await conn.execute(stations.insert().values(slug=slug, name=name).returning(stations.c.id))
        ).scalar_one()
        await conn.execute(accounts.update().where(accounts.c.login == login).values(station_id=made))
    return made


async def test_the_tabs_count_and_what_i_hold_stands_below_who_waits(waiting: House) -> None:
    zhou = await waiting.staff()
    await post(zhou, "/desk/cases/1/claim")
    other = await a_case(waiting, "o-lan")
    page = await text(zhou, "/desk")
    assert order(page) == [other, 1]
    assert "我手上的 1" in page
    assert tabs(page) == {"待接": "1", "我的": "1", "稍后": "0", "全部": "2", "已结案": ""}
    assert "<title>(1) 工作台" in page


async def test_filters_stand_in_the_address_and_in_the_form(waiting: House) -> None:
    zhou = await waiting.staff()
    suggestion = await opened(waiting)
    page = await text(zhou, "/desk?view=all&kind=suggestion&state=open&owner=0")
    assert order(page) == [suggestion]
    assert '<option value="suggestion" selected>' in page
    assert '<option value="0" selected>' in page
    assert "已筛选" in page
    assert order(await text(zhou, "/desk?kind=report")) == []
    assert "没有符合的" in await text(zhou, "/desk?kind=report")


@pytest.mark.parametrize(
    "query", ["view=x", "station=天", "station=99999999999999999999", "kind='", "level=5", "page=-1", "page=9" * 9]
)
async def test_an_address_that_makes_no_sense_shows_the_queue(waiting: House, query: str) -> None:
    answer = await (await waiting.staff()).get(f"/desk?{query}")
    assert answer.status == 200


def test_an_address_says_again_what_it_was_read_from() -> None:
    wanted = Wanted("all", station=3, kind="chat", state="later", owner=0, level="high", page=2)
    assert asked(dict(pair.split("=") for pair in address(wanted).split("?")[1].split("&"))) == wanted
    assert address(Wanted()) == "/desk"


async def test_a_long_queue_has_pages(waiting: House) -> None:
    zhou = await waiting.staff()
    for _ in range(60):
        await opened(waiting)
    page = await text(zhou, "/desk")
    assert len(order(page)) == 50
    assert "后面还有" in page
    page = await text(zhou, "/desk?page=1")
    assert len(order(page)) == 11
    assert "看前面的" in page


async def test_who_claims_second_reads_who_has_it_and_the_row_says_it_too(waiting: House) -> None:
    zhou, shen = await waiting.staff(), await waiting.staff("shen", "沈老师")
    page = await text(shen, "/desk")
    assert 'action="/desk/cases/1/claim"' in page
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    waiting.clock.forward(timedelta(seconds=3))
    headers = {**OURS, "Accept": "application/json"}
    answer = await shen.post("/desk/cases/1/claim", headers=headers, allow_redirects=False)
    assert answer.status == 409
    assert re.fullmatch(r"周老师 [3-9] 秒前接了这一件。", (await answer.json())["error"])
    page = await text(shen, "/desk")
    assert re.search(r"周老师 [3-9] 秒前接了这一件", page)
    assert 'action="/desk/cases/1/claim"' not in page
    waiting.clock.forward(timedelta(minutes=1))
    assert order(await text(shen, "/desk")) == []


async def test_the_row_of_a_talk_says_how_long_the_parent_waits_for_its_holder(waiting: House) -> None:
    zhou = await waiting.staff()
    await post(zhou, "/desk/cases/1/claim")
    await waiting.act("say", text="您在吗")
    waiting.clock.forward(timedelta(minutes=4))
    assert "等了 4 分" in await text(zhou, "/desk?view=mine")
    await post(zhou, "/desk/cases/1/messages", text="我在", key="key-0001")
    page = await text(zhou, "/desk?view=mine")
    assert "在聊" in page
    assert "您在吗" in page  # the parent's words, not one's own


async def test_the_queue_asks_the_database_no_more_for_fifty_rows_than_for_two(waiting: House) -> None:
    from sqlalchemy import event  # noqa: PLC0415

    zhou = await waiting.staff()
    asked_for: list[str] = []
    listen = lambda _c, _cur, statement, *_: asked_for.append(statement)  # noqa: E731
    event.listen(waiting.app_engine.sync_engine, "before_cursor_execute", listen)

    async def queries() -> int:
        asked_for.clear()
        await text(zhou, "/desk")
        return len([one for one in asked_for if "FROM cases" in one or "messages" in one])

    few = await queries()
    talk = (await cases_of(waiting))[0]
    for number in range(50):
        kind = "suggestion" if number else "report"
        await opened(waiting, kind=kind, conversation_id=talk if number < 2 else None)
    assert await queries() == few
    event.remove(waiting.app_engine.sync_engine, "before_cursor_execute", listen)


async def cases_of(house: House) -> list[int]:
    async with house.app_engine.connect() as conn:
        return list(await conn.scalars(cases.cases.select().with_only_columns(cases.cases.c.conversation_id)))


async def test_the_stream_follows_the_filters_and_tells_of_who_waits(waiting: House) -> None:
    zhou = await waiting.staff()
    async with zhou.get("/desk/stream?view=all&kind=suggestion") as stream:
        first = await events(stream, "event: news")
        assert "data: 1-none-new" in first
        assert order(first) == []
        suggestion = await opened(waiting)
        async with waiting.app_engine.begin() as conn:
            await conn.exec_driver_sql("SELECT pg_notify('lines', 'desk')")
        then = await events(stream, f"{suggestion}-none-")
        assert f'href="/desk/cases/{suggestion}"' in then
        waiting.clock.forward(timedelta(minutes=31))
        assert "1-none-over" in await events(stream, "1-none-over")


async def test_another_stations_cases_are_in_no_queue_no_filter_and_no_stream(waiting: House) -> None:
    zhou, shen = await waiting.staff(), await waiting.staff("shen", "沈老师")
    here = await placed(waiting, "zhou", "a", "天宁站")
    await placed(waiting, "shen", "b", "钟楼站")
    async with waiting.app_engine.begin() as conn:
        await cases.change(conn, 1, expect=("open",), station_id=here)
    assert order(await text(zhou, "/desk")) == [1]
    page = await text(shen, f"/desk?view=all&station={here}")
    assert order(page) == []
    assert "天宁站" not in page
    async with shen.get("/desk/stream") as stream:
        assert "1-none" not in await events(stream, "event: news")


async def test_nobody_without_a_session_or_the_role_sees_the_queue(waiting: House) -> None:
    stranger = waiting.browser()
    for path in ("/desk", "/desk/cases/1/move"):
        answer = await stranger.get(path, headers=PAGE, allow_redirects=False)
        assert (answer.status, answer.headers["Location"].startswith("/desk/login")) == (303, True)
    editor = await waiting.staff("ed", "编辑", "editor")
    for path in ("/desk", "/desk/stream", "/desk/cases/1/move"):
        assert (await editor.get(path)).status == 403
    for step in ("hand-over", "snooze", "rouse", "reopen"):
        assert (await post(stranger, f"/desk/cases/1/{step}"))[0] == 401
        assert (await post(editor, f"/desk/cases/1/{step}"))[0] == 403


async def test_of_two_who_claim_from_their_rows_one_wins(waiting: House) -> None:
    people = {"周老师": await waiting.staff(), "沈老师": await waiting.staff("shen", "沈老师")}
    answers = await asyncio.gather(*(post(one, "/desk/cases/1/claim") for one in people.values()))
    assert sorted(status for status, _ in answers) == [303, 409]
    pages = [await text(browser, "/desk") for browser in people.values()]
    assert sum("接了这一件" in page for page in pages) == 1
    assert sum("我手上的 1" in page for page in pages) == 1
