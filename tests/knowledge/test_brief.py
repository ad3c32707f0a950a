from a_library import BRIEF
from hypothesis import given
from hypothesis import strategies as st

from knowledge.brief import Brief, parse


def test_the_parts_of_a_short_answer_are_told_apart() -> None:
    brief = parse(BRIEF)

    assert brief.opening == "收了手机就吵起来，一天的累都白费了，您心里一定不好受。"
    assert brief.steps == (
        "今晚先不收，等两个人都静下来再说。",
        "只说看到的事，不说他这个人。",
        "让他先提几点停，写下来试一周。",
    )
    assert brief.say == "“我想让你睡够，时间你来定。”"
    assert brief.heed == "连着两周睡不好，请找班主任或打 12356。"


def test_words_to_say_may_be_missing() -> None:
    assert parse("您辛苦了。\n\n1. 一\n2. 二\n3. 三\n\n找老师。") == Brief(
        "您辛苦了。", ("一", "二", "三"), None, "找老师。"
    )


def test_a_step_that_runs_over_two_lines_stays_one_step() -> None:
    assert parse("开头。\n\n1. 先停一停，\n   再开口。\n2. 坐下来。").steps == ("先停一停，再开口。", "坐下来。")


def test_steps_that_follow_without_an_empty_line_are_steps() -> None:
    brief = parse("开头。\n1、先停。\n2．再说。\n\n找老师。")

    assert (brief.opening, brief.steps, brief.heed) == ("开头。", ("先停。", "再说。"), "找老师。")


def test_an_answer_without_steps_keeps_its_first_and_last_words() -> None:
    assert parse("您辛苦了。\n\n先抱抱他。\n\n不放心就找老师。") == Brief(
        "您辛苦了。先抱抱他。", (), None, "不放心就找老师。"
    )


def test_nothing_gives_nothing() -> None:
    assert parse("") == Brief("")


@given(st.text(alphabet=st.sampled_from("一您1.、：“”\n 可以这样说#-"), max_size=80))
def test_reading_never_fails_and_loses_no_words(text: str) -> None:
    brief = parse(text)
    kept = brief.opening + "".join(brief.steps) + (brief.say or "") + (brief.heed or "")

    assert kept.count("您") == text.count("您")
