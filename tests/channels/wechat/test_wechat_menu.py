"""The menu as a thing: what it keeps to, how it is kept, how WeChat gets and shows it, what a tap on it says."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import ChannelError
from bot.channels.wechat import menu as menus
from bot.channels.wechat.advice import advice, sentence
from bot.channels.wechat.errors import from_code, unreachable
from bot.channels.wechat.menu import ACTS, PACKAGED, Item, Menu
from bot.channels.wechat.menu_rules import judge
from bot.demo.wechat.faults import MESSAGES, Fault
from bot.dialogue.words import act_of, clicked

URL = "https://bot.example.cn"
ENTRIES = {"homework-slow"}


def faults(menu: Menu, public_url: str = URL) -> list[tuple[str, str, str]]:
    return [(one.place, one.field, one.sentence) for one in judge(menu, public_url=public_url, entries=ENTRIES)]


def with_item(item: Item) -> Menu:
    """The packaged menu with another first button."""
    return (item, *PACKAGED[1:])


def test_the_packaged_menu_is_right_with_and_without_a_public_address() -> None:
    assert faults(PACKAGED) == []
    assert faults(PACKAGED, "") == []
    keys = [each.get("key") for each in menus.body(PACKAGED, "")["button"][2]["sub_button"]]
    assert "PRIVACY" in keys
    assert menus.body(PACKAGED, URL) == menus.custom_menu(privacy_url=f"{URL}/privacy")


@pytest.mark.parametrize(
    ("item", "field", "words"),
    [
        (Item(""), "name", "写上名字"),
        (Item("家庭教育指导", "act", "ASK"), "name", "最多 5 个字，现在 6 个"),
        (Item("ABCDEFGHIJKLMNOPQ", "act", "ASK"), "name", "现在 6 个"),
        (Item("问"), "value", "选一下"),
        (Item("问", "say", " "), "value", "那句话"),
        (Item("问", "say", "长" * 42), "value", "最多 41 个字，现在 42 个"),
        (Item("问", "act", "NOTHING"), "value", "没有这项功能"),
        (Item("问", "page", "nowhere"), "value", "没有这一页"),
        (Item("问", "entry", "gone"), "value", "没有找到这一条"),
        (Item("问", "link", ""), "value", "写上网址"),
        (Item("问", "link", "http://example.cn"), "value", "https://"),
        (Item("问", "link", "javascript:alert(1)"), "value", "https://"),
        (Item("问", "link", "https://localhost/"), "value", "https://"),
        (Item("问", "link", "https://bank.example.cn@evil.example/"), "value", "https://"),
        (Item("问", "link", "https://example.cn:port/"), "value", "https://"),
        (Item("问", "link", "https://[::1"), "value", "https://"),
        (Item("问", "link", "https://example.cn/ 空格"), "value", "没有空格"),
        (Item("问", "link", "https://example.cn/" + "a" * 1020), "value", "最多 1024 个字符，现在 1039"),
        (Item("找老师", "act", "ASK"), "name", ""),
        (Item("问", "act", "HUMAN"), "value", ""),
        (Item("问", "say", "有人吗", below=(Item("答", "act", "ASK"),)), "value", "下面还有 1 项"),
    ],
)
def test_what_is_wrong_with_a_button_is_said_beside_it(item: Item, field: str, words: str) -> None:
    found = faults(with_item(item))
    assert any(where == field and words in said for _, where, said in found), found


def test_what_wechat_takes_is_not_found_fault_with() -> None:
    for item in (
        Item("五个汉字吧", "act", "ASK"),
        Item("问", "say", "长" * 41),
        Item("问", "entry", "homework-slow"),
        Item("问", "page", "chat"),
        Item("问", "link", "https://example.cn/" + "a" * 1000),
        Item("问", below=(Item("二十个字的名字二十个字的名字二十个字的名", "act", "ASK"),)),
    ):
        assert faults(with_item(item)) == [], item


def test_pages_need_a_public_address() -> None:
    for item in (Item("问", "page", "chat"), Item("问", "entry", "homework-slow")):
        [(_, field, said)] = faults(with_item(item), "")
        assert (field, "对外地址" in said) == ("value", True)


def test_too_many_are_refused_and_none_too() -> None:
    many = tuple(Item(f"第{n}", "say", f"问{n}") for n in range(6))
    assert any("最多 5 项" in said for _, _, said in faults((replace(PACKAGED[0], sort="", below=many), *PACKAGED[1:])))
    assert any("最多 3 个" in said for _, _, said in faults((*PACKAGED, Item("四", "say", "四"))))
    assert len(faults(())) == 1


@pytest.mark.parametrize("key", ["HUMAN", "DELETE_ME"])
def test_a_right_behind_a_button_that_only_opens_others_is_out_of_reach(key: str) -> None:
    lost = tuple(item for item in PACKAGED if item.value != key)
    lost = tuple(replace(top, below=tuple(item for item in top.below if item.value != key)) for top in lost)
    assert [said for _, _, said in faults(lost) if "要留着" in said]
    hidden = (*lost[:1], Item("门", "act", key, below=(Item("里面", "say", "里面"),)), *lost[1:][:1])
    assert [said for _, _, said in faults(hidden) if "要留着" in said]


# How it is kept, sent and tapped.

_words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
_items = st.builds(Item, _words, st.sampled_from(["say", "act", "entry", "link"]), _words)
_tops = st.one_of(
    _items, st.builds(lambda name, below: Item(name, below=tuple(below)), _words, st.lists(_items, min_size=1))
)


@given(st.lists(_tops, max_size=3).map(tuple))
def test_what_was_kept_is_read_back_as_it_was(menu: Menu) -> None:
    assert menus.load(menus.dump(menu)) == menu


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '"x"', "[7]", '[{"sort": "act"}]', '[{"name": "x", "sort": "eval"}]', "[" * 100_000,
     '[{"name": "x", "below": 7}]', '[{"name": "x", "sort": "page", "value": "nowhere"}]'],
)  # fmt: skip
def test_what_is_no_menu_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        menus.load(text)


def test_every_act_says_words_that_are_understood_and_a_sentence_says_itself() -> None:
    for key in ACTS:
        assert clicked(key), key
    for key, act in (("HUMAN", "human"), ("PRIVACY", "privacy"), ("DELETE_ME", "erase"), ("BOOK", "book")):
        assert act_of(clicked(key)) == act
    assert menus.said("SAY:孩子写作业磨蹭怎么办") == "孩子写作业磨蹭怎么办"
    assert menus.said("ASK") == menus.said("") == ""


@pytest.mark.parametrize(
    ("key", "words"), [("SAY:  在吗  ", "在吗"), ("SAY:", ""), ("say:在吗", ""), ("SAY:HUMAN", "HUMAN"), ("HUMAN", "")]
)
async def test_a_tapped_sentence_comes_in_as_its_words(world: Any, key: str, words: str) -> None:
    await world.fake.control.act("o1", "event", {"event": "CLICK", "key": key})
    inbound = world.bot.received[-1]
    assert (inbound.kind, inbound.text, inbound.detail["key"].strip()) == ("click", words, key.strip())


# What WeChat has.


async def test_the_menu_of_the_account_is_read_back_and_compared(world: Any) -> None:
    client = world.client(patience=1.0)
    assert await client.current_menu() == []
    await client.create_menu(menus.body(PACKAGED, URL))
    ours = menus.told(menus.body(PACKAGED, URL)["button"])
    theirs = menus.told(await client.current_menu())
    assert ours == theirs
    assert menus.differences(ours, theirs) == []
    other = menus.told(menus.body((PACKAGED[0], Item("问", "say", "在吗")), "")["button"])
    told = {place: (mine, yours) for place, mine, yours in menus.differences(other, theirs)}
    assert told["中间"] == ("问：问“在吗”", "找老师：找老师")
    assert told["右边"] == ("没有", "更多：点开下面的")
    assert told["右边第 4 项"] == ("没有", f"隐私说明：{URL}/privacy")


@pytest.mark.parametrize(
    "raw",
    ["[]", "{}", '{"is_menu_open": "yes"}', "<xml/>", '{"is_menu_open": 1, "selfmenu_info": [1]}',
     '{"is_menu_open": 1, "selfmenu_info": {"button": {"name": 1}}}',
     '{"is_menu_open": 1, "selfmenu_info": {"button": [1, null]}}'],
)  # fmt: skip
async def test_nonsense_from_wechat_is_no_menu_and_no_crash(world: Any, raw: str) -> None:
    world.fake.world.faults.order("get_current_selfmenu_info", Fault(raw=raw))
    found: dict[str, tuple[str, str]] = {}
    with contextlib.suppress(ChannelError):
        found = menus.told(await world.client(patience=1.0).current_menu())
    assert found == {}


def test_odd_buttons_are_shown_as_far_as_they_can_be() -> None:
    odd = json.loads(
        '[{"name": "新闻", "type": "news", "value": "x"}, {"sub_button": {"list": [{}, 3]}}, {"type": "click"}]'
    )
    assert menus.told(odd)["1"] == ("新闻", "在公众号后台设的内容")
    assert set(menus.told(odd)) == {"1", "2", "2-1", "3"}


async def test_quotas_are_told(world: Any) -> None:
    client = world.client(patience=1.0)
    await client.create_menu(menus.body(PACKAGED, URL))
    assert await client.daily_quota("menu/create") == (1, 1000)
    with pytest.raises(ChannelError) as caught:
        await client.daily_quota("no/such")
    assert caught.value.code == "76021"


def test_every_code_that_we_know_of_has_words_of_its_own_for_those_who_keep_the_account() -> None:
    for code in (-1, 40001, 40013, 40016, 40018, 40019, 40020, 40023, 40033, 40125, 40164, 45009, 45011, 48001):
        assert code in MESSAGES
        what, todo = advice(str(code))
        assert "说的是" not in what, code
        assert todo.endswith("。")
    assert "（40018）" in sentence(from_code(40018))
    assert "31999" in sentence(from_code(31999))
    assert sentence(unreachable("ClientConnectorError")).startswith("连不上微信")
