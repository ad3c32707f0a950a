"""The account's menu: edited without script, judged in words, saved, put on the account, compared, brought back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from desk_browser import Browser, post, text

from bot.app import SERVICES
from bot.channels.wechat import account
from bot.channels.wechat import menu as menus
from bot.demo.wechat.faults import Fault
from bot.store import audit, edits, vitals
from bot.store.edits import MENU
from tests.house import House

CREATE, SHOWN = "menu/create", "get_current_selfmenu_info"
QUESTION = "孩子写作业磨蹭怎么办"
PACKAGED_NAMES = ["问一问", "找老师", "更多"]


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


def form(page: str) -> dict[str, str]:
    """Read the fields of the editor as a browser would send them."""
    part = page[page.index('id="menu"') : page.index("<aside")]
    given = dict(re.findall(r'<input[^>]*? name="([\w-]+)" value="([^"]*)"', part))
    for name, options in re.findall(r'<select id="[\w-]+" name="([\w-]+)".*?>(.*?)</select>', part, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        given[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in given.items()}


def names(given: dict[str, str], top: int) -> list[str]:
    return [given[f"name-{top}-{n}"] for n in range(1, 6) if f"name-{top}-{n}" in given]


async def opened(admin: Browser) -> dict[str, str]:
    return form(await text(admin, "/admin/menu"))


async def done(admin: Browser, step: str, given: dict[str, str]) -> tuple[int, str]:
    return await post(admin, "/admin/menu", step=step, **given)


async def kept(house: House) -> menus.Menu | None:
    async with house.app_engine.connect() as conn:
        history = await edits.history(conn, MENU[0], "menu")
    return menus.load(history[0].body) if history and history[0].body else None


def names_at_wechat(house: House) -> list[str]:
    return [button["name"] for button in house.fake.world.menu.get("button", [])]


async def with_a_question(admin: Browser) -> dict[str, str]:
    given = await opened(admin)
    return given | {"name-1": "作业磨蹭", "does-1": "say", "value-1": QUESTION}


async def test_a_new_button_is_saved_sent_tapped_and_answered(house: House, admin: Browser) -> None:
    status, _ = await done(admin, "save", await with_a_question(admin))
    assert status == 303
    assert house.fake.world.menu == {}
    assert "还没有放过" in await text(admin, "/admin/menu?done=saved")
    status, _ = await post(admin, "/admin/menu/send")
    assert status == 303
    assert names_at_wechat(house) == ["作业磨蹭", "找老师", "更多"]
    page = await text(admin, "/admin/menu?done=sent")
    assert "存着的就是公众号上的" in page
    assert "沈主任" in page

    typed = await house.say(QUESTION, "o-typing")
    key = house.fake.world.menu["button"][0]["key"]
    await house.act("event", event="CLICK", key=key)
    answer = await house.reply("o-mei", 0)
    assert answer == typed
    async with house.app_engine.connect() as conn:
        written = await audit.of_subject(conn, "公众号菜单")
    assert [one.detail["what"] for one in written] == ["放到公众号上", "改了菜单"]


async def test_a_danger_in_a_tapped_sentence_is_a_danger(house: House, admin: Browser) -> None:
    await done(admin, "save", await opened(admin) | {"name-1": "很危险", "does-1": "say", "value-1": "孩子说不想活了"})
    await post(admin, "/admin/menu/send")
    await house.act("event", event="CLICK", key=house.fake.world.menu["button"][0]["key"])
    assert "12356" in await house.reply("o-mei", 0) or "120" in await house.reply("o-mei", 0)
    await house.app[SERVICES].turns.written()
    async with house.app_engine.connect() as conn:
        assert (await conn.exec_driver_sql("SELECT count(*) FROM detections")).scalar_one() == 1


@pytest.mark.parametrize("key", sorted(menus.ACTS))
async def test_every_act_of_the_menu_is_understood_also_from_an_old_menu(house: House, key: str) -> None:
    await house.act("event", event="CLICK", key=key)
    answer = await house.reply("o-mei", 0)
    assert answer
    await house.act("event", event="CLICK", key="NO_SUCH_KEY", who="o-lan")
    assert answer != await house.reply("o-lan", 0)


async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost_or_saved(house: House, admin: Browser) -> None:
    given = await opened(admin)
    given |= {"name-1": "家庭教育指导", "does-1": "link", "value-1": "http://example.cn", "name-2": "更多"}
    status, page = await done(admin, "save", given)
    assert status == 422
    for words in ("名字最多 5 个字，现在 6 个", "网址要以 https:// 开头", "中间已经叫这个名字了"):
        assert words in page
    again = form(page)
    assert {again[name] for name in ("name-1", "value-1", "name-2")} == {"家庭教育指导", "http://example.cn", "更多"}
    assert await kept(house) is None


@pytest.mark.parametrize(
    ("place", "words"), [("2", "“找老师”要留着"), ("3-4", "“隐私说明”要留着"), ("3-5", "“删除我的数据”要留着")]
)
async def test_what_parents_have_a_right_to_cannot_go(house: House, admin: Browser, place: str, words: str) -> None:
    _, page = await done(admin, f"clear:{place}", await opened(admin))
    status, page = await done(admin, "save", form(page))
    assert status == 422
    assert words in page
    assert await kept(house) is None


async def test_rows_move_come_and_go_without_being_saved(house: House, admin: Browser) -> None:
    given = await opened(admin)
    assert names(given, 3) == ["附近服务", "最近活动", "怎么用", "隐私说明", "删除我的数据"]
    _, page = await done(admin, "up:3-2", given)
    assert names(form(page), 3)[:2] == ["最近活动", "附近服务"]
    _, page = await done(admin, "down:1", form(page))
    assert [form(page)[f"name-{n}"] for n in (1, 2, 3)] == ["找老师", "问一问", "更多"]
    _, page = await done(admin, "clear:3-1", form(page))
    assert names(form(page), 3) == ["附近服务", "怎么用", "隐私说明", "删除我的数据"]
    _, page = await done(admin, "add:2", form(page))
    assert names(form(page), 2) == [""]
    for step in ("up:1", "up:9", "up:3-9", "down:3", "pick:1:nothing", "clear:x", "add:0", "what"):
        status, after = await done(admin, step, form(page))
        assert (status, form(after)) == (200, form(page)), step
    assert await kept(house) is None


async def test_moved_and_saved_it_stands_so_at_wechat(house: House, admin: Browser) -> None:
    _, page = await done(admin, "up:3-5", await opened(admin))
    assert (await done(admin, "save", form(page)))[0] == 303
    await post(admin, "/admin/menu/send")
    below = [each["name"] for each in house.fake.world.menu["button"][2]["sub_button"]]
    assert below == ["附近服务", "最近活动", "怎么用", "删除我的数据", "隐私说明"]


async def test_an_entry_is_found_by_a_few_words_of_its_title(house: House, admin: Browser) -> None:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    entry = next(iter(engine.release.library.entries.values()))
    given = await opened(admin) | {"name-1": "看一篇", "does-1": "entry", "value-1": entry.title[:4]}
    status, page = await done(admin, "save", given)
    assert status == 422
    assert f'value="pick:1:{entry.id}"' in page
    _, page = await done(admin, f"pick:1:{entry.id}", form(page))
    assert form(page)["value-1"] == entry.title
    # Without a public address there is no page to open, which is told; nothing else is wrong.
    status, page = await done(admin, "save", form(page))
    assert (status, "还没有配置对外地址" in page) == (422, True)


async def test_who_saves_second_is_told_and_keeps_what_they_did(house: House, admin: Browser) -> None:
    other = await house.staff("zhao", "赵主任", "admin")
    mine, theirs = await with_a_question(admin), await opened(other)
    assert (await done(other, "save", theirs | {"name-1": "问问题"}))[0] == 303
    status, page = await done(admin, "save", mine)
    assert status == 409
    assert "赵主任刚刚存过菜单" in page
    again = form(page)
    assert again["value-1"] == QUESTION
    saved = await kept(house)
    assert saved is not None
    assert saved[0].name == "问问题"


async def test_an_earlier_menu_and_the_packaged_one_are_brought_back(house: House, admin: Browser) -> None:
    await done(admin, "save", await with_a_question(admin))
    await done(admin, "save", await opened(admin) | {"name-1": "别的"})
    async with house.app_engine.connect() as conn:
        first = (await edits.history(conn, MENU[0], "menu"))[-1]
    assert (await post(admin, "/admin/menu", step=f"restore:{first.id}"))[0] == 303
    assert (await opened(admin))["name-1"] == "作业磨蹭"
    assert (await post(admin, "/admin/menu", step="restore:0"))[0] == 303
    assert [(await opened(admin))[f"name-{n}"] for n in (1, 2, 3)] == PACKAGED_NAMES
    assert (await post(admin, "/admin/menu", step="restore:987654"))[0] == 404


WRONG: list[tuple[Fault, str]] = [
    (Fault(errcode=40018), "名字太长"),
    (Fault(errcode=45009), "今天能调用的次数用完了"),
    (Fault(errcode=-1), "微信那边忙"),
    (Fault(errcode=48001), "公众号没有这项权限"),
    (Fault(errcode=40164), "白名单"),
    (Fault(errcode=99999), "99999"),
    (Fault(raw="<html>maintenance</html>"), "不像是微信说的话"),
    (Fault(raw="{}"), "不像是微信说的话"),
    (Fault(status=502, raw="bad gateway"), "连不上微信"),
    (Fault(drop=True), "连不上微信"),
]


@pytest.mark.parametrize(("fault", "words"), WRONG)
async def test_what_wechat_says_is_told_and_the_saved_menu_stays(
    house: House, admin: Browser, fault: Fault, words: str
) -> None:
    await done(admin, "save", await with_a_question(admin))
    house.fake.world.faults.order(CREATE, fault)
    status, page = await post(admin, "/admin/menu/send")
    assert status == 409
    assert "没有放上去" in page
    assert words in page
    assert form(page)["value-1"] == QUESTION
    async with house.app_engine.connect() as conn:
        told = await vitals.find(conn, vitals.MENU)
    assert told is not None
    assert told.body["tried_by"] == "沈主任"
    assert "sent_at" not in told.body
    house.fake.world.faults.clear()
    assert (await post(admin, "/admin/menu/send"))[0] == 303


async def test_a_refused_token_is_renewed_once_and_the_menu_goes(house: House, admin: Browser) -> None:
    await post(admin, "/admin/menu/look")  # so that there is a token
    house.fake.world.tokens.forget()
    assert (await post(admin, "/admin/menu/send"))[0] == 303
    assert names_at_wechat(house) == PACKAGED_NAMES
    assert sum(call.path == CREATE for call in house.fake.world.calls) == 2


async def test_a_token_that_is_refused_again_and_again_is_told_and_not_asked_for_in_a_loop(
    house: House, admin: Browser
) -> None:
    house.fake.world.faults.order(CREATE, Fault(errcode=40001, times=None))
    status, page = await post(admin, "/admin/menu/send")
    assert (status, "不认我们的凭证" in page) == (409, True)
    assert sum(call.path == CREATE for call in house.fake.world.calls) <= 2


async def test_without_an_answer_nobody_says_that_it_did_not_go(
    house: House, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "PAGE_PATIENCE", 0.3)
    house.fake.world.faults.order(CREATE, Fault(hang=30, done=True))
    status, page = await post(admin, "/admin/menu/send")
    assert status == 409
    assert "可能已经换了，也可能没有" in page
    _, page = await post(admin, "/admin/menu/look")
    assert "和存着的完全一样" in page


async def test_what_the_account_has_is_shown_beside_what_is_saved(house: House, admin: Browser) -> None:
    _, page = await post(admin, "/admin/menu/look")
    assert "公众号上还没有菜单" in page
    await post(admin, "/admin/menu/send")
    await done(admin, "save", await with_a_question(admin))
    assert "存着的比公众号上的新" in await text(admin, "/admin/menu")
    _, page = await post(admin, "/admin/menu/look")
    assert f"作业磨蹭：问“{QUESTION}”" in unescape(page)
    assert "问一问：问一问" in page
    house.fake.world.faults.order(SHOWN, Fault(raw='{"is_menu_open": "?", "selfmenu_info": 7}'))
    status, page = await post(admin, "/admin/menu/look")
    assert (status, "没有看到" in page) == (409, True)


async def test_a_menu_that_was_set_in_the_console_is_shown_as_such(house: House, admin: Browser) -> None:
    house.fake.world.faults.order(
        SHOWN, Fault(raw='{"is_menu_open": 1, "selfmenu_info": {"button": [{"name": "历史文章", "type": "text"}, 3]}}')
    )
    _, page = await post(admin, "/admin/menu/look")
    assert "历史文章：在公众号后台设的内容" in page
