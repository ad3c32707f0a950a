"""The risk of a conversation is remembered for a day, and signs add up."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.messages import Assessment
from bot.safety import Memory, assess, in_conversation, remember

NOW = datetime(2026, 5, 12, 21, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def told(*texts: str) -> tuple[Assessment, Memory | None]:
    """The last judgement and the memory after several messages, an hour apart."""
    memory, found = None, Assessment()
    for n, text in enumerate(texts):
        at = NOW + n * HOUR
        found = assess(text, memory, now=at)
        memory = remember(found, memory, at)
    return found, memory


def test_nothing_is_remembered_of_a_harmless_conversation() -> None:
    assert told("怎么辅导数学", "谢谢")[1] is None


def test_a_harmless_message_after_a_crisis_keeps_the_check_in() -> None:
    found, _ = told("孩子说不想活了", "怎么辅导数学")
    assert found == Assessment("concern", "suicide")


def test_the_memory_lasts_a_day() -> None:
    memory = Memory("high", "suicide", NOW)
    assert assess("怎么辅导数学", memory, now=NOW + 23 * HOUR).level == "concern"
    assert assess("怎么辅导数学", memory, now=NOW + 25 * HOUR).level == "none"


def test_without_the_time_the_caller_vouches_for_the_memory() -> None:
    assert assess("怎么辅导数学", Memory("high", "abuse", NOW)).kind == "abuse"


def test_harmless_messages_do_not_prolong_the_memory() -> None:
    _, memory = told("孩子说不想活了", "怎么辅导数学", "谢谢")
    assert memory is not None
    assert memory.at == NOW


def test_a_worse_message_replaces_the_memory() -> None:
    _, memory = told("他说自己是多余的", "他现在站在楼顶栏杆上")
    assert memory is not None
    assert (memory.level, memory.at) == ("urgent", NOW + HOUR)


def test_a_milder_message_does_not_weaken_the_memory() -> None:
    _, memory = told("他现在站在楼顶栏杆上", "他说自己是多余的")
    assert memory is not None
    assert memory.level == "urgent"


def test_two_different_signs_add_up_over_the_conversation() -> None:
    found, memory = told("他说自己是多余的", "前阵子天天哭，今天突然特别乖")
    assert found.level == "high"
    assert memory is not None
    assert memory.level == "high"


def test_the_same_sign_told_twice_does_not_add_up() -> None:
    assert told("他说自己是多余的", "他说自己是多余的")[0].level == "concern"


def test_signs_of_different_families_do_not_add_up() -> None:
    assert told("他说自己是多余的", "孩子在学校被同学孤立")[0].level == "concern"


def test_a_memory_of_a_day_ago_starts_anew() -> None:
    old = Memory("urgent", "suicide", NOW - 30 * HOUR, ("goodbye",))
    found = assess("他说自己是多余的", old, now=NOW)
    memory = remember(found, old, NOW)
    assert memory == Memory("concern", "suicide", NOW, ("burden",))


def in_pieces(*texts: str, memory: Memory | None = None) -> Assessment:
    """The judgement of the last of several messages written one after the other."""
    *before, last = texts
    return in_conversation(assess(last), last, before, memory, NOW)


def test_what_is_told_in_pieces_is_read_together() -> None:
    assert not assess("不肯下来").crisis
    found = in_pieces("他在阳台", "站到栏杆外面了", "不肯下来")
    assert found.level == "urgent"
    assert "conversation" in found.found


def test_pieces_of_ordinary_talk_stay_ordinary() -> None:
    assert in_pieces("孩子上四年级", "作业写到十点", "怎么办呢").level == "none"


def test_a_danger_that_is_known_is_not_found_again_in_its_pieces() -> None:
    known = Memory("urgent", "suicide", NOW)
    found = in_pieces("他站在阳台栏杆外面", "好的", memory=known)
    assert found.level == "concern"
    assert found.found == ("memory",)


def test_that_a_child_wrote_is_remembered() -> None:
    memory = remember(assess("我13岁，我不想活了"), None, NOW)
    assert memory is not None
    assert memory.child_writing
    assert assess("怎么辅导数学", memory, now=NOW).child_writing
