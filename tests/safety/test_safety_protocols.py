"""What is said in danger: an act with a number first, only verified numbers, nothing that harms or promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.channels.wechat.render import text_parts
from bot.messages import Assessment, CrisisCard, Heed, Level, ListingCard, Paragraph, Reply, SourceLine, Steps, plain
from bot.safety import People, aftercare, assess, gentle, hotlines, opening, protocol, review
from bot.safety.labelled import LEARN, read
from bot.safety.protocols import Card, cards, chosen, dressed, words

NIGHT = datetime(2026, 5, 12, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
ON_DUTY = People(alerted=True, on_duty=True, opens=None)
CHANGZHOU = ("changzhou", "china")
KINDS = [
    "suicide",
    "self-harm",
    "abuse",
    "domestic-violence",
    "sexual-abuse",
    "bullying",
    "missing",
    "poisoning",
    "injury",
    "harm-to-others",
    "parent-despair",
    "child-writing",
    "illness",
    "other",
]
CRISES: tuple[Level, ...] = ("high", "urgent")
NUMBERS = {line.phone for line in hotlines.lines().values()}
# No means, no diagnosis, no promise, no brushing aside, no machine talk, no shouting.
FORBIDDEN = re.compile(
    r"割腕|跳楼|上吊|安眠药|农药|烧炭|百草枯|自杀|抑郁症|精神病|确诊|保证|一定会|承诺|放心吧|绝对|已联系您|已经联系"
    r"|别想太多|想开点|系统检测|矫情|博关注|亲爱的|客服|！|!|[\U0001F300-\U0001FAFF]|保密"
)


def crisis(reply: Reply) -> CrisisCard:
    card = reply.blocks[0]
    assert isinstance(card, CrisisCard)
    return card


def replies() -> Iterator[tuple[str, Reply]]:
    for kind, level, child, region in product(KINDS, CRISES, (False, True), (CHANGZHOU, ("china",), ())):
        judged = Assessment(level, kind, (), child)
        yield f"{kind} {level} {child} {region}", protocol(judged, regions=region, now=NIGHT, people=ON_DUTY)


def written() -> Iterator[str]:
    """Everything that a parent may read of the packaged words."""
    for card in cards():
        yield from (card.act, *card.steps, *(call.why for call in card.calls))
    spoken = words()
    yield from (
        *spoken["footers"].values(),
        *spoken["sources"].values(),
        spoken["remembered"],
        spoken["remembered_quiet"],
    )
    for part in spoken["after"].values():
        yield from (part["opening"], *part["steps"])
    for part in spoken["gentle"].values():
        yield from part.values()


@pytest.mark.parametrize(("name", "reply"), list(replies()), ids=lambda x: x if isinstance(x, str) else "")
def test_the_first_line_is_an_act_with_a_number_and_no_question(name: str, reply: Reply) -> None:
    act = crisis(reply).act
    assert re.search(r"\d{3,5}", act), name
    assert "？" not in act
    assert "{" not in act


@pytest.mark.parametrize("card", cards(), ids=lambda card: f"{card.kind}-{card.level}")
def test_a_card_is_short_and_its_buttons_are_for_its_level(card: Card) -> None:
    assert 1 <= len(card.steps) <= 4
    assert len(card.act) <= 45
    assert all(len(step) <= 50 for step in card.steps)
    assert bool(card.calls) == (card.level == "urgent")
    assert bool(card.lines) == (card.level == "high")


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.id)
def test_a_card_says_what_not_to_do_and_fits_one_wechat_message(card: Card) -> None:
    assert re.search("不|别", card.act + "".join(card.steps))
    reply = dressed(card, card.kind, regions=CHANGZHOU, now=NIGHT, people=People(True, False, "明天 8:30"))
    assert len(text_parts(reply)) == 1


@pytest.mark.parametrize(("kind", "level"), list(product(KINDS, CRISES)))
def test_every_danger_has_its_own_card_for_a_grown_up_and_for_a_child(kind: str, level: Level) -> None:
    for child in (False, True):
        card = chosen(Assessment(level, kind, (), child), level)
        shared = {
            ("self-harm", True): "suicide",
            ("parent-despair", True): "suicide",
            ("child-writing", False): "other",
        }
        assert card.child is child
        assert card.kind == shared.get((kind, child), kind)


@pytest.mark.parametrize(
    ("kind", "level", "child", "evidence", "wanted"),
    [
        ("injury", "urgent", False, "被开水烫了一大片", "injury-urgent"),
        ("injury", "urgent", False, "掉进水缸里", "injury-urgent-water"),
        ("injury", "urgent", False, "头卡在栏杆里", "injury-urgent-trapped"),
        ("injury", "urgent", False, "鱼刺卡住了", "injury-urgent-choking"),
        ("injury", "urgent", False, "屋里煤气味很大", "injury-urgent-gas"),
        ("suicide", "urgent", False, "在上海租的屋里割腕", "suicide-urgent-hurt"),
        ("abuse", "high", False, "我没忍住把女儿的胳膊打折了", "abuse-high-self"),
        ("abuse", "high", False, "我怕他再动手打孩子", "abuse-high"),
        ("abuse", "high", False, "我老公又把孩子打伤", "abuse-high"),
        ("missing", "urgent", True, "妹妹走丢了", "missing-urgent-child-other"),
        ("missing", "urgent", True, "我走丢了", "missing-urgent-child"),
        ("self-harm", "urgent", True, "割得很深", "suicide-urgent-child-hurt"),
        ("self-harm", "high", True, "又割了手臂", "suicide-high-child-hurting"),
        ("injury", "urgent", True, "弟弟掉水里了", "injury-urgent-child-water"),
        ("injury", "urgent", True, "弟弟被开水烫了", "injury-urgent-child"),
        ("injury", "urgent", True, "厨房着火", "injury-urgent-child-fire"),
        ("sexual-abuse", "high", True, "拿照片威胁我", "sexual-abuse-high-child-online"),
    ],
)
def test_the_words_of_the_message_choose_the_card(
    kind: str, level: Level, child: bool, evidence: str, wanted: str
) -> None:
    assert chosen(Assessment(level, kind, (evidence,), child), level).id == wanted


def test_a_parent_who_hits_is_thanked_and_told_where_to_stop() -> None:
    for level, evidence in product(CRISES, ("我又动手打他", "打得鼻子流血")):
        card = chosen(Assessment(level, "abuse", (evidence,)), level)
        assert "谢谢您说出来" in "".join(card.steps)
    assert "谢谢您说出来" in "".join(chosen(Assessment("high", "parent-despair", ("我快忍不住要打他",)), "high").steps)


def test_a_parent_in_despair_is_asked_who_is_with_the_child() -> None:
    for level, asked in zip(CRISES, ("有没有大人陪", "谁在看着"), strict=True):
        assert asked in "".join(chosen(Assessment(level, "parent-despair"), level).steps)
    check, _ = gentle(Assessment("concern", "parent-despair", ("x",)), regions=CHANGZHOU, now=NIGHT)
    assert isinstance(check, Paragraph)
    assert "孩子这会儿有没有别的大人陪着" in check.text


def test_a_child_who_is_hurt_at_home_may_clear_the_talk() -> None:
    for kind in ("abuse", "domestic-violence", "sexual-abuse"):
        assert all(card.quiet for card in cards() if card.child and card.kind == kind and not card.when)


def test_only_packaged_numbers_are_ever_named() -> None:
    for text in written():
        assert set(re.findall(r"(?<!\d)\d{3,}(?!\d)", text)) <= NUMBERS, text


def test_nothing_is_said_that_must_not_be_said() -> None:
    for text in written():
        assert not FORBIDDEN.search(text), text


def test_parents_are_addressed_with_respect_and_children_as_children() -> None:
    for card in cards():
        outside = re.sub(r"“[^”]*”", "", card.act + "".join(card.steps))
        assert ("您" not in outside) if card.child else ("你" not in outside), card


def test_high_shows_at_most_three_lines_with_their_state() -> None:
    reply = protocol(assess("孩子说不想活了"), regions=CHANGZHOU, now=NIGHT, people=ON_DUTY)
    shown = [block for block in reply.blocks if isinstance(block, ListingCard)]
    assert [card.phone for card in shown] == ["96111", "12356", "12355"]
    assert shown[0].status == "现在有人接 · 危机干预时段"
    assert "96111" in crisis(reply).act
    assert isinstance(reply.blocks[-1], SourceLine)


def test_elsewhere_the_national_line_comes_first() -> None:
    reply = protocol(assess("孩子说不想活了"), regions=("putuo", "china"), now=NIGHT, people=ON_DUTY)
    assert "12356" in crisis(reply).act
    assert "96111" not in plain(reply)


def test_urgent_has_calls_and_nothing_else_to_read_through() -> None:
    reply = protocol(assess("他站在阳台栏杆上"), regions=CHANGZHOU, now=NIGHT, people=ON_DUTY)
    assert crisis(reply).calls[0].phone == "110"
    assert [type(block) for block in reply.blocks] == [CrisisCard, SourceLine]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("她反锁在屋里怎么敲门都不应，桌上有遗书", "开门"),
        ("留了遗书人不见了，手机关机", "告诉警察"),
        ("他站在楼顶栏杆外面", "119"),
        ("他刚割腕了", "120"),
        ("娃把洗洁精喝了", "说清楚吃了什么"),
        ("家里煤气中毒了", "屋外"),
        ("果冻卡住喉咙了", "开免提"),
        ("孩子掉河里了", "喊人"),
        ("家里着火了", "119"),
        ("孩子触电了", "断开电源"),
        ("孩子锁在车里了", "119"),
        ("孩子抽搐了翻白眼", "侧躺"),
        ("人不见了到处找不到", "不用等 24 小时"),
        ("老公正在打我", "先带孩子离开"),
        ("我想带着孩子一起死", "到您身边"),
        ("他举着菜刀追奶奶", "不去夺"),
    ],
)
def test_the_first_step_fits_the_scene(text: str, act: str) -> None:
    found = assess(text)
    reply = protocol(found, regions=("china",), now=NIGHT, people=ON_DUTY)
    assert act in crisis(reply).act, found


@pytest.mark.parametrize(
    ("text", "words_said"),
    [
        ("孩子误食老鼠药", "不催吐"),
        ("几个娃下水游泳有一个没上来", "不手拉手"),
        ("昨晚女儿被强奸了", "不洗澡"),
        ("叔叔摸她下面", "不一遍遍问"),
        ("补课老师猥亵我女儿", "你没有错"),
        ("老公家暴我", "保护令"),
    ],
)
def test_the_steps_hold_what_must_not_be_missed(text: str, words_said: str) -> None:
    reply = protocol(assess(text), regions=("china",), now=NIGHT, people=ON_DUTY)
    assert words_said in "".join(crisis(reply).steps)


def test_domestic_violence_is_quiet_and_offers_to_clear_the_talk() -> None:
    reply = protocol(assess("老公又打我"), regions=CHANGZHOU, now=NIGHT, people=ON_DUTY)
    assert [tap.says for tap in reply.taps] == ["清空对话", "找值班老师"]
    assert "清空对话" in crisis(reply).footer


def test_a_child_is_spoken_to_as_one() -> None:
    reply = protocol(assess("我13岁，我不想活了"), regions=CHANGZHOU, now=NIGHT, people=ON_DUTY)
    assert "信得过的大人" in crisis(reply).act
    assert "不用家长同意" in crisis(reply).act


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (People(True, True, None), "已经提醒值班老师"),
        (People(True, False, "明天 8:30"), "最早明天 8:30 有老师看到"),
        (People(True, False, None), "现在没有老师值班"),
        (People(False, False, None), "还没能通知到老师"),
        (People(False, True, "明天 8:30"), "还没能通知到老师"),
    ],
)
def test_the_footer_says_of_people_only_what_is_so(people: People, said: str) -> None:
    reply = protocol(assess("他站在阳台栏杆上"), regions=(), now=NIGHT, people=people)
    assert said in crisis(reply).footer
    assert "不用等我们" in crisis(reply).footer


def test_every_reply_offers_two_or_three_taps() -> None:
    assert all(2 <= len(reply.taps) <= 3 for _, reply in replies())


def test_a_method_is_never_repeated_in_the_answer() -> None:
    reply = protocol(assess("写小说用，吃几片安眠药会死"), regions=CHANGZHOU, now=NIGHT, people=ON_DUTY)
    assert "安眠药" not in plain(reply)


def test_every_reviewed_crisis_message_gets_an_answer() -> None:
    for row in read(LEARN, "reviewed.tsv"):
        found = assess(row.text)
        if found.crisis:
            card = crisis(protocol(found, regions=CHANGZHOU, now=NIGHT, people=ON_DUTY))
            assert card.level == found.level
            assert card.kind == found.kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_concern_gets_one_check_with_numbers_beside_it(kind: str) -> None:
    blocks = gentle(Assessment("concern", kind, ("x",)), regions=CHANGZHOU, now=NIGHT)
    check, heed = blocks
    assert isinstance(check, Paragraph)
    assert isinstance(heed, Heed)
    assert re.search(r"1\d{2}", heed.text)


def test_a_remembered_risk_gets_one_short_line() -> None:
    (line,) = gentle(Assessment("concern", "suicide", found=("memory",)), regions=CHANGZHOU, now=NIGHT)
    assert isinstance(line, Paragraph)
    assert "人现在还好吗" in line.text
    assert "96111" in line.text
    assert len(line.text) <= 45


def test_a_remembered_violence_is_not_named() -> None:
    (line,) = gentle(Assessment("concern", "domestic-violence", found=("memory",)), regions=CHANGZHOU, now=NIGHT)
    assert isinstance(line, Paragraph)
    assert line.text == "有急事随时打 110。"


def test_a_fault_inside_still_shows_numbers() -> None:
    blocks = gentle(Assessment("concern"), regions=(), now=NIGHT)
    assert any("110" in getattr(block, "text", "") for block in blocks)


@pytest.mark.parametrize("level", ["none", "high", "urgent"])
def test_other_levels_get_no_gentle_words(level: Level) -> None:
    assert gentle(Assessment(level, "suicide", ("x",)), regions=(), now=NIGHT) == ()


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_after_the_danger_there_is_something_to_do_next(kind: str | None) -> None:
    reply = aftercare(kind, regions=CHANGZHOU, now=NIGHT)
    assert any(isinstance(block, Steps) for block in reply.blocks)
    assert any(isinstance(block, ListingCard) for block in reply.blocks)


def test_a_child_who_is_safe_again_is_spoken_to_as_one() -> None:
    reply = aftercare("child-writing", regions=CHANGZHOU, now=NIGHT)
    assert "你现在安全了就好" in plain(reply)
    assert "您" not in plain(Reply(reply.blocks[:2]))


def test_a_crisis_opens_a_case_that_does_not_tell_the_story() -> None:
    case = opening(assess("我13岁，我不想活了，别告诉我爸妈"))
    assert case is not None
    assert (case.kind, case.level) == ("crisis", "high")
    assert case.reason == "可能有轻生危险 · 孩子本人在写"
    assert "13" not in f"{case.reason}{case.detail}"


def test_a_concern_opens_no_crisis_but_is_reviewed() -> None:
    found = assess("他说自己是多余的")
    assert opening(found) is None
    case = review(found)
    assert case is not None
    assert case.level == "concern"


def test_what_is_only_remembered_is_not_reviewed_again() -> None:
    assert review(Assessment("concern", "suicide")) is None


def test_violence_at_home_opens_a_quiet_case() -> None:
    case = opening(assess("老公又打我"))
    assert case is not None
    assert case.detail["quiet"] is True
