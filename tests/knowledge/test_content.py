"""The library that is packaged: it loads, no rule finds anything, and it keeps the promises of its documents."""

import re
from datetime import date, timedelta
from functools import cache

import pytest
from duties_cases import ACTIVITY_RULES, CASES

from knowledge import exam, outline
from knowledge.calendar import china
from knowledge.check import check
from knowledge.directory import Directory
from knowledge.files import CONTENT, dump, load
from knowledge.model import Library
from knowledge.regions import RegionTree


@cache
def packaged() -> Library:
    return load()


@cache
def tree() -> RegionTree:
    return RegionTree(packaged().regions)


def test_no_rule_finds_anything_in_the_packaged_library() -> None:
    problems = check(packaged(), exam.load(CONTENT / exam.FOLDER), outline.load(CONTENT))

    assert [f"{problem.where}: {problem.message}" for problem in problems] == []


def test_every_paraphrase_belongs_to_an_entry() -> None:
    assert packaged().paraphrases.keys() <= packaged().entries.keys()


def test_the_packaged_library_survives_writing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("content")
    dump(packaged(), folder)

    assert load(folder) == packaged()


def test_the_office_telephones_of_the_documents_are_in_no_file() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CONTENT.rglob("*") if path.is_file())

    assert re.findall("85681383|52564588|67821869", text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我在普陀", "上海市普陀区"),
        ("常州天宁的", "常州市天宁区"),
        ("我们是渝北区的", "重庆市渝北区"),
        ("宝鸡市金台区", "宝鸡市金台区"),
        ("东街街道", "晋城市城区东街街道"),
        ("晋城", "晋城市城区"),
        ("重庆", "重庆市"),
        ("舟山普陀", "舟山市普陀区"),
        ("南京鼓楼区", "南京市鼓楼区"),
        ("乐山市中区", "乐山市市中区"),
        ("北京朝阳", "北京市朝阳区"),
        ("洛阳老城区", "洛阳市老城区"),
        ("恩施州利川市", "恩施土家族苗族自治州利川市"),
    ],
)
def test_places_are_found_among_all_of_china(text: str, name: str) -> None:
    region = tree().find(text)

    assert region is not None
    assert tree().name(region.slug) == name


@pytest.mark.parametrize(
    "text",
    ["鼓楼区", "我在朝阳", "怎么和孩子和平相处", "大同小异", "祝您安康", "我们住老城区", "去普陀山玩", "孩子叫张长安"],
)
def test_no_place_is_found_where_none_is_meant(text: str) -> None:
    assert tree().find(text) is None


def test_the_number_of_changzhou_is_only_for_changzhou() -> None:
    directory = Directory(packaged(), tree(), china())

    assert "96111" in {line.phone for line in directory.listings("changzhou")}
    for region in (None, "putuo", "baoji", "yubei", "jincheng"):
        assert "96111" not in {line.phone for line in directory.listings(region)}
        assert region is None or directory.named("96111 现在能打吗", region) == []


@cache
def directory() -> Directory:
    return Directory(packaged(), tree(), china())


@pytest.mark.parametrize(("problem", "region", "duty"), CASES)
def test_a_problem_leads_to_the_department_and_a_worry_to_none(
    problem: str, region: str | None, duty: str | None
) -> None:
    found = directory().duty(problem, region)

    assert (found.id if found else None) == duty


@pytest.mark.parametrize("region", [None, "changzhou", "putuo", "baoji", "yubei", "jincheng"])
def test_what_is_on_this_month_has_an_answer_on_any_day(region: str | None) -> None:
    day = date(2026, 11, 22)
    while day < date(2028, 1, 1):
        month_end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert directory().activities(region, day, month_end), day
        day += timedelta(days=1)


@pytest.mark.parametrize("region", sorted(ACTIVITY_RULES))
def test_what_the_documents_date_recurs_by_rule(region: str) -> None:
    dated = {
        activity.id
        for activity in packaged().activities.values()
        if activity.region == region and activity.recurrence.rule not in {"ongoing", "yearly", "once"}
    }
    assert ACTIVITY_RULES[region] - dated <= {
        activity.id for activity in packaged().activities.values() if activity.recurrence.times
    }
