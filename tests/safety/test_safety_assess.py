"""The judgement as a whole: voices, failures, speed, and what it must not need."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import LEVELS, Assessment
from bot.safety import assess

module = sys.modules[assess.__module__]


@pytest.mark.parametrize(
    "text",
    [
        "我14岁，我爸打我",
        "我用我妈的微信，我不想活了",
        "我初二，我好难受",
        "别告诉我爸妈，我手上划了好多道",
        "我爸又打我妈了",
        "老师摸我",
    ],
)
def test_a_child_is_heard_as_a_child(text: str) -> None:
    assert assess(text).child_writing


@pytest.mark.parametrize(
    "text",
    [
        "我家孩子14岁，他爸打他",
        "我不想活了",
        "我妈带孩子，总是骂他",
        "女儿初二，我好难受",
        "我婆婆打孩子",
        "我老公打我",
    ],
)
def test_a_grown_up_is_not_taken_for_a_child(text: str) -> None:
    assert not assess(text).child_writing


@pytest.mark.parametrize("text", ["我不想活了，孩子也不听话", "我真的想死", "不想活了", "我每天都想从阳台跳下去"])
def test_a_grown_ups_own_wish_is_a_parents_despair(text: str) -> None:
    found = assess(text)
    assert found.crisis
    assert found.kind == "parent-despair"


@pytest.mark.parametrize(
    "text", ["孩子说我不想活了", "女儿在日记里写我想死", "我怕他真的自杀，他说不想活了", "我12岁，我不想活了"]
)
def test_a_childs_wish_is_suicide_whoever_tells_it(text: str) -> None:
    found = assess(text)
    assert found.crisis
    assert found.kind == "suicide"


def test_an_injury_is_named_by_its_cause() -> None:
    assert assess("他爸把孩子打得满头是血").kind == "abuse"
    assert assess("儿子刚割腕了血流了一地").kind == "suicide"


def test_two_different_signs_in_one_message_add_up() -> None:
    assert assess("他说自己是多余的").level == "concern"
    assert assess("前阵子天天哭，今天突然特别乖").level == "concern"
    assert assess("他说自己是多余的。前阵子天天哭，今天突然特别乖").level == "high"


def test_the_evidence_is_of_the_message_and_short() -> None:
    found = assess("孩子爬到楼顶了，站在栏杆外面不肯下来")
    assert 1 <= len(found.evidence) <= 4
    assert all(0 < len(piece) <= 40 for piece in found.evidence)


def test_a_fault_inside_gives_a_concern_not_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "book", broken)
    assert assess("随便什么") == Assessment("concern")


@pytest.mark.parametrize("text", ["", " ", "。", "？", "哦", "1", "😂", "\x00", "(" * 500, "a" * 5000])
def test_odd_messages_are_no_trouble(text: str) -> None:
    assert assess(text).level == "none"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    found = assess(text)
    assert found.level in LEVELS
    assert (found.level == "none") == (found.kind is None)


def test_a_message_takes_well_under_five_milliseconds() -> None:
    text = "孩子最近不想上学，回家就玩手机，我说他两句他就摔门，晚上也睡不着，成绩也下降，不知道怎么办"
    assess(text)
    took = []
    for _ in range(20):
        start = time.perf_counter()
        assess(text)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.005


def test_it_needs_no_database_no_web_and_no_model() -> None:
    code = (
        "import sys; from bot.safety import assess; assess('x');"
        "bad = {'sqlalchemy', 'aiohttp', 'torch', 'faiss', 'bot.store', 'indexes'} & set(sys.modules);"
        "sys.exit(1 if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
