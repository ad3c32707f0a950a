"""Acts that are not words: following, scanning, pictures, places, the machine's own events."""

from __future__ import annotations

import pytest
from a_talk import Parent, cards, found, labels, words

from bot.messages import InboundKind
from bot.parents.profile import Profile


def test_following_is_greeted_with_the_notice_and_first_taps() -> None:
    parent = Parent(notice_seen=False)
    decision = parent.does("subscribe")
    assert "自动助手" in words(decision)
    assert "隐私说明" in words(decision)
    assert labels(decision)[-1] == "知道了"
    assert "隐私说明" not in words(parent.says("写作业一写就哭", found("tears")))


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("region:putuo", "putuo"),
        ("station:changzhou-station", "changzhou"),
        ("qrscene_region:tianning", "tianning"),
        ("tianning", "tianning"),
        ("station:nowhere", None),
        ("region:atlantis", None),
        ("china", None),
        ("", None),
    ],
)
def test_a_scanned_code_sets_the_place(code: str, region: str | None) -> None:
    parent = Parent(notice_seen=False)
    decision = parent.does("subscribe", scene=code)
    assert parent.profile.region == region
    assert ("会先找那里的服务" in words(decision)) == (region is not None)


def test_somebody_who_scans_again_is_not_told_everything_again() -> None:
    text = words(Parent().does("scan", scene="region:putuo"))
    assert "又见面" in text
    assert "隐私说明" not in text


@pytest.mark.parametrize("kind", ["view", "position", "sent-report", "other-event"])
def test_the_machines_own_events_are_not_answered(kind: InboundKind) -> None:
    parent = Parent()
    before = parent.state
    assert parent.does(kind).replies == ()
    assert parent.state == before


def test_leaving_erases_without_a_word() -> None:
    parent = Parent(region="putuo")
    decision = parent.does("unsubscribe")
    assert decision.erase
    assert decision.replies == ()
    assert parent.profile == Profile()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("image", "看不了图片"),
        ("video", "看不了视频"),
        ("voice", "听不了语音"),
        ("link", "打不开链接"),
        ("unsupported", "看不了"),
    ],
)
def test_what_cannot_be_read_is_answered_kindly_and_a_person_is_offered(kind: InboundKind, expected: str) -> None:
    decision = Parent().does(kind)
    assert expected in words(decision)
    assert labels(decision)[0] == "找老师"


def test_a_voice_that_was_recognised_counts_as_words() -> None:
    decision = Parent().does("voice", hits=found("tears"), recognised="写作业一写就哭")
    assert decision.entries == ("tears",)


def test_a_place_on_the_map_shows_what_is_there() -> None:
    parent = Parent()
    decision = parent.does("location", label="江苏省常州市天宁区青龙街道")
    assert parent.profile.region == "tianning"
    assert "changzhou-96111" in cards(decision)
    assert "您在常州市天宁区" in words(decision)


def test_a_place_that_cannot_be_read_asks_for_the_district() -> None:
    assert "区县名" in words(Parent().does("location", label="某大厦 3 楼"))


def test_an_empty_message_is_no_error() -> None:
    assert Parent().says("   ").replies
    assert Parent().does("click", key="NO_SUCH_KEY").replies
