"""The weekly digest from two parents who ask for it to what they get, and that nothing comes once they are out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot.app import SERVICES
from bot.channels.wechat.account import saving
from bot.jobs.digest import Drafts, Mailing
from bot.services import chat_url
from bot.store import digests
from bot.store.tables import digests as table
from bot.store.tables import messages, outbox, subscriptions
from knowledge.calendar import CHINA
from tests.house import House, rows
from tests.waiting import until

OURS = {"Sec-Fetch-Site": "same-origin"}
FRIDAY = datetime(2026, 5, 15, 19, 1, tzinfo=CHINA)  # two days and twenty-two hours after the parents wrote
WEEK, NEXT = "2026-05-11", "2026-05-18"


def mailing(house: House) -> Mailing:
    made = house.app[SERVICES]
    said = saving(house.settings, chat_url(house.settings, house.clock))
    return Mailing(made.engine, made.bearings.tools, said.parts, house.clock)


async def sent(house: House, week: str) -> None:
    """Let the job do all of a week's work; the house's own may be at it as well."""

    async def all_done() -> bool:
        await mailing(house).run()
        found = {row.week.isoformat(): row.state for row in await rows(house.database_url, table)}
        return found.get(week) == "sent"

    assert await until(all_done)


async def drafted(house: House, week: str) -> None:
    made = house.app[SERVICES]
    await Drafts(made.engine, made.bearings.tools, house.clock).run()
    assert week in {row.week.isoformat() for row in await rows(house.database_url, table)}


async def step(browser: Any, path: str, **fields: str) -> str:
    answer = await browser.post(path, data=fields, headers=OURS, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return str(answer.headers["Location"])


async def form(browser: Any, week: str) -> dict[str, str]:
    """Give what the form of a week holds, as a browser would send it."""
    page = await (await browser.get(f"/admin/digest/{week}")).text()
    fields = dict(re.findall(r'name="([a-z]+-\d)" list="titles" value="([^"]*)"', page))
    assert len(fields) == 15
    saved = re.search(r'name="saved" value="(\d+)"', page)
    opening = re.search(r'<textarea id="opening"[^>]*>([^<]*)', page)
    assert saved
    assert opening
    return {**fields, "saved": saved[1], "opening": opening[1], "day": "4", "hour": "19"}


async def saved(house: House, week: str) -> str:
    return next(str(row.saved) for row in await rows(house.database_url, table) if row.week.isoformat() == week)


async def approved(house: House, week: str, opening: str, logins: tuple[str, str]) -> None:
    """Let an editor choose and a chief approve, each in a session of their own."""
    editor = await house.staff(logins[0], "顾编辑", "editor")
    chief = await house.staff(logins[1], "沈主编", "chief-editor")
    fields = await form(editor, week) | {"opening": opening, "step": "submit"}
    await step(editor, f"/admin/digest/{week}", **fields)
    refused = await editor.post(f"/admin/digest/{week}/approve", data={}, headers=OURS, allow_redirects=False)
    assert refused.status == 403
    await step(chief, f"/admin/digest/{week}/approve", saved=await saved(house, week))


async def web_parent(house: House) -> Any:
    parent = house.browser()
    await parent.get("/chat")
    return parent


async def web_says(parent: Any, words: str, key: str) -> str:
    await parent.post("/chat/say", data={"text": words, "key": f"key-of-{key}"}, headers=OURS)
    return str(await (await parent.get("/chat")).text())


async def parked(house: House) -> int:
    async def all_wait() -> int:
        states = [row.state for row in await rows(house.database_url, outbox) if row.about == "digest"]
        return len(states) if set(states) == {"parked"} else 0

    return await until(all_wait)


async def told(house: House, words: str, who: str = "o-mei") -> int:
    """Wait until a bubble says something; how many do."""

    async def saying() -> int:
        return sum(words in bubble.text for bubble in house.thread(who) if bubble.who != "parent")

    return await until(saying)


async def written(house: House) -> int:
    async with house.app_engine.connect() as conn:
        query = select(func.count()).select_from(messages).where(messages.c.key.startswith("digest:"))
        return (await conn.execute(query)).scalar_one()


async def test_two_parents_get_a_week_once_and_nothing_after_they_left(house: House) -> None:
    web = await web_parent(house)
    assert "您打开就看得到" in await web_says(web, "订阅每周一条", "subscribe")
    answer = await house.say("订阅")
    assert "微信只让我在您说过话的两天里发" in answer
    assert "退订" in answer
    assert "每周一条" in await house.say("我的资料")
    await drafted(house, WEEK)
    await approved(house, WEEK, "端午前后，说说怎么陪。", ("gu", "shen"))
    await mailing(house).run()
    assert await written(house) == 0  # its time has not come

    house.clock.set(FRIDAY)
    await sent(house, WEEK)
    assert await written(house) == 2
    assert await parked(house) == 1
    assert "端午前后，说说怎么陪。" in await (await web.get("/chat")).text()
    assert not any("端午前后" in bubble.text for bubble in house.thread())
    await mailing(house).run()
    assert await written(house) == 2

    editor = await house.staff("gu2", "顾编辑", "editor")
    page = await (await editor.get("/admin/digest")).text()
    assert 'data-label="收到">2 位' in page
    assert 'data-label="还在等">1 位' in page

    await house.say("孩子写作业磨蹭")
    assert await told(house, "端午前后，说说怎么陪。") == 1
    assert "（自动回复）" in next(bubble.text for bubble in house.thread() if "端午前后" in bubble.text)
    public = await (await house.browser().get("/digest")).text()
    assert "端午前后，说说怎么陪。" in public
    entry = re.search(r'href="/e/([a-z0-9-]+)"', public)
    assert entry
    assert (await house.browser().get(f"/e/{entry[1]}")).status == 200
    past = await house.say("看往期")
    assert "点一下就能看" in past
    assert "bizmsgmenu" in past

    assert "以后不再发" in await house.say("退订")
    assert "以后不再发" in await web_says(web, "退订", "leave")
    assert await rows(house.database_url, subscriptions) == []
    page = await (await editor.get("/admin/digest")).text()
    assert 'data-label="退订">2 位' in page
    assert 'data-label="文章打开">1 次' in page

    await drafted(house, NEXT)
    await approved(house, NEXT, "新的一周。", ("gu3", "shen3"))
    house.clock.set(FRIDAY + timedelta(days=7))
    await sent(house, NEXT)
    assert await written(house) == 2
    assert not any("新的一周" in bubble.text for bubble in house.thread())


async def a_waiting_digest(house: House) -> None:
    """A parent whose digest waits for their next words."""
    await house.say("订阅")
    await drafted(house, WEEK)
    async with house.app_engine.begin() as conn:
        await conn.execute(
            update(table).where(table.c.week == FRIDAY.date() - timedelta(days=4)).values(state="approved")
        )
    house.clock.set(FRIDAY)
    await sent(house, WEEK)
    assert await parked(house) == 1


async def test_what_waits_is_taken_back_by_leaving(house: House) -> None:
    await a_waiting_digest(house)
    assert "还没送到的也收回了" in await house.say("退订")
    assert [row for row in await rows(house.database_url, outbox) if row.about] == []
    assert not any("这一周给您挑了几篇" in bubble.text for bubble in house.thread())


async def test_a_digest_never_arrives_beside_the_numbers_to_call(house: House) -> None:
    await a_waiting_digest(house)
    answer = await house.say("孩子站在阳台栏杆上，说不想活了")
    assert "110" in answer
    assert [row for row in await rows(house.database_url, outbox) if row.about] == []
    assert not any("这一周给您挑了几篇" in bubble.text for bubble in house.thread())


async def test_after_six_days_what_waits_is_dropped(house: House) -> None:
    await a_waiting_digest(house)
    house.clock.set(FRIDAY + timedelta(days=6, minutes=1))
    await house.say("在吗")
    [row] = [row for row in await rows(house.database_url, outbox) if row.about]
    assert row.state == "failed"
    assert not any("这一周给您挑了几篇" in bubble.text for bubble in house.thread())
    async with house.app_engine.connect() as conn:
        assert await digests.waiting(conn, house.clock()) == {}


async def test_deleting_and_unfollowing_end_it(house: House) -> None:
    await house.say("订阅")
    assert len(await rows(house.database_url, subscriptions)) == 1
    await house.say("删除我的数据")
    await house.say("确定删除")
    assert await rows(house.database_url, subscriptions) == []
    await house.say("订阅", "o-lan")
    assert len(await rows(house.database_url, subscriptions)) == 1
    await house.act("event", "o-lan", event="unsubscribe")

    async def gone() -> bool:
        return not await rows(house.database_url, subscriptions)

    assert await until(gone)
