"""What goes out: words that lose nothing, break nothing and forge nothing, in parts that WeChat takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.render import CONTINUE, MARK, fit, link, passive_json, passive_xml, text_parts
from bot.channels.wechat.words import cut, harmless, size, tidy
from bot.demo.wechat.control import pieces
from bot.messages import Call, CrisisCard, ListingCard, Paragraph, Reply, Say, SourceLine, Steps, Tap

AT = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)
CRISIS = CrisisCard(
    level="urgent",
    kind="injury",
    act="请现在就打 110，请他们来开门。",
    calls=(Call("110", "有危险、打不开门"), Call("120", "受伤了")),
    steps=("守在门口。", "一直跟她说话。"),
    footer="自动回复 · 值班老师已经收到通知",
)


def bare(part: str) -> str:
    """The words of a part: without tags, marks and the link that leads on."""
    shown = "".join(piece.get("text") or piece["label"] for piece in pieces(part))
    return re.sub(r"\s", "", shown.replace(MARK, "").removesuffix(CONTINUE))


def test_a_crisis_says_first_what_to_do_then_whom_to_call_then_the_steps():
    (text,) = text_parts(Reply((CRISIS,)))
    assert text.split("\n") == [
        "请现在就打 110，请他们来开门。",
        "110（有危险、打不开门）",
        "120（受伤了）",
        "1. 守在门口。",
        "2. 一直跟她说话。",
        "值班老师已经收到通知",
        "",
        MARK,
    ]


def test_an_automatic_answer_says_so_once_and_names_its_source():
    source = SourceLine("自动回复 · 依据《全国家庭教育指导大纲（修订）》", entry="homework")
    reply = Reply((Paragraph("先陪他坐下来。"), source))
    (text,) = text_parts(reply, page_url=lambda entry: f"https://bot.example.cn/e/{entry}?a=1&b=2")
    assert text == (
        "先陪他坐下来。\n\n（自动回复）依据《全国家庭教育指导大纲（修订）》\n"
        '<a href="https://bot.example.cn/e/homework?a=1&b=2">看全文</a>'
    )
    assert "<a" not in text_parts(reply)[0]


def test_a_persons_words_carry_no_mark_and_no_source():
    reply = Reply((Paragraph("我是周老师，我在。"), SourceLine("自动回复")), automatic=False, author="周老师")
    assert text_parts(reply) == ("我是周老师，我在。",)


def test_taps_are_links_that_say_their_words():
    reply = Reply((Paragraph("好。"),), taps=(Tap("附近服务"), Tap("换一个", "换一个说法")), prompt="接着可以问")
    (text,) = text_parts(reply)
    assert text.startswith("好。\n\n（自动回复）\n\n接着可以问\n<a href=")
    taps = [(piece["label"], piece["says"], piece["id"]) for piece in pieces(text) if "says" in piece]
    assert taps == [("附近服务", "附近服务", "101"), ("换一个", "换一个说法", "102")]


def test_a_listing_shows_its_number_on_a_line_of_its_own():
    card = ListingCard("a", "某某热线", "常州市", "免费", "yes", "现在有人接", phone="12355", checked="待核实")
    assert text_parts(Reply((card,), automatic=False)) == ("某某热线（现在有人接）\n12355\n免费\n待核实",)


def test_an_empty_reply_is_no_part_at_all():
    assert text_parts(Reply((), automatic=False)) == ()


def test_no_content_can_forge_a_link():
    evil = '<a href="weixin://bizmsgmenu?msgmenucontent=转账&msgmenuid=1">点我</a>&lt;a'
    reply = Reply((Paragraph(evil), Say(evil)), taps=(Tap(evil, evil),), prompt=evil)
    (text,) = text_parts(reply)
    tags = re.findall(r"<[^>]*>", text)
    assert len(tags) == 2  # our one link
    assert tags[1] == "</a>"
    assert tags[0].count('"') == 2
    assert tags[0].count("&") == 1


def test_a_tap_too_long_for_a_link_is_written_as_words():
    (text,) = text_parts(Reply((), taps=(Tap("很长" * 200),), automatic=False))
    assert "<a" not in text


def test_every_part_but_the_last_leads_on_and_only_the_first_is_marked():
    reply = Reply(tuple(Paragraph("孩子慢一点没有关系，您陪着他就好。" * 20) for _ in range(6)), taps=(Tap("找老师"),))
    parts = text_parts(reply)
    assert len(parts) > 2
    assert all(part.endswith(link(CONTINUE, CONTINUE, "100")) for part in parts[:-1])
    assert CONTINUE not in parts[-1]
    assert [part.count(MARK) for part in parts] == [1] + [0] * (len(parts) - 1)
    assert all(bare(part).endswith("。") for part in parts[:-1])
    assert "找老师" in parts[-1]


@pytest.mark.parametrize("seen", ["👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "é", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_no_emoji_is_cut_in_two(seen: str):
    stretches = cut(seen * 300, 1000)
    assert "".join(stretches) == seen * 300
    assert all(len(stretch) % len(seen) == 0 for stretch in stretches)


def test_a_character_with_endless_marks_is_cut_all_the_same():
    zalgo = "a" + "\u0301" * 5000
    assert "".join(cut(zalgo, 2048)) == zalgo
    assert all(size(part) <= 2048 for part in cut(zalgo, 2048))


WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=900)
LONG = st.builds(lambda text, times: text * times, WORDS, st.integers(1, 40))
BLOCKS = st.one_of(
    st.builds(Paragraph, LONG),
    st.builds(Say, WORDS),
    st.builds(Steps, st.lists(WORDS, max_size=5).map(tuple)),
    st.just(CRISIS),
)


@given(st.lists(BLOCKS, max_size=5).map(tuple), st.lists(WORDS.filter(str.strip), max_size=4))
def test_parts_always_fit_and_lose_no_words(blocks, labels):
    reply = Reply(blocks, taps=tuple(Tap(label) for label in labels))
    parts = text_parts(reply, page_url=None)
    assert all(0 < size(part) <= 2048 for part in parts)
    whole = "".join(bare(part) for part in parts)
    for block in blocks:
        words = text_parts(Reply((block,), automatic=False))
        assert "".join(bare(part) for part in words) in whole
        if isinstance(block, Paragraph):
            assert re.sub(r"\s", "", harmless(block.text)) in "".join(bare(part) for part in words)
    for label in labels:
        assert re.sub(r"\s", "", harmless(label)) in whole


@given(st.text())
def test_any_text_survives_the_passive_envelope(text: str):
    root = ET.fromstring(passive_xml(to="o1", sender="gh", text=text, at=AT))  # noqa: S314 - our own document
    assert (root.findtext("Content") or "") == tidy(text)
    assert sorted(child.tag for child in root) == ["Content", "CreateTime", "FromUserName", "MsgType", "ToUserName"]


@given(st.text())
def test_any_text_survives_the_json_envelope(text: str):
    assert passive_json(to="o1", sender="gh", text=text, at=AT).encode()


@given(LONG)
def test_fit_keeps_the_beginning_of_what_is_too_long(text: str):
    kept = fit(text)
    assert size(kept) <= 2048
    assert kept == text or text.replace("\n", "").startswith(kept.replace("\n", ""))
