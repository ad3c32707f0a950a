"""One case at the desk: the window before it is used up, long words, what can be laid into the draft, live marks."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from desk_browser import OURS, Browser, a_case, events, lines, post, text, until

from bot.store import audit, media, people
from bot.store.audit import Act
from bot.store.tables import cases, staff, stations
from bot.store.tables import media as pictures
from bot.store.wake import PARENT, typing
from tests import waiting
from tests.house import House

LONG = "孩子晚上不睡，白天起不来。" * 150  # 1950 characters: three messages


@pytest.fixture
async def zhou(house: House) -> Browser:
    """A counsellor who has taken the only case."""
    assert await a_case(house) == 1
    browser = await house.staff()
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    return browser


@pytest.fixture
async def elsewhere(house: House, zhou: Browser) -> Browser:
    """A colleague of another station than the case's."""
    async with house.app_engine.begin() as conn:
        made = stations.insert().returning(stations.c.id)
        ours, theirs = [
            (await conn.execute(made.values(slug=slug, name=slug, region="china"))).scalar_one() for slug in ("a", "b")
        ]
        await conn.execute(cases.update().values(station_id=ours))
        shen = await house.staff("shen", "沈老师")
        await conn.execute(staff.update().where(staff.c.login == "shen").values(station_id=theirs))
    return shen


async def says(browser: Browser, words: str, **more: str) -> tuple[int, str]:
    return await post(browser, "/desk/cases/1/messages", text=words, key=f"key-{hash((words, *more))}", **more)


async def a_picture(house: House) -> None:
    """Keep a picture of the parent's first words."""
    first = (await lines(house))[0].id
    async with house.app_engine.begin() as conn:
        await media.add(conn, 1, first, "media-1", now=house.clock())
        await conn.execute(pictures.update().values(state="kept", mime="image/png", body=b"picture"))


async def readings(house: House, subject: str, name: str) -> list[str]:
    """Read what of a thing somebody has read, as the trail has it."""
    async with house.app_engine.connect() as conn:
        return [one.act for one in await audit.of_subject(conn, subject) if one.name == name]


def left(page: str) -> int:
    return int(re.findall(r'data-left="(\d+)"', page)[0])


async def test_the_window_is_shown_before_it_is_used_up(zhou: Browser) -> None:
    page = await text(zhou, "/desk/cases/1")
    assert left(page) == 5
    assert page.count('class="left"') == 5
    assert "窗口还剩" in page
    assert "47 小时 59 分" in page


async def test_words_that_need_more_than_is_left_are_refused_with_the_truth_until_the_rest_may_wait(
    house: House, zhou: Browser
) -> None:
    for words in ("一", "二", "三"):
        await says(zhou, words)
        await until(zhou, f'data-left="{5 - "一二三".index(words) - 1}"')
        house.clock.forward(timedelta(seconds=5))
    status, page = await says(zhou, LONG)
    assert status == 409
    assert "这段话要 3 条，现在还能发 2 条" in page, re.findall('id="problem".*', page)
    assert 'name="slowly"' in page
    assert LONG in page
    before = len(house.thread())
    assert (await says(zhou, LONG, slowly="1"))[0] == 303
    page = await until(zhou, "（3 条里已送到 2 条）")
    assert "这一轮的 5 条已经用完" in page
    await house.say("我在看")
    await until(zhou, "已送达")

    async def whole() -> bool:
        said = [one.text.removeprefix("周老师：") for one in house.thread()[before:] if one.text.startswith("周老师：")]
        return "".join(words for words in said if words not in "一二三") == LONG  # the first may come as late as here

    assert await waiting.until(whole)


async def test_with_nothing_left_words_are_kept_without_asking(house: House) -> None:
    assert await a_case(house) == 1
    house.clock.forward(timedelta(hours=49))
    zhou = await house.staff()
    assert (await post(zhou, "/desk/cases/1/claim"))[0] == 303
    assert "家长超过 48 小时没有说话" in await text(zhou, "/desk/cases/1")
    assert (await says(zhou, LONG))[0] == 303
    await until(zhou, "留着：")


async def test_script_is_told_what_came_of_its_words(zhou: Browser) -> None:
    headers = {**OURS, "Accept": "application/json"}
    path, fields = "/desk/cases/1/messages", {"text": "您好", "key": "key-00001", "kind": "message"}
    answer = await zhou.post(path, data=fields, headers=headers)
    assert answer.status == 200
    assert (await answer.json())["key"] != "key-00001"
    refused = await zhou.post(path, data=fields | {"text": " ", "key": "key-00002"}, headers=headers)
    assert refused.status == 409
    assert (await refused.json())["error"] == "还没有写字。"


async def test_in_wechat_the_name_stands_before_the_words_and_the_automatic_mark_does_not(
    house: House, zhou: Browser
) -> None:
    before = len(house.thread())
    await says(zhou, "我是天宁站的，我在。")
    assert "周老师：我是天宁站的，我在。" in await house.reply("o-mei", before)
    [bubble] = [one for one in house.thread()[before:] if one.text.startswith("周老师：")]
    assert "AI" not in bubble.note
    [call] = [one for one in house.fake.world.calls if "我是天宁站的" in str(one)]
    assert "aimsgcontext" not in str(call)


async def test_delivery_and_window_change_on_the_open_page(zhou: Browser) -> None:
    async with zhou.get("/desk/cases/1/stream?after=0") as stream:
        await events(stream, "event: window")
        await says(zhou, "您好")
        got = await events(stream, 'data-left="4"')
        if "已送达" not in got:  # sent before the page looked, the line comes with its state and needs no mark
            got += await events(stream, "已送达")
    assert "您好" in got
    marks = [part for part in got.split("\n\n") if "event: mark" in part]
    assert not any(part.startswith("id:") for part in marks)  # a mark is no place to resume from


async def test_a_page_older_than_the_delivery_is_put_right_by_its_stream(zhou: Browser) -> None:
    await says(zhou, "您好")
    page = await until(zhou, "已送达")
    last = re.findall(r'data-last="(\d+)"', page)[0]
    async with zhou.get(f"/desk/cases/1/stream?after={last}") as stream:
        got = await events(stream, "已送达")
    assert "event: mark" in got


async def test_the_parent_writing_is_told_to_the_desk(house: House, zhou: Browser) -> None:
    async with zhou.get("/desk/cases/1/stream?after=0") as stream:
        await events(stream, "event: window")
        async with house.app_engine.begin() as conn:
            await typing(conn, 1, PARENT)
        await events(stream, "event: typing\ndata: parent")


async def test_a_counsellor_writing_shows_in_wechat_now_and_then_and_never_in_a_quiet_talk(
    house: House, zhou: Browser
) -> None:
    for _ in range(3):
        assert (await post(zhou, "/desk/cases/1/typing"))[0] == 204
    assert len([call for call in house.fake.world.calls if "typing" in str(call)]) == 1
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("""UPDATE conversations SET state = state || '{"quiet": true}'""")
    house.clock.forward(timedelta(seconds=11))
    assert (await post(zhou, "/desk/cases/1/typing"))[0] == 204
    assert len([call for call in house.fake.world.calls if "typing" in str(call)]) == 1


async def test_what_is_said_earlier_by_the_same_parent_leads_to_the_case(house: House, zhou: Browser) -> None:
    await post(zhou, "/desk/cases/1/close", outcome="已解决", note="家里的事写在这里")
    case = await a_case(house)
    page = await text(zhou, f"/desk/cases/{case}")
    assert "第 1 件 · 找老师 · 已解决" in page
    assert "家里的事写在这里" not in page


async def test_a_colleague_of_another_station_finds_nothing(elsewhere: Browser) -> None:
    for path in ("", "/stream", "/suggestions", "/media/1"):
        assert (await elsewhere.get(f"/desk/cases/1{path}")).status == 404, path
    assert (await elsewhere.get("/desk/find?case=1&q=x")).status == 404
    assert (await post(elsewhere, "/desk/cases/1/typing"))[0] == 404


@pytest.mark.parametrize(("path", "status"), [("stream?after=0", 200), ("media/1", 200), ("media/99", 404)])
async def test_lines_and_pictures_that_are_read_without_the_page_stand_in_the_trail_once(
    house: House, zhou: Browser, path: str, status: int
) -> None:
    await a_picture(house)
    shen = await house.staff("shen", "沈老师")
    for _ in range(2):
        async with shen.get(f"/desk/cases/1/{path}") as answer:
            assert answer.status == status
    assert await readings(house, "case:1", "沈老师") == ([Act.READ_CASE] if status == 200 else [])


@pytest.mark.parametrize("kind", ["file", "report"])
async def test_a_case_without_a_talk_on_its_page_gives_none_of_it_away(house: House, zhou: Browser, kind: str) -> None:
    await a_picture(house)
    async with house.app_engine.begin() as conn:
        await conn.execute(cases.update().values(kind=kind))
    assert (await zhou.get("/desk/cases/1/media/1")).status == 404
    async with zhou.get("/desk/cases/1/stream?after=0") as stream:
        assert stream.status == (200 if kind == "file" else 404)
        told = await events(stream, "event: consent") if kind == "file" else ""  # all that the stream of a file tells
    assert "event: turn" not in told
    assert await readings(house, "case:1", "周老师") == []


async def test_the_page_reads_without_a_lock(house: House, zhou: Browser) -> None:
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("SELECT 1 FROM conversations WHERE id = 1 FOR UPDATE")
        async with asyncio.timeout(30):
            assert "还能发" in await text(zhou, "/desk/cases/1")
        assert await people.find(conn, 1) is not None
