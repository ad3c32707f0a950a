from dataclasses import replace
from datetime import date

import pytest
from a_library import BRIEF, FULL, REGIONS, SOURCES, WORDINGS, activity, entry, library

from knowledge.check import Problem, check
from knowledge.model import Library, Listing, Region, Source


def rules(made: Library) -> set[str]:
    problems = check(made)
    assert all("请" in problem.message or "应" in problem.message or "缺" in problem.message for problem in problems)
    return {problem.rule for problem in problems}


def of_entry(**changes: object) -> set[str]:
    return rules(library(entries=[entry(**changes)]))


def of_lines(*lines: Listing) -> set[str]:
    return rules(library(listings=[*library().listings.values(), *lines]))


OTHER = """刷起来停不下，叫十遍都没应，谁看了都急。

1. 吃饭时手机一起放进抽屉，大人先放。
2. 和他约好每天看几条，看完做别的。
3. 饭后下楼走一圈，换换眼睛。

夜里偷看到一两点，连着十来天，请带去眼科和儿保门诊看看。"""


def some_words(count: int) -> tuple[str, ...]:
    """Give texts of three letters, four, five …, none of which shares a pair of letters with another."""
    return tuple("".join(chr(0x4E00 + 64 * n + at) for at in range(n + 3)) for n in range(count))


def test_a_sound_library_has_no_problem() -> None:
    assert check(library()) == []


def test_a_problem_says_where_which_rule_and_what_to_do() -> None:
    assert check(library(entries=[entry(related=("gone",))])) == [
        Problem("entries/screens/screens-slams-door.md", "related", "相关条目 gone 不存在，请改正或删去。")
    ]


@pytest.mark.parametrize("name", ["Screens", "a_b", "-a", "a--b", "手机"])
def test_ids_are_slugs(name: str) -> None:
    assert rules(library(entries=[entry(name)])) == {"id"}
    assert rules(library(activities=[activity(name)])) == {"id"}
    assert rules(library(sources=[*SOURCES, replace(SOURCES[0], id=name)])) == {"id"}
    assert rules(library(regions=[*REGIONS, Region(name, "999999", "某市", "city", "320000")])) == {"id"}


def test_a_thing_is_filed_under_its_own_id() -> None:
    made = library()

    assert rules(replace(made, entries={"other": entry()})) == {"id"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"topics": ()}, "topics"),
        ({"topics": ("screens", "communication", "services")}, "topics"),
        ({"topics": ("screens", "screens")}, "topics"),
        ({"topics": ("screens", "weather")}, "topics"),
        ({"stages": ("toddler",)}, "stages"),
        ({"families": ("royal",)}, "families"),
        ({"region": "atlantis"}, "region"),
        ({"sources": ()}, "source"),
        ({"sources": ("minors-law-2025-71",)}, "source"),
        ({"sources": ("outline-2019-9-11",)}, "source"),
        ({"sources": ("minors-law-2024-seventy",)}, "source"),
        ({"review_by": date(2026, 11, 21)}, "dates"),
        ({"reviewed": date(2026, 11, 21)}, "dates"),
        ({"related": ("screens-slams-door",)}, "related"),
        ({"related": ("gone",)}, "related"),
    ],
)
def test_what_an_entry_refers_to_exists_and_its_dates_are_in_order(changes: dict[str, object], rule: str) -> None:
    assert of_entry(**changes) == {rule}


@pytest.mark.parametrize(
    ("wordings", "rule"),
    [
        (WORDINGS[:7], "wordings-count"),
        (some_words(16), "wordings-count"),
        ((*WORDINGS, WORDINGS[0] + "！"), "wordings-twice"),
        ((*WORDINGS, "约好九点钟交，到点耍赖"), "wordings-alike"),
        ((*WORDINGS, "初中生，一收手机就摔门，怎么办？"), "wordings-title"),
        ((*WORDINGS, "初中生一收手机就摔门咋办"), "wordings-title"),
        ((*WORDINGS, "……"), "wordings-empty"),
        (tuple(words[:6] for words in some_words(12)[4:]), "wordings-variety"),
        ((*WORDINGS, *(f"我家娃{words}" for words in some_words(4))), "wordings-variety"),
    ],
)
def test_there_are_enough_wordings_and_no_two_alike(wordings: tuple[str, ...], rule: str) -> None:
    assert of_entry(wordings=wordings) == {rule}


def test_a_wording_belongs_to_one_entry() -> None:
    for borrowed in (WORDINGS[3] + "。", WORDINGS[3] + "了呀"):
        other = entry("screens-other", title="孩子总看短视频", wordings=(*some_words(8), borrowed), brief=OTHER)

        assert rules(library(entries=[entry(), other])) == {"wordings-shared"}


def test_two_entries_do_not_ask_the_same_unless_for_other_ages() -> None:
    twin = entry("screens-twin", title="初中生一收手机就摔门，怎么办呢", wordings=some_words(8), brief=OTHER)

    assert rules(library(entries=[entry(), twin])) == {"titles-alike"}
    assert rules(library(entries=[entry(), replace(twin, stages=("primary",))])) == set()


def test_two_entries_do_not_answer_the_same() -> None:
    twin = entry("screens-twin", title="孩子总看短视频", wordings=some_words(8), brief=BRIEF.replace("今晚", "今天"))

    assert rules(library(entries=[entry(), twin])) == {"entries-alike"}
    assert rules(library(entries=[entry(), replace(twin, brief=OTHER)])) == set()


def test_what_the_law_says_rests_on_a_rule_and_a_law_is_cited_with_its_article() -> None:
    named = FULL.replace("孩子到了", "《未成年人保护法》第七十一条说的就是孩子到了", 1)
    assert of_entry(intent="policy", sources=("minors-law-2024-71",), full=named) == set()
    assert of_entry(intent="policy", sources=("minors-law-2024-71",)) == {"policy"}
    assert of_entry(intent="policy", sources=("outline-2019-12-15",)) == {"policy"}
    assert of_entry(sources=("minors-law-2024",)) == {"source"}


@pytest.mark.parametrize(
    ("brief", "rule"),
    [
        (BRIEF.replace("1. 今晚", "1. " + "静一静" * 60 + "今晚"), "brief-length"),
        (BRIEF[BRIEF.index("1.") :], "brief-shape"),
        (BRIEF.replace("3. ", ""), "brief-shape"),
        (BRIEF.replace("3. ", "3. 先停。\n4. 再等。\n5. 又问。\n6. "), "brief-shape"),
        (BRIEF.replace("3. ", "4. "), "brief-shape"),
        (BRIEF[: BRIEF.index("连着")], "brief-shape"),
        (BRIEF.replace("“", "").replace("”", ""), "brief-shape"),
    ],
)
def test_a_short_answer_has_its_shape(brief: str, rule: str) -> None:
    assert of_entry(brief=brief) == {rule}


def test_only_what_a_parent_reads_is_counted() -> None:
    assert of_entry(full=("**一**\n\n- " + "二" * 9) * 40) == set()
    assert of_entry(full="一" * 399) == {"full-length"}
    assert of_entry(full="一" * 400) == set()
    assert of_entry(full="一" * 900) == set()
    assert of_entry(full="一" * 901) == {"full-length"}
    assert of_entry(full=f"### 为什么\n\n{FULL}") == set()
    assert of_entry(full=f"# 为什么\n\n{FULL}") == {"full-shape"}


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("别把他当差生。", "label"),
        ("这是后进生。", "label"),
        ("问题家长要学习。", "label"),
        ("遇到熊孩子。", "label"),
        ("亲，先别急。", "tone"),
        ("温馨提示：别急。", "tone"),
        ("这样保证治好。", "promise"),
        ("一定会好。", "promise"),
        ("你就是没教好。", "blame"),
        ("都是家长的错。", "blame"),
        ("按剂量吃。", "medical"),
        ("医院确诊为抑郁。", "medical"),
        ("他说要跳楼。", "method"),
        ("太好了！", "exclamation"),
        ("好!", "exclamation"),
        ("加油😀。", "emoji"),
        ("加油❤。", "emoji"),
        ("先停,再说。", "punctuation"),
        ('他说"好"。', "punctuation"),
        ("打 83829999 问问。", "number"),
        ("请拨打 96111。", "number"),
        ("打热线 1234567。", "number"),
        ("打 400-161-9995。", "number"),
        ("加老师电话13812345678。", "number"),
    ],
)
def test_some_words_are_never_said(words: str, rule: str) -> None:
    assert of_entry(full=f"{FULL}{words}") == {rule}
    assert of_entry(brief=BRIEF.replace("只说看到的事，", words)) == {rule}


@pytest.mark.parametrize(
    "words",
    [
        "父亲和母亲，最亲的人，亲子时光。",
        "不是您没教好。",
        "时差生活很累，相差生活费两百元。",
        "2024 年 6 月，12 至 15 岁，第 71 条，每天 60 分钟。",
        "一共 12345 元，走了 12000 步，身高 120 厘米。",
        "打 12356 或 110。",
        "常教办〔2024〕125号，2019—2025 年。",
        "打 100 分。",
        "晚上 10:30 睡，9:00—17:00 上班。",
        "用①②③标出，每天走 1.5 公里。",
    ],
)
def test_ordinary_words_and_figures_are_left_alone(words: str) -> None:
    assert of_entry(full=f"{FULL}{words}") == set()


def test_a_reference_to_a_document_may_have_any_place() -> None:
    document = Source("plan-2024", "方案", "local-document", "某局", date(2024, 1, 1))

    assert rules(library(sources=[*SOURCES, document], entries=[entry(sources=("plan-2024-part-two",))])) == set()
