"""How alerts are told at the desk: only whom they have really reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.store.cases import Step
from bot.store.events import WORDS, CaseTag
from bot.web.desk.steps import standing, timeline

AT = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)


def told(tag: str, **detail: Any) -> tuple[str, str]:
    [step] = timeline([Step(tag, "bot", detail, AT)])
    return step.words, step.more


@pytest.mark.parametrize(
    ("level", "delivered", "words"),
    [
        (1, None, ""),
        (1, ["staff"], ""),
        (1, ["desk"], ""),
        (1, [], "提醒没送到"),
        (2, None, "正在再次提醒"),
        (2, ["staff"], "超时，已再次提醒"),
        (3, ["supervisor"], "已升级到主管"),
        (3, ["staff"], "超时，请找主管"),
        (3, [], "提醒没送到，请打电话找人"),
        (4, ["next-station", "supervisor"], "已转告下一站"),
        (4, ["supervisor"], "已升级到主管"),
        (4, ["desk"], "超时，请找下一站帮忙"),
        (30, ["staff", "supervisor", "next-station"], "已转告下一站"),
    ],
)
def test_where_the_alerts_have_got_to(level: int, delivered: list[str] | None, words: str) -> None:
    assert standing({"round": level, "delivered": delivered}) == words


def test_a_case_whose_parent_erased_everything_says_nothing_of_its_alerts() -> None:
    assert standing({}) == ""
    assert told(CaseTag.ALERTED) == ("提醒值班老师", "")
    assert told(CaseTag.OPENED) == ("进入待接", "")


@pytest.mark.parametrize(
    ("delivered", "more"),
    [
        (None, "正在送"),
        ([], "没有送到"),
        (["desk"], "工作台上看得到；没有配置企业微信提醒"),
        (["next-station", "supervisor"], "下一站的群、主管的群已收到"),
    ],
)
def test_whom_a_round_reached(delivered: list[str] | None, more: str) -> None:
    to = ["next-station", "supervisor"]
    assert told(CaseTag.ESCALATED, to=to, delivered=delivered) == ("没有人确认，提醒下一站、主管", more)


def test_every_step_has_its_chinese() -> None:
    assert WORDS.keys() == set(CaseTag)
    assert told("case:of-a-newer-version") == ("case:of-a-newer-version", "")
