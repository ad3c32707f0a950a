import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.text import (
    family_of,
    grams,
    informative,
    meant,
    normalise,
    number,
    stage_of,
    without_stage,
    worries,
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("初二", "八年级"),
        ("初2", "八年级"),
        ("8年级", "八年级"),
        ("初中二年级", "八年级"),
        ("八年級", "八年级"),
        ("小学3年级", "三年级"),
        ("高2", "高二"),
        ("高中二年级", "高二"),
        ("十四岁", "14岁"),
        ("14 周岁", "14岁"),
        ("１４岁", "14岁"),
        ("两岁半", "2岁半"),
        ("十三四岁", "13岁"),
        ("孩子４歲不肯睡覺", "孩子4岁不肯睡觉"),
        ("請問孩子厭學怎麼辦", "孩子厌学"),
        ("您好，请问孩子厌学怎么办呢？谢谢！", "孩子厌学"),
        ("孩子厌学😭😭[流泪][捂脸]", "孩子厌学"),
        ("ADHD 要吃药吗", "adhd 要吃药"),
        ("最初一个月", "最初一个月"),
        ("声音提高一点", "声音提高一点"),
        ("大年初一", "大年初一"),
        ("怎么办", ""),
        ("😂😂", ""),
    ],
)
def test_ways_of_typing_the_same_are_made_one(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("said", "value"),
    [("3", 3), ("14", 14), ("十", 10), ("十四", 14), ("二十", 20), ("二十三", 23), ("两", 2), ("三四", 3), ("", None)],
)
def test_small_numbers_are_read_as_people_write_them(said: str, value: int | None) -> None:
    assert number(said) == value


def test_grams_are_characters_and_pairs_but_not_across_punctuation() -> None:
    assert grams("不睡，14岁") == ["不", "睡", "不睡", "14", "岁", "14岁"]


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("十个月宝宝看动画片", "infant"),
        ("一岁半不肯自己睡", "infant"),
        ("生完快四个月天天哭", "infant"),
        ("3岁半还尿裤子", "preschool"),
        ("中班老师说他打人", "preschool"),
        ("幼儿园不肯进门", "preschool"),
        ("三年级作文写不出", "primary"),
        ("七岁孩子带工地上合适不", "primary"),
        ("小升初要不要择校", "primary"),
        ("初一上学期还第5名", "junior"),
        ("我娃十三了", "junior"),
        ("14岁要辍学", "junior"),
        ("那初中呢", "junior"),
        ("高三女儿模考哭", "senior"),
        ("17岁谈朋友", "senior"),
        ("12岁六年级", "primary"),  # the grade knows better than the age
        ("小学时成绩好，现在初二不学了", "junior"),
        ("小学成绩好，现在上初中跟不上", "junior"),
        ("老大17老二3岁", None),
        ("8岁以上是不是问孩子", None),
        ("3岁以下补贴怎么领", "infant"),
        ("我今年35岁了很累", None),
        ("三个月没上学了", None),
        ("孩子不爱说话", None),
    ],
)
def test_the_stage_is_read_from_ages_grades_and_schools(text: str, stage: str | None) -> None:
    assert stage_of(text) == stage


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("单亲妈妈，儿子问爸爸", "single"),
        ("前夫三年没给抚养费", "divorced"),
        ("再婚后女儿不叫他", "stepfamily"),
        ("我们在外打工，娃跟爷爷奶奶", "left-behind"),
        ("随迁子女怎么入学", "migrant"),
        ("孙子放学就看手机", "grandparents"),
        ("奶奶带大的不听话", "grandparents"),
        ("我们领养的孩子", "adoptive"),
        ("他爸坐牢了", "justice"),
        ("自闭谱系上小学", "disability"),
        ("低保怎么申请", "hardship"),
        ("二胎以后老大变了", "multi-child"),
        ("孩子不写作业", None),
    ],
)
def test_the_family_is_read_from_its_words(text: str, family: str | None) -> None:
    assert family_of(text) == family


def test_a_greeting_says_nothing_and_a_complaint_does() -> None:
    assert informative("您好，在吗？") == 0
    assert informative("孩子怎么办") == 0
    assert informative("初二沉迷手机摔门") >= 6


def test_a_text_can_be_freed_of_its_stage() -> None:
    assert without_stage("儿子初二，14岁半，沉迷手机").split() == ["儿子", "沉迷手机"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("不是手机的问题，是他跟同学处不来", "是他跟同学处不来"),
        ("跟成绩没关系，他就是不想去学校", "他就是不想去学校"),
        ("作业倒是写得快，就是字写得像鬼画符", "就是字写得像鬼画符"),
        ("不是不想写，是不会", "不是不想写，是不会"),
        ("是不是手机的问题，他不爱说话了", "是不是手机的问题，他不爱说话了"),
        ("不是手机的问题", "不是手机的问题"),  # nothing would be left
    ],
)
def test_what_a_message_denies_is_not_searched_for(text: str, left: str) -> None:
    assert meant(text).strip(" ，") == left


def test_a_further_worry_is_told_apart_only_where_both_say_enough() -> None:
    first, second = worries("孩子五岁不肯吃饭，追着喂一个钟头，还有就是晚上不睡觉要闹到十一点")
    assert "不肯吃饭" in first
    assert "晚上不睡觉" in second
    assert len(worries("作业磨蹭，还有")) == 1
    assert len(worries("还有吗")) == 1
    assert worries("") == ("",)


@pytest.mark.parametrize("word", ["伢子", "崽崽", "幺儿", "细路", "囡囡"])
def test_a_child_is_a_child_in_every_dialect(word: str) -> None:
    assert grams(f"{word}不肯吃饭") == grams("孩子不肯吃饭")
