"""What can be laid into a draft: canned replies, entries and listings by search, suggestions; never sent by itself."""

from __future__ import annotations

import html

import pytest
from desk_browser import Browser, a_case, post, text

from bot.store.tables import cases, staff, stations
from tests.house import House


@pytest.fixture
async def zhou(house: House) -> Browser:
    """A counsellor of a station who has taken the only case."""
    assert await a_case(house, words="我想找老师聊聊，孩子三天没去学校") == 1
    browser = await house.staff()
    async with house.app_engine.begin() as conn:
        station = stations.insert().values(slug="tianning", name="天宁站", region="china").returning(stations.c.id)
        ours = (await conn.execute(station)).scalar_one()
        await conn.execute(staff.update().values(station_id=ours))
        await conn.execute(cases.update().values(station_id=ours))
    assert (await post(browser, "/desk/cases/1/claim"))[0] == 303
    return browser


async def kept(browser: Browser, title: str = "问好", words: str = "{问候}，我是{站点}的{老师}。", **more: str) -> int:
    return (await post(browser, "/desk/canned", title=title, text=words, **more))[0]


async def test_a_canned_reply_is_laid_into_the_draft_filled_in(zhou: Browser) -> None:
    assert await kept(zhou) == 303
    page = await text(zhou, "/desk/cases/1")
    assert 'data-put="晚上好，我是天宁站的周老师。"' in page
    page = await text(zhou, "/desk/cases/1?put=canned-1")
    assert ">晚上好，我是天宁站的周老师。</textarea>" in page
    assert 'data-who="person"' not in page  # laid in, not sent


async def test_a_counsellor_keeps_the_stations_replies_and_only_who_leads_keeps_everybodys(
    house: House, zhou: Browser
) -> None:
    assert await kept(zhou, **{"for": "everybody"}) == 409
    lead = await house.staff("gu", "顾站长", "admin")
    assert await kept(lead, "给大家", "我在。", **{"for": "everybody"}) == 303
    page = await text(zhou, "/desk/canned")
    assert "给大家" in page
    assert (await post(zhou, "/desk/canned/1", title="改", text="改"))[0] == 404
    assert (await post(lead, "/desk/canned/1", title="改过", text="改过了"))[0] == 303
    assert "改过了" in await text(zhou, "/desk/canned")


async def test_another_stations_replies_are_not_there(house: House, zhou: Browser) -> None:
    assert await kept(zhou) == 303
    shen = await house.staff("shen", "沈老师")
    async with house.app_engine.begin() as conn:
        other = stations.insert().values(slug="zhonglou", name="钟楼站").returning(stations.c.id)
        theirs = (await conn.execute(other)).scalar_one()
        await conn.execute(staff.update().where(staff.c.login == "shen").values(station_id=theirs))
    assert "我是{站点}的" not in (await text(shen, "/desk/canned")).split('id="new"')[0]
    assert (await post(shen, "/desk/canned/1", title="改", text="改"))[0] == 404
    assert (await post(shen, "/desk/canned/1", do="remove"))[0] == 404


async def test_a_canned_reply_is_changed_and_dropped(zhou: Browser) -> None:
    await kept(zhou)
    assert (await post(zhou, "/desk/canned/1", title="问好", text="{老师}在。"))[0] == 303
    assert "{老师}在。" in await text(zhou, "/desk/canned")
    assert (await post(zhou, "/desk/canned/1", do="remove"))[0] == 303
    assert "还没有快捷语" in await text(zhou, "/desk/canned")


@pytest.mark.parametrize(
    ("title", "words", "said"),
    [
        ("", "好", "名字和要说的话都要写"),
        ("好", " ", "名字和要说的话都要写"),
        ("长" * 31, "好", "名字最多 30 个字"),
        ("好", "长" * 1001, "一条最多 1000 个字"),
        ("好", "请带{材料}来", "认不出 {材料}"),
    ],
)
async def test_what_cannot_be_kept_comes_back_with_the_reason(zhou: Browser, title: str, words: str, said: str) -> None:
    status, page = await post(zhou, "/desk/canned", title=title, text=words)
    assert status == 409
    assert said in html.unescape(page)
    assert words.strip() in page


async def test_entries_and_listings_are_found_by_words_and_laid_in(zhou: Browser) -> None:
    found = await text(zhou, "/desk/find?case=1&q=不愿意上学")
    assert "放进输入框" in found
    assert "/desk/cases/1?put=entry-" in found
    lines = await text(zhou, "/desk/find?case=1&q=12356")
    assert "put=listing-" in lines
    assert "12356" in lines
    page = await text(zhou, "/desk/cases/1?q=热线")
    assert "put=listing-" in page
    ident = page.split("put=listing-")[1].split("#")[0]
    assert "</textarea>" in await text(zhou, f"/desk/cases/1?put=listing-{ident}")


async def test_words_that_find_nothing_say_so(zhou: Browser) -> None:
    assert "没有找到合适的" in await text(zhou, "/desk/find?case=1&q=zzzzqqqq")
    assert "没有找到合适的" in await text(zhou, "/desk/find?q=")


async def test_the_parents_last_words_bring_suggestions_and_nothing_is_sent(house: House, zhou: Browser) -> None:
    before = len(house.thread())
    await house.act("say", text="孩子不愿意上学怎么办")
    found = await text(zhou, "/desk/cases/1/suggestions")
    assert 1 <= found.count("data-put=") <= 3
    assert not [one for one in house.thread()[before:] if one.who == "account"]


async def test_a_picture_brings_no_suggestions_of_its_own(house: House, zhou: Browser) -> None:
    before = await text(zhou, "/desk/cases/1/suggestions")
    await house.act("send", type="image")
    assert await text(zhou, "/desk/cases/1/suggestions") == before


@pytest.mark.parametrize("put", ["canned-99", "entry-nothing", "listing-../x", "canned-x", "x", "entry-"])
async def test_an_address_that_names_nothing_lays_nothing_in(zhou: Browser, put: str) -> None:
    assert "></textarea>" in await text(zhou, f"/desk/cases/1?put={put}")


async def test_an_editor_has_no_canned_replies(house: House, zhou: Browser) -> None:
    editor = await house.staff("wang", "王编辑", "editor")
    assert (await editor.get("/desk/canned")).status == 403
    assert (await post(editor, "/desk/canned", title="x", text="y"))[0] == 403
