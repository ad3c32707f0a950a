"""A notice that changed: who knows an older version is told once, in a quiet moment, and agrees to the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from a_talk import TUESDAY_EVENING, Parent, found, labels, words

from bot.dialogue import notice
from bot.dialogue.editing import notices
from bot.dialogue.editing.notices import Notice, judged, kept, next_version, parsed
from bot.dialogue.editing.rules import Edit, assembled
from bot.dialogue.phrases import install, packaged, phrase_list
from bot.dialogue.states import State
from bot.messages import Assessment
from bot.parents.profile import Profile

pytestmark = pytest.mark.usefixtures("phrases_afterwards")

OLD = notices.of(packaged())
WHY = "图片也会留着，老师看得到。"
NEW = replace(OLD, version="2026-11-23", why=WHY, ask_again=True)
TOLD = f"隐私说明有改动：{WHY}"


def put(made: Notice) -> None:
    found = assembled([Edit("notice", "notice", kept(made))])
    assert found.refused == ()
    install(found.phrases)


def agreed(**changes: object) -> Parent:
    """A parent who agreed to the packaged version, in a row from before versions were kept."""
    profile = Profile().agree(OLD.version, TUESDAY_EVENING)
    return Parent(profile=profile, **changes)  # type: ignore[arg-type]


def test_who_agreed_to_an_older_version_is_told_once_after_an_answer_and_agrees() -> None:
    parent = agreed()
    put(NEW)
    first = parent.says("孩子冲我吼", found("slams-door"))
    assert TOLD in words(first)
    assert words(first).index("孩子冲您发火") < words(first).index(TOLD)
    assert "知道了" in labels(first)
    assert parent.profile.consent_version == OLD.version
    second = parent.says("知道了")
    assert parent.profile.consent_version == "2026-11-23"
    assert words(second) == notices.of(packaged()).agreed
    assert TOLD not in words(parent.says("半夜玩手机", found("night")))


def test_who_does_not_tap_is_not_told_again() -> None:
    parent = agreed()
    put(NEW)
    assert TOLD in words(parent.says("孩子冲我吼", found("slams-door")))
    assert TOLD not in words(parent.says("半夜玩手机", found("night"), at=parent.now + timedelta(days=3)))
    assert parent.profile.consent_version == OLD.version


def test_a_nod_before_one_was_told_is_no_consent_to_what_one_has_not_read() -> None:
    parent = agreed()
    put(NEW)
    said = parent.says("知道了")
    assert parent.profile.consent_version == OLD.version
    assert TOLD in words(said)


def test_a_change_of_wording_asks_nobody() -> None:
    parent = agreed()
    put(replace(OLD, short=OLD.short.replace("先说清楚：", "先说明白：")))
    assert "隐私说明有改动" not in words(parent.says("孩子冲我吼", found("slams-door")))


def test_nobody_is_told_in_a_crisis_nor_soon_after_it_nor_where_it_must_be_quiet() -> None:
    parent = agreed()
    put(NEW)
    danger = Assessment("urgent", "suicide", ("x",))
    assert TOLD not in words(parent.says("他说不想活了", risk=danger))
    assert TOLD not in words(parent.says("孩子冲我吼", found("slams-door")))
    assert notice.told(parent.state) == OLD.version
    hushed = agreed(state=State(quiet=True))
    assert TOLD not in words(hushed.says("孩子冲我吼", found("slams-door")))


def test_nobody_is_told_while_a_question_of_ours_waits_or_a_person_has_the_talk() -> None:
    parent = agreed()
    put(NEW)
    assert TOLD not in words(parent.says("删除我的数据"))
    with_person = agreed(state=State(holder="person"))
    assert with_person.says("好的").replies == ()


def test_a_new_parent_reads_the_new_notice_and_is_not_told_that_it_changed() -> None:
    put(replace(NEW, short=OLD.short.replace("先说清楚", "先说明白")))
    parent = Parent(notice_seen=False)
    first = words(parent.says("孩子冲我吼", found("slams-door")))
    assert "先说明白" in first
    assert "有改动" not in first
    parent.says("知道了")
    assert parent.profile.consent_version == "2026-11-23"


def test_clearing_the_talk_forgets_neither_what_was_told_nor_the_consent() -> None:
    parent = agreed()
    put(NEW)
    parent.says("孩子冲我吼", found("slams-door"))
    parent.says("清空对话")
    assert notice.told(parent.state) == "2026-11-23"
    assert TOLD not in words(parent.says("半夜玩手机", found("night")))


def test_the_whole_notice_is_the_one_in_force() -> None:
    put(replace(NEW, full=(*OLD.full, "发来的图片，老师看得到。")))
    parent = agreed()
    assert "发来的图片，老师看得到" in words(parent.says("隐私说明"))
    assert phrase_list("notice.full")[-1] == "发来的图片，老师看得到。"
    assert notice.told(parent.state) == "2026-11-23"


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"short": ""}, "short", "还没有写"),
        ({"short": OLD.short.replace("不是真人，", "")}, "short", "不是真人"),
        ({"short": OLD.short.replace("也不是医生", "")}, "short", "不是医生"),
        ({"short": OLD.short.replace("找老师时老师看得到", "")}, "short", "老师看得到"),
        ({"short": OLD.short.replace("“删除我的数据”", "一声")}, "short", "怎么删除"),
        ({"short": OLD.short.replace("“隐私说明”", "一声")}, "short", "在哪里看全文"),
        ({"short": OLD.short + "打 13812345678。"}, "short", "13812345678"),
        ({"short": OLD.short + "{name}"}, "short", "大括号"),
        ({"full": OLD.full[:-1]}, "full", "号码 110 不能少"),
        ({"full": OLD.full[:2]}, "full", "3 到 10 条"),
        ({"full": (*OLD.full, "我们严格保密。")}, "full", "许了保密"),
        ({"full": (*OLD.full, "长" * 200)}, "full", "最多 160 个"),
        ({"agreed": "好的！"}, "agreed", "感叹号"),
        ({"why": ""}, "why", "请写一句改了什么"),
        ({"why": "图片也留着"}, "why", "句号"),
        ({"version": "新版"}, "version", "日期"),
    ],
)
def test_a_notice_that_leaves_out_what_is_owed_is_refused(changes: dict[str, object], field: str, says: str) -> None:
    faults = judged(replace(NEW, **changes))  # type: ignore[arg-type]
    assert any(says in sentence for sentence in faults[field]), faults


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"version": 1}', kept(NEW).replace("true", '"yes"')])
def test_what_is_no_notice_is_left_out(body: str) -> None:
    made = assembled([Edit("notice", "notice", body)])
    assert len(made.refused) == 1
    assert made.phrases == packaged()


def test_a_notice_is_read_as_it_was_kept_and_versions_are_days() -> None:
    assert parsed(kept(NEW)) == NEW
    today = date(2026, 11, 23)
    assert next_version(today, {"2026-11"}) == "2026-11-23"
    assert next_version(today, {"2026-11-23", "2026-11-23-2"}) == "2026-11-23-3"
