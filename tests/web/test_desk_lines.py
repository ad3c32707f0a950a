"""A line at the desk that did not arrive: once more, or back, by a button of whose case it is; live for all."""

from __future__ import annotations

from desk_browser import OURS, Browser, events, post, text, until
from sqlalchemy import update

from bot.store.tables import conversations, messages
from tests.house import House, rows

SCRIPT = OURS | {"Accept": "application/json"}


async def line(house: House, words: str) -> int:
    found: int = next(row.id for row in await rows(house.database_url, messages) if row.text == words)
    return found


async def failed(house: House, zhou: Browser) -> str:
    """Write a line that cannot arrive; where it is mended."""
    house.fake.world.follower("o-mei").refuses = True
    await post(zhou, "/desk/cases/1/messages", text="您在吗", key="key-0001")
    await until(zhou, "没送出")
    house.fake.world.follower("o-mei").refuses = False
    return f"/desk/cases/1/lines/{await line(house, '您在吗')}"


async def parked(house: House, zhou: Browser) -> str:
    """Write a line that waits for the parent; where it is mended."""
    async with house.app_engine.begin() as conn:
        await conn.execute(update(conversations).values(windows={}))
    await post(zhou, "/desk/cases/1/messages", text="您在吗", key="key-0001")
    await until(zhou, "留着：")
    return f"/desk/cases/1/lines/{await line(house, '您在吗')}"


async def test_what_failed_is_sent_once_more(house: House, zhou: Browser) -> None:
    place = await failed(house, zhou)
    assert f'action="{place}/again"' in await text(zhou, "/desk/cases/1")
    before = len(house.thread())
    answer = await zhou.post(f"{place}/again", headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/cases/1#line-{place.rsplit('/', 1)[1]}")
    assert "您在吗" in await house.reply("o-mei", before)
    assert "/again" not in await until(zhou, "已送达")


async def test_what_waits_is_withdrawn_and_the_parent_never_reads_it(house: House, zhou: Browser) -> None:
    place = await parked(house, zhou)
    assert f'action="{place}/withdraw"' in await text(zhou, "/desk/cases/1")
    assert (await post(zhou, f"{place}/withdraw"))[0] == 303
    page = await text(zhou, "/desk/cases/1")
    assert "已收回" in page
    assert "/withdraw" not in page
    assert "您在吗" in page  # colleagues go on reading what was meant
    await house.say("我回来了")
    assert "您在吗" not in str(house.thread())
    status, page = await post(zhou, f"{place}/again")
    assert (status, "没有要再发的" in page) == (409, True)


async def test_script_is_told_what_came_of_it(house: House, zhou: Browser) -> None:
    place = await parked(house, zhou)
    for step, status in (("again", 409), ("withdraw", 200)):
        answer = await zhou.post(f"{place}/{step}", headers=SCRIPT)
        assert answer.status == status
        assert ("error" in await answer.json()) is (status == 409)


async def test_the_others_have_no_button_and_are_refused(house: House, zhou: Browser) -> None:
    place = await failed(house, zhou)
    shen = await house.staff("shen", "沈老师")
    assert "没送出" in (page := await text(shen, "/desk/cases/1"))
    assert "/again" not in page
    status, page = await post(shen, f"{place}/again")
    assert (status, "这一件现在由周老师在跟" in page) == (409, True)


async def test_a_line_that_is_not_there_is_not_found(zhou: Browser) -> None:
    for step in ("again", "withdraw"):
        status, page = await post(zhou, f"/desk/cases/1/lines/999/{step}")
        assert (status, "没有这一句" in page) == (404, True)
        assert (await post(zhou, f"/desk/cases/999/lines/1/{step}"))[0] == 404


async def test_the_change_comes_live_with_the_button_for_whose_case_it_is(house: House, zhou: Browser) -> None:
    place = await failed(house, zhou)
    shen = await house.staff("shen", "沈老师")
    async with zhou.get("/desk/cases/1/stream?after=999") as mine, shen.get("/desk/cases/1/stream?after=999") as theirs:
        assert f"{place}/again" in await events(mine, "再发一次")
        assert "/again" not in await events(theirs, "没送出")
        await post(zhou, f"{place}/again")
        for stream in (mine, theirs):
            assert "event: mark" in await events(stream, "已送达")
