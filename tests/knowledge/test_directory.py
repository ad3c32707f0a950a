from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from a_library import OFFICE_HOURS, WHOLE_DAY, activity, duty, library, listing

from knowledge.calendar import CHINA, china
from knowledge.directory import Directory
from knowledge.model import DAYS, Recurrence, Span
from knowledge.regions import RegionTree

SUNDAY_NIGHT = datetime(2026, 5, 10, 23, 10, tzinfo=CHINA)
MAY = (date(2026, 5, 1), date(2026, 5, 31))

LINES = [
    listing(),
    listing("national-110", name="报警电话", kind="emergency", phone="110", hours=WHOLE_DAY),
    listing("changzhou-96111", name="常州市未成年人心理服务热线", region="changzhou", phone="96111", hours=WHOLE_DAY),
    listing("changzhou-centre", name="常州市未成年人成长指导中心", kind="centre", region="changzhou", phone=None),
    listing("tianning-station", name="天宁成长站", kind="station", region="320402", topics=("screens",), phone=None),
    listing(
        "putuo-line",
        name="普陀区24小时心理热线",
        region="putuo",
        phone=None,
        hours=WHOLE_DAY,
        fallback=("national-12356",),
    ),
    listing(
        "putuo-mothers", name="“邻家妈妈”导师团", kind="service", region="putuo", aliases=("邻家妈妈",), phone=None
    ),
    listing(
        "putuo-school", name="上海家长学校普陀分校", kind="school", region="putuo", aliases=("家长学校",), phone=None
    ),
]


def directory(**changes: Any) -> Directory:
    made = library(**{"listings": LINES, **changes})
    return Directory(made, RegionTree(made.regions), china())


def ids(things: Any) -> list[str]:
    return [thing.id for thing in things]


def test_a_district_sees_its_own_its_citys_and_the_national_listings_nearest_first() -> None:
    assert ids(directory().listings("320402")) == [
        "tianning-station",
        "changzhou-96111",
        "changzhou-centre",
        "national-12356",
        "national-110",
    ]


def test_a_city_does_not_see_its_districts_nor_another_city() -> None:
    assert ids(directory().listings("changzhou")) == [
        "changzhou-96111",
        "changzhou-centre",
        "national-12356",
        "national-110",
    ]


@pytest.mark.parametrize("region", [None, "china", "baoji", "no-such-place"])
def test_without_local_listings_there_are_the_national_ones(region: str | None) -> None:
    assert ids(directory().listings(region)) == ["national-12356", "national-110"]


def test_listings_are_narrowed_by_kind_topic_stage_and_family() -> None:
    lines = [
        listing("a", kind="station", topics=("screens",)),
        listing("b", kind="station", stages=("junior",), families=("left-behind",)),
        listing("c", kind="centre", topics=("services",), stages=("primary",)),
    ]
    of = directory(listings=lines).listings

    assert ids(of(None, kinds=("station",))) == ["a", "b"]
    assert ids(of(None, topics=("screens",))) == ["a", "b"]
    assert ids(of(None, topics=("services",))) == ["c", "b"]
    assert ids(of(None, stages=("primary",))) == ["a", "c"]
    assert ids(of(None, families=("single",))) == ["a", "c"]


def test_what_can_be_called_now_comes_first() -> None:
    evening = (Span(DAYS, time(18), time(22)),)
    lines = [
        listing("office", hours=OFFICE_HOURS),
        listing("evening", hours=evening),
        listing("unknown"),
        listing("silent", phone=None, hours=WHOLE_DAY),
        listing("always", hours=WHOLE_DAY),
    ]

    known = directory().with_status(lines, SUNDAY_NIGHT)

    assert [(line.id, status.open) for line, status in known] == [
        ("always", "yes"),
        ("unknown", "ask"),
        ("office", "no"),
        ("evening", "no"),
        ("silent", "yes"),
    ]


def test_fallbacks_are_given_in_the_order_to_try() -> None:
    line = listing("new", phone=None, fallback=("national-110", "gone", "national-12356"))

    assert ids(directory().fallbacks(line)) == ["national-110", "national-12356"]


def test_activities_of_a_month_come_dated_first_then_seasons_then_what_is_always_on() -> None:
    things = [
        activity("always", recurrence=Recurrence("ongoing")),
        activity("salon", region="putuo", recurrence=Recurrence("month-end")),
        activity("elsewhere", region="baoji"),
        activity("some-day", recurrence=Recurrence("yearly")),
        activity("week"),
    ]

    found = directory(activities=things).activities("putuo", *MAY)

    assert [(one.activity.id, one.start, one.exact) for one in found] == [
        ("week", date(2026, 5, 11), True),
        ("salon", date(2026, 5, 25), False),
        ("always", date(2026, 5, 1), True),
        ("some-day", date(2026, 1, 1), False),
    ]


def test_activities_are_narrowed_by_topic_and_stage() -> None:
    things = [
        activity("a", topics=("screens",)),
        activity("b", stages=("junior",)),
        activity("c", topics=("services",)),
    ]
    of = directory(activities=things).activities

    assert [one.activity.id for one in of(None, *MAY, topics=("screens",))] == ["a", "b"]
    assert [one.activity.id for one in of(None, *MAY, stages=("primary",))] == ["a", "c"]


DUTIES = [
    duty(),
    duty("tutoring-refund", problem="校外培训机构跑路不退学费", wordings=("交了钱补习班关门了",)),
    duty("smoke", problem="商店卖烟酒给未成年人", wordings=("学校门口小店卖烟给孩子",)),
    duty("changzhou-cafe", region="changzhou", problem="网吧接待未成年人", wordings=("网吧让孩子进",)),
]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("我家小区边上有个网吧，老是放小孩进去，归谁管", None, "internet-cafe"),
        ("我家小区边上有个网吧，老是放小孩进去，归谁管", "putuo", "internet-cafe"),
        ("网吧让孩子进去，找谁投诉", "320402", "changzhou-cafe"),
        ("补习班关门了，钱不退，去哪里投诉", "changzhou", "tutoring-refund"),
        ("学校门口的小店卖烟给孩子", "changzhou", "smoke"),
        ("孩子不写作业怎么办", "changzhou", None),
        ("该找谁", None, None),
        ("", None, None),
    ],
)
def test_a_problem_leads_to_who_is_responsible(text: str, region: str | None, expected: str | None) -> None:
    found = directory(duties=DUTIES).duty(text, region)

    assert (found and found.id) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("邻家妈妈怎么申请", "putuo", ["putuo-mothers"]),
        ("“邻家 妈妈”导师团是什么", "putuo", ["putuo-mothers"]),
        ("邻家妈妈怎么申请", "changzhou", []),
        ("邻家妈妈怎么申请", None, ["putuo-mothers"]),
        ("家长学校怎么上课", "putuo", ["putuo-school"]),
        ("家长学校怎么上课", None, []),
        ("96111现在能打吗", "320402", ["changzhou-96111"]),
        ("96111现在能打吗", "baoji", []),
        ("未成年人成长指导中心在哪", "changzhou", ["changzhou-centre"]),
        ("未成年人成长指导中心在哪", "baoji", []),
        ("打110还是12356", "baoji", ["national-12356", "national-110"]),
        ("身高110厘米，花了1100元", "baoji", []),
        ("全国家庭教育宣传周做什么", "baoji", ["family-week"]),
        ("今天天气好", "putuo", []),
    ],
)
def test_things_are_found_by_their_names_but_never_those_of_another_place(
    text: str, region: str | None, expected: list[str]
) -> None:
    assert ids(directory().named(text, region)) == expected


def test_the_longest_name_is_meant() -> None:
    short = listing("short", name="成长热线", phone=None)
    long = listing("long", name="青春成长热线", phone=None)

    assert ids(directory(listings=[short, long]).named("青春成长热线几点", None)) == ["long"]


def test_of_things_with_the_same_name_the_nearest_comes_first() -> None:
    national = listing("national", name="成长小站", phone=None)
    local = replace(national, id="local", region="putuo")

    assert ids(directory(listings=[national, local]).named("成长小站在哪", "putuo")) == ["local", "national"]
    assert ids(directory(listings=[national, local]).named("成长小站在哪", None)) == ["national"]
