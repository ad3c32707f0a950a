"""Every block becomes its component, and whatever stands in it stays text."""

from __future__ import annotations

import dataclasses
import re

import aiohttp_jinja2
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from chat_memory import CRISIS, EVENING, GUIDANCE, LINES_NOW, Clock, MemoryThread, build

from bot.channels.web.ports import Line
from bot.messages import (
    Block,
    Call,
    CrisisCard,
    Heed,
    ListingCard,
    Paragraph,
    Reply,
    Say,
    SourceLine,
    Steps,
    Tap,
)

HOSTILE = "<script>alert('坏')</script>\" onload=\"x"


@pytest.fixture
def app(clock: Clock) -> web.Application:
    return build(MemoryThread(clock), clock)


def turn(app: web.Application, side: str = "parent", **what: object) -> str:
    line = Line(**({"id": 7, "who": "bot", "text": "", "at": EVENING} | what))
    request = make_mocked_request("GET", "/chat", app=app)
    return aiohttp_jinja2.render_string("turn.html", request, {"line": line, "side": side})


BLOCKS: list[Block] = [
    Paragraph(HOSTILE),
    Steps((HOSTILE,)),
    Say(HOSTILE),
    Heed(HOSTILE),
    ListingCard(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "yes", HOSTILE, phone=HOSTILE, reach=HOSTILE, checked=HOSTILE),
    CrisisCard("high", HOSTILE, HOSTILE, (Call(HOSTILE, HOSTILE),), (HOSTILE,), HOSTILE),
    SourceLine(HOSTILE, entry=HOSTILE),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_hostile_words_in_a_block_stay_text(app: web.Application, block: Block) -> None:
    html = turn(app, reply=Reply((block,)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r'<[^>]*\sonload="', html)


@pytest.mark.parametrize("who", ["parent", "person", "event", "note"])
@pytest.mark.parametrize("side", ["parent", "desk"])
def test_hostile_words_of_people_stay_text(app: web.Application, who: str, side: str) -> None:
    html = turn(app, side, who=who, text=HOSTILE, author=HOSTILE, why=HOSTILE, state="failed", key="k" * 8)
    assert "<script" not in html
    assert not re.search(r'<[^>]*\sonload="', html)


def test_a_tap_sends_its_text_and_shows_its_label(app: web.Application) -> None:
    html = turn(app, reply=Reply((Paragraph("好"),), taps=(Tap("短", "长一点的话"), Tap(HOSTILE)), prompt="接着可以问"))
    assert '<button class="chip" form="says" name="text" value="长一点的话">短</button>' in html
    assert "<script" not in html
    assert "接着可以问" in html


def test_taps_at_the_desk_cannot_be_pressed(app: web.Application) -> None:
    assert "<button" not in turn(app, "desk", reply=GUIDANCE)


def test_guidance_has_steps_one_say_block_and_its_source(app: web.Application) -> None:
    html = turn(app, reply=GUIDANCE)
    assert html.count("<li>") == 4
    assert html.count('class="say lines"') == 1
    assert 'href="/e/screens-junior-slams-door"' in html
    assert '<a href="tel:12356">12356</a>' in html


def test_a_listing_is_shown_with_whether_it_is_open(app: web.Application) -> None:
    html = turn(app, reply=LINES_NOW)
    for state, words in (("yes", "现在有人接"), ("ask", "时段以当地为准"), ("no", "现在休息 · 下次开门：周二 9:00")):
        assert f'<span class="open" data-open="{state}">{words}</span>' in html
    assert 'href="tel:96111"' in html
    assert "2026-05-06 拨打核实" in html


def test_a_crisis_begins_with_the_act_and_the_calls(app: web.Application) -> None:
    html = turn(app, reply=dataclasses.replace(CRISIS, blocks=(Paragraph("后面的话"), *CRISIS.blocks)))
    order = [html.index(mark) for mark in ('role="alert"', "请现在就打", 'class="calls"', "守在门口", "后面的话")]
    assert order == sorted(order)
    assert 'data-risk="urgent"' in html


def test_delivery_is_told_at_the_desk_with_its_reason_and_not_to_the_parent(app: web.Application) -> None:
    failed = {"who": "person", "text": "在的", "author": "周老师", "state": "failed", "why": "微信繁忙"}
    assert "没送出：微信繁忙" in turn(app, "desk", **failed)
    assert "没送出" not in turn(app, "parent", **failed)


def test_the_parent_learns_that_a_person_has_read_their_words(app: web.Application) -> None:
    assert "老师已看到" in turn(app, who="parent", text="谢谢", state="seen")
