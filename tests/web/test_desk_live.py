"""The streams of the desk: rows, lines and dangers come by themselves, and resume where they were cut."""

from __future__ import annotations

from desk_browser import DANGER, Browser, a_case, events, ids, lines, post, says

from tests.house import House


async def test_the_queue_comes_live_when_somebody_calls(house: House) -> None:
    zhou = await house.staff()
    async with zhou.get("/desk/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        await events(stream, "event: queue")
        await a_case(house)
        news = await events(stream, "/desk/cases/1")
    assert "data-waiting" in news


async def test_the_stream_of_my_cases_shows_mine_only(waiting: House, zhou: Browser) -> None:
    other = await a_case(waiting, "o-lan")
    async with zhou.get("/desk/stream?view=mine") as stream:
        first = await events(stream, "/desk/cases/1")
        assert f"/desk/cases/{other}" not in first


async def test_a_case_s_lines_come_live_with_their_ids(waiting: House, zhou: Browser) -> None:
    last = (await lines(waiting))[-1].id
    async with zhou.get(f"/desk/cases/1/stream?after={last}") as stream:
        await events(stream, "retry")
        await waiting.act("say", text="他已经三天没去学校")
        news = await events(stream, "他已经三天没去学校")
        await says(zhou, "我听着呢")
        news += await events(stream, "我听着呢")
    found = ids(news)
    assert len(found) == 2
    assert found == sorted(found)
    assert found[0] > last


async def test_a_case_s_stream_resumes_after_the_last_event_that_came(waiting: House, zhou: Browser) -> None:
    for words in ("第一句", "第二句", "第三句"):
        await waiting.act("say", text=words)
    known = next(line.id for line in await lines(waiting) if line.text == "第二句")
    async with zhou.get("/desk/cases/1/stream?after=0", headers={"Last-Event-ID": str(known)}) as stream:
        news = await events(stream, "第三句")
    assert "第二句" not in news
    assert min(ids(news)) > known


async def test_colleagues_read_notes_live(waiting: House, zhou: Browser) -> None:
    shen = await waiting.staff("shen", "沈老师")
    last = (await lines(waiting))[-1].id
    async with shen.get(f"/desk/cases/1/stream?after={last}") as stream:
        await events(stream, "retry")
        await post(zhou, "/desk/cases/1/messages", text="请明早回访", kind="note", key="note-001")
        assert "只有同事看得见" in await events(stream, "请明早回访")


async def test_there_is_no_stream_of_a_case_that_is_not_there(waiting: House, zhou: Browser) -> None:
    assert (await zhou.get("/desk/cases/999/stream")).status == 404
    await waiting.act("event", event="unsubscribe")
    assert (await zhou.get("/desk/cases/1/stream")).status == 404


async def test_every_page_of_the_desk_hears_of_a_danger_at_once(waiting: House, zhou: Browser) -> None:
    async with zhou.get("/desk/stream?view=mine") as queue, zhou.get("/desk/cases/1/stream?after=0") as case:
        await events(queue, "event: queue")
        await events(case, "event: turn")
        danger = await a_case(waiting, "o-lan", DANGER)
        for stream in (queue, case):
            assert f"data: {danger}-1\n" in await events(stream, "event: alarm")
        await post(zhou, f"/desk/cases/{danger}/acknowledge")
        for stream in (queue, case):
            await events(stream, "event: alarm\ndata: \n")
