"""Phrases that administrators change: under which rules, and that nothing else changes by it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from a_talk import Parent, found, labels, words

import bot.dialogue
from bot.dialogue.editing import kinds
from bot.dialogue.editing.kinds import FIXED, editable, kind_of, why_fixed
from bot.dialogue.editing.rules import Edit, assembled, limit, problems, room, sense, written
from bot.dialogue.phrases import in_force, install, packaged, phrase, phrase_list
from bot.messages import Assessment, CrisisCard
from bot.safety import assess

pytestmark = pytest.mark.usefixtures("phrases_afterwards")

HERE = Path(bot.dialogue.__file__).parent
PRESSED = re.compile(r'(?:Tap|taps)\(\(*phrase(?:_list)?\(\s*"([a-z_.-]+)"')
CRISIS = "孩子站在阳台栏杆上，说不想活了"


def change(key: str, body: str) -> Edit:
    return Edit("phrase", key, body)


def put(*edits: Edit) -> None:
    made = assembled(edits)
    assert made.refused == ()
    install(made.phrases)


def test_every_phrase_is_changed_under_rules_or_stays_for_a_reason() -> None:
    for key in packaged():
        assert (kind_of(key) == "fixed") == bool(why_fixed(key)), key
    for name in FIXED:
        assert name in packaged() or any(key.startswith(f"{name}.") for key in packaged()), name
    assert set(kinds.QUESTIONS) <= set(packaged())
    labelled = [key for key in editable() if key.endswith(("taps", "_tap"))]
    pressed = [key for path in HERE.rglob("*.py") for key in PRESSED.findall(path.read_text("utf-8"))]
    assert "guidance.not_meant" in pressed
    assert {kind_of(key) for key in (*labelled, *pressed)} <= {"tap", "commands", "questions", "offer", "fixed"}


def test_every_packaged_phrase_keeps_its_own_rules() -> None:
    for key in editable():
        assert problems(change(key, written(packaged()[key]))) == [], key
        assert limit(key) >= 18
        assert room(key)[0] >= 1


def test_what_stays_is_refused_with_its_reason() -> None:
    for key in ("danger.after", "notice.short", "guidance.stages", "booking.word", "help.foot", "clear.quiet"):
        assert problems(change(key, "随便写一句。")) == [why_fixed(key)]
    assert problems(change("no.such", "一句")) == ["没有这一句话了。"]


@pytest.mark.parametrize(
    ("key", "body", "says"),
    [
        ("welcome.hello", "  ", "还没有写"),
        ("welcome.hello", "您好，这里是家有方，我是自动助手！", "感叹号"),
        ("welcome.hello", "您好,这里是家有方，我是自动助手。", "半角"),
        ("welcome.hello", "您好，这里是家有方，我是自动助手.", "半角"),
        ("welcome.hello", "亲，这里是家有方，我是自动助手。", "请直接说"),
        ("welcome.hello", "您好，我是自动助手，保证帮到您。", "许了做不到的诺"),
        ("welcome.hello", "您好，我是自动助手，马上有人来答。", "没有人值班"),
        ("welcome.hello", "您好，我是自动助手，3个问题以内都行。", "空一格"),
        ("welcome.hello", "您好，这里是家有方，有老师一直在。", "“自动助手”这几个字要留着"),
        ("welcome.hello", "您好，我是自动助手，急事打 13812345678。", "号码 13812345678 不能写在这里"),
        ("welcome.hello", "您好，我是自动助手。<b>来</b>", "不能有 <"),
        ("welcome.hello", "您好，我是自动助手。" + "说" * 200, "最多"),
        ("welcome.hello", "您好，我是自动助手。\n说吧。", "写成一段"),
        ("welcome.hello", "您好，我是自动助手。{name}", "多了 {name}"),
        ("welcome.hello", "您好，我是自动助手。{", "大括号"),
        ("welcome.region", "看到您是远道来的。", "少了 {region}"),
        ("welcome.region", "看到您是从{region.__class__}来的。", "多了"),
        ("welcome.region", "看到您是从{region!r}来的。", "大括号"),
        ("duty.none", "我这里查不到归谁管。", "号码 12345 不能少"),
        ("booking.mine_none", "您没有预约。想约就说“预定”。", "要留着“预约”"),
        ("feedback.helped", "那就好。有新情况回复“喵喵喵”。", "听不懂"),
        ("source.entry_plain", "依据 {date} · 自动回复", "开头"),
        ("guidance.not_meant", "换一换吧", "做的不是“不是这个意思”那件事了"),
        ("services.person_tap", "我的资料", "做的不是“找老师”那件事了"),
        ("erase.confirm_tap", "先不删", "做的不是“确定删除”那件事了"),
        ("booking.own_taps", "取消预约\n我的预约", "做的不是“我的预约”那件事了"),
        ("booking.own_taps", "我的预约", "要写 2 行"),
        ("booking.later_tap", "找老师", "是一句口令"),
        ("booking.tap", "{when} {title}", "要用“约”"),
        ("welcome.taps", "孩子不愿意上学\n最近有什么活动", "要留一个能做“我想找老师聊聊”"),
        ("welcome.taps", "哈哈哈\n找老师", "机器人听不懂"),
        ("welcome.taps", "找老师\n找老师", "两行一样"),
        ("welcome.taps", "一\n二\n三\n四\n五\n找老师", "1 到 4 行"),
        ("welcome.taps", "孩子不愿意上学又不肯说是为什么我该怎么办才好呢\n找老师", "最多 18 个"),
        ("help.items", "", "还没有写"),
    ],
)
def test_a_change_that_breaks_something_is_refused_in_words(key: str, body: str, says: str) -> None:
    assert any(says in sentence for sentence in problems(change(key, body))), problems(change(key, body))


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("welcome.hello", "您好，家有方的自动助手在这里。孩子的事慢慢说，我听着。"),
        ("welcome.taps", "孩子不愿意上学\n作业拖到半夜\n找老师"),
        ("guidance.not_meant", "不是这个"),
        ("services.person_tap", "找真人"),
        ("erase.cancel_tap", "先不提了"),
        ("booking.later_tap", "再往后的"),
        ("booking.tap", "约 {when}，{title}"),
        ("welcome.region", "您从{region}来，我先找那里的服务。"),
        ("scope.medical", "用药、剂量和诊断，请问当面看过孩子的医生。人不舒服，现在就打 120。"),
    ],
)
def test_a_change_that_keeps_the_rules_is_taken(key: str, body: str) -> None:
    assert problems(change(key, body)) == []


def test_a_changed_phrase_is_said_and_the_packaged_one_comes_back() -> None:
    put(change("welcome.hello", "您好，自动助手在。"), change("welcome.taps", "孩子不愿意上学\n找老师"))
    assert phrase("welcome.hello") == "您好，自动助手在。"
    parent = Parent(notice_seen=False)
    decision = parent.does("subscribe")
    assert words(decision).startswith("您好，自动助手在。")
    assert labels(decision) == ["孩子不愿意上学", "找老师", "知道了"]
    put()
    assert phrase_list("welcome.taps") == packaged()["welcome.taps"]


def test_a_broken_edit_is_left_out_and_the_others_hold() -> None:
    made = assembled(
        [change("welcome.hello", "您好！"), change("erase.done", "删好了。"), Edit("notice", "notice", "{")]
    )
    assert [edit.key for edit, _ in made.refused] == ["welcome.hello", "notice"]
    assert made.phrases["welcome.hello"] == packaged()["welcome.hello"]
    assert made.phrases["erase.done"] == "删好了。"


def test_a_reader_never_sees_half_of_a_change() -> None:
    before = in_force()
    put(change("erase.done", "删好了。"))
    assert before["erase.done"] == packaged()["erase.done"]
    assert in_force() is not before


@pytest.mark.parametrize("said", [CRISIS, "他把自己锁在屋里，留了遗书", "孩子吃了半瓶药，叫不醒"])
def test_a_crisis_answer_is_the_same_whatever_was_changed(said: str, now: datetime) -> None:
    risk = assess(said)
    assert risk.crisis
    before = Parent(now=now).says(said, risk=risk)
    changed = [change(key, str(packaged()[key]) + "好。") for key in editable() if kind_of(key) == "text"]
    made = assembled(changed)
    assert len(made.refused) < len(changed) / 4
    install(made.phrases)
    after = Parent(now=now).says(said, risk=risk)
    assert after.replies == before.replies
    assert any(isinstance(block, CrisisCard) for block in after.replies[0].blocks)


def test_a_label_in_other_words_does_what_it_did() -> None:
    put(change("services.person_tap", "找真人"), change("guidance.not_meant", "不是这个"))
    parent = Parent()
    shown = parent.says("孩子玩手机", found("slams-door"), risk=Assessment())
    assert "不是这个" in labels(shown)
    assert parent.says("不是这个").feedback == ("slams-door", "other")
    assert sense("找真人") == "human"
    assert parent.says("找真人").opening is not None
