"""What administrators change of patterns and cards is read strictly, judged by examples, and breaks nothing else."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bot.safety import assess, check, names, rules, shape
from bot.safety.card_rules import card_problems
from bot.safety.patterns import book
from bot.safety.protocols import cards, chosen, read_card
from bot.safety.rules import Edit
from bot.safety.shape import Sort
from bot.safety.slow import slow

PACKAGED = rules.packaged()
WORDS = "孩子今天又提到蓝色小纸船"
MATCH = "蓝色..2纸船"
NEW = f"""id: paper-boat
kind: suicide
level: concern
match:
  - "{MATCH}"
fires: ["{WORDS}"]
spares: ["手工课上折了一只纸船"]
"""


@pytest.fixture(autouse=True)
def _packaged_afterwards() -> Iterator[None]:
    yield
    rules.install(PACKAGED)


@pytest.fixture
def patterns_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Judge by the patterns only, so that what is tested does not hang on what the classifier has learned."""

    def forget() -> None:
        PACKAGED.verdicts.clear()
        check.assembled.cache_clear()

    monkeypatch.setattr(
        sys.modules["bot.safety.assess"], "trained", lambda: None
    )  # the package has a function so named
    forget()
    yield
    forget()


def changed(sort: Sort, key: str, **fields: Any) -> Edit:
    """Make an edit of a packaged pattern or card: fields set, or left out where None."""
    raw = {**rules.raws(sort)[key], **fields}
    return Edit(sort, key, yaml.safe_dump({k: v for k, v in raw.items() if v is not None}, allow_unicode=True))


def sentences(edit: Edit) -> str:
    return "\n".join(sentence for _, sentence in check.tried(PACKAGED, edit)[1])


def test_nothing_is_wrong_with_what_is_packaged() -> None:
    found = [one for one in check.problems(PACKAGED) if one.where != check.MUST_CATCH]
    assert found == []


def test_must_catch_rows_have_levels_that_there_are() -> None:
    rows = check.must_catch()
    assert len(rows) >= 20
    assert len({text for text, _ in rows}) == len(rows)
    assert all(levels and set(levels) <= set(names.LEVEL_NAMES) for _, levels in rows)


@pytest.mark.parametrize("sort", ["pattern", "card"])
def test_the_text_shown_of_each_packaged_one_says_the_same_as_the_file(sort: Sort) -> None:
    for key, text in rules.sources(sort).items():
        assert shape.read(sort, text) == rules.raws(sort)[key]


def test_every_pattern_and_kind_has_a_chinese_name() -> None:
    for pattern in PACKAGED.book.patterns:
        assert names.pattern(pattern.id) != pattern.id, f"{pattern.id} has no name in names.yaml"
        assert pattern.kind in names.kinds()
    assert names.found_by(["note", "classifier", "made-up"]) == ("留下遗书、字条", "分类器", "made-up")


def test_cards_have_names_of_their_own_and_examples_lead_to_them() -> None:
    keys = [card.id for card in cards()]
    assert len(set(keys)) == len(keys)
    assert all(card.id.startswith(f"{card.kind}-{card.level}") for card in cards())
    assert sum(bool(card.examples) for card in cards()) >= 0.8 * len(keys)


def test_a_new_pattern_is_judged_by_at_once_and_only_after_it_is_installed() -> None:
    after, problems = check.tried(PACKAGED, Edit("pattern", "paper-boat", NEW))
    assert after is not None
    assert problems == []
    assert assess(WORDS).level == "none"
    rules.install(after)
    assert (assess(WORDS).level, assess(WORDS).kind) == ("concern", "suicide")


def test_trying_rules_is_seen_by_nobody_else() -> None:
    after, _ = check.tried(PACKAGED, Edit("pattern", "paper-boat", NEW))
    assert after is not None
    seen: list[int] = []
    with rules.trying(after):
        assert len(book().patterns) == len(PACKAGED.book.patterns) + 1
        other = threading.Thread(target=lambda: seen.append(len(book().patterns)))
        other.start()
        other.join()
    assert seen == [len(PACKAGED.book.patterns)] == [len(book().patterns)]


def test_an_edit_that_breaks_its_own_example_is_refused_with_the_example() -> None:
    told = sentences(changed("pattern", "note", match=["遗愿清单"]))
    assert "“备忘录里写着遗书”没有被这一条认出来" in told


def test_an_edit_that_breaks_an_example_of_another_is_refused() -> None:
    wide = NEW.replace("level: concern", "level: urgent").replace(MATCH, f"{MATCH}|破防") + "firm: true\n"
    after, problems = check.tried(PACKAGED, Edit("pattern", "paper-boat", wide))
    assert after is not None
    assert any("破防" in sentence for where, sentence in problems if where == check.MUST_CATCH), problems


def test_what_was_wrong_before_is_not_held_against_an_edit() -> None:
    broken = changed("pattern", "gone", fires=[*rules.raws("pattern")["gone"]["fires"], "今天天气很好"])
    before = rules.applied(PACKAGED, broken)
    assert check.problems(before, lambda where, _: where == "gone") != []
    assert check.worse(before, rules.applied(before, Edit("pattern", "paper-boat", NEW))) == []


def test_examples_that_were_there_cannot_be_taken_out() -> None:
    assert "原有的例子不能去掉" in sentences(changed("pattern", "note", fires=["备忘录里写着遗书"]))
    assert "原有的例子不能去掉" in sentences(changed("card", "suicide-high", **{"for": ["孩子说不想活了"]}))


def test_a_pattern_can_be_switched_off_but_not_where_something_must_be_caught(patterns_alone: None) -> None:
    added = rules.applied(PACKAGED, Edit("pattern", "paper-boat", NEW))
    after, problems = check.tried(added, Edit("pattern", "paper-boat", NEW + "off: true\n"))
    assert after is not None
    assert problems == []
    assert "paper-boat" not in {one.id for one in after.book.patterns}
    assert "孩子说不想活了" in sentences(changed("pattern", "wish-to-die", off=True))


def test_giving_up_an_edit_brings_the_packaged_one_back() -> None:
    worded = changed("pattern", "note", sign="other-sign")
    after = rules.applied(rules.applied(PACKAGED, worded), Edit("pattern", "note", None))
    assert after.book.patterns == PACKAGED.book.patterns
    added = rules.applied(PACKAGED, Edit("pattern", "paper-boat", NEW))
    assert rules.applied(added, Edit("pattern", "paper-boat", None)).book.patterns == PACKAGED.book.patterns


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [", "读不成 YAML"),
        ("- a", "字段: 值"),
        ("a: &x [1]\nb: *x", "别名"),
        (NEW + "colour: red\n", "不认识的字段 colour"),
        (NEW.replace("kind: suicide\n", ""), "缺少字段 kind"),
        (NEW.replace("level: concern", "level: terrible"), "字段 level"),
        (NEW.replace("kind: suicide", "kind: [suicide]"), "字段 kind"),
        (NEW.replace(MATCH, "{no-such-group}"), "没有词组 {no-such-group}"),
        (NEW.replace(MATCH, "(蓝色|纸船"), "规则写法不对"),
        (NEW.replace(f'fires: ["{WORDS}"]', "fires: []"), "字段 fires"),
        (NEW.replace(f'fires: ["{WORDS}"]', "fires: [1]"), "字段 fires"),
        (NEW + "worse: [{to: urgent}]\n", "to 和 when"),
        (NEW + "worse: [{to: x, when: [a]}]\n", "to 只能是"),
        (NEW + "off: 1\n", "true 或 false"),
        (NEW.replace("id: paper-boat", "id: 纸船"), "字段 id"),
        (NEW.replace("id: paper-boat", "id: new"), "字段 id"),
        (NEW.replace("id: paper-boat", "id: other-name"), "要和这一条的名字一样"),
        ("x" * 20_000, "太长了"),
        ("[" * 15_000, "套得太深"),
        ("!!python/object/apply:os.getcwd []", "YAML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field_named(text: str, said: str) -> None:
    after, problems = check.tried(PACKAGED, Edit("pattern", "paper-boat", text))
    assert after is None
    assert said in "\n".join(sentence for _, sentence in problems)


@pytest.mark.parametrize(
    ("rule", "fine"),
    [("(一+)+$", False), ("(?:一|一)*b", False), (".*.*.*甲", False), (MATCH, True)],
)
def test_a_rule_that_hangs_is_found_without_hanging(rule: str, fine: bool) -> None:
    began = time.monotonic()
    text = NEW.replace(MATCH, rule)
    after, problems = check.tried(PACKAGED, Edit("pattern", "paper-boat", text))
    assert (after is not None) == fine
    assert fine or all("规则太慢" in sentence for _, sentence in problems)
    assert time.monotonic() - began < 25


def test_a_card_that_hangs_is_found_too() -> None:
    assert "规则太慢" in sentences(changed("card", "suicide-urgent-locked", when="(门+)+$"))


def test_no_packaged_rule_is_slow() -> None:
    one = {part for pattern in PACKAGED.book.patterns[:6] for rule in pattern.match for part in rule.parts}
    assert slow(one) == frozenset()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"act": "您先别急，孩子怎么了？打 110"}, "不能是问句"),
        ({"act": "请先陪在孩子身边"}, "要有号码"),
        ({"act": "请打 4001234567"}, "不认识的号码 4001234567"),
        ({"act": "生命热线 12356"}, "要说现在做什么"),
        ({"act": "请打 110，{name}"}, "不认识 {name}"),
        ({"steps": ["一"] * 5}, "要有 1 到 4 句"),
        ({"steps": ["很长" * 31]}, "最多 60 个"),
        ({"steps": ["收好安眠药"]}, "不写方法和剂量"),
        ({"steps": ["一次三片"]}, "不写方法和剂量"),
        ({"steps": ["他有抑郁症"]}, "不下诊断"),
        ({"steps": ["警察会到的"]}, "不许诺"),
        ({"steps": ["保证没事"]}, "不许诺"),
        ({"steps": ["你怎么早不说"]}, "不责怪"),
        ({"steps": ["系统检测到有危险"]}, "不说机器的话"),
        ({"steps": ["再打 66666666"]}, "不认识的号码 66666666"),
        ({"lines": ["national-110", "made-up"]}, "没有热线 made-up"),
        ({"lines": None}, "要有热线"),
        ({"kind": "abuse"}, "这一项不能改"),
        ({"level": "urgent"}, "这一项不能改"),
        ({"child": True}, "这一项不能改"),
        ({"when": "门"}, "这一项不能改"),
    ],
)
def test_a_card_must_say_an_act_and_a_known_number_and_nothing_that_harms(fields: dict[str, Any], said: str) -> None:
    assert said in sentences(changed("card", "suicide-high", **fields))


def test_a_time_is_no_telephone_number() -> None:
    raw = {**rules.raws("card")["missing-urgent"], "steps": ["不用等 240 小时"]}
    assert list(card_problems(read_card(raw))) == []


def test_a_card_in_other_words_is_said_once_installed() -> None:
    edit = changed("card", "suicide-high", act="请先坐到孩子身边，再打 {line} 问下一步怎么做。")
    made = check.assembled((edit,))
    assert made.refused == ()
    rules.install(made.rules)
    assert chosen(assess("孩子说不想活了"), "high").act.startswith("请先坐到孩子身边")


def test_a_card_that_takes_messages_from_another_is_refused() -> None:
    told = sentences(changed("card", "suicide-urgent-locked", when="门|锁|敲|不应|窗|楼"))
    assert "用的是另一张卡片 suicide-urgent-locked" in told


def test_edits_that_cannot_be_taken_leave_the_others_and_the_packaged_ones() -> None:
    edits = (
        Edit("pattern", "note", "nonsense"),
        Edit("pattern", "paper-boat", NEW),
        Edit("card", "nobody", "id: nobody"),
        Edit("colour", "red", "id: red"),  # type: ignore[arg-type]
        changed("pattern", "gone", match=["没有人会写的话"]),
    )
    made = check.assembled(edits)
    assert {edit.key for edit, _ in made.refused} == {"note", "nobody", "red", "gone"}
    assert all(problems for _, problems in made.refused)
    assert {one.id for one in made.rules.book.patterns} == {
        *(one.id for one in PACKAGED.book.patterns),
        "paper-boat",
    }


def test_an_edit_that_leans_on_a_later_one_is_taken_after_it(patterns_alone: None) -> None:
    lean = changed("card", "suicide-high", **{"for": [*rules.raws("card")["suicide-high"]["for"], WORDS]})
    assert "不会用到这张卡片" in sentences(lean)
    high = Edit("pattern", "paper-boat", NEW.replace("level: concern", "level: high"))
    assert check.assembled((lean, high)).refused == ()
    assert [edit for edit, _ in check.assembled((lean,)).refused] == [lean]
