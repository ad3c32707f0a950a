"""Rules about numbers, listings, activities, duties and regions; those about entries are in test_check."""

from dataclasses import replace
from datetime import date, time

import pytest
from a_library import FULL, OFFICE_HOURS, REGIONS, WHOLE_DAY, WORDINGS, activity, duty, entry, library
from a_library import listing as line

from knowledge.check import check
from knowledge.model import DAYS, Library, Listing, Recurrence, Region, Span, Verification


def rules(made: Library) -> set[str]:
    return {problem.rule for problem in check(made)}


def of_entry(**changes: object) -> set[str]:
    return rules(library(entries=[entry(**changes)]))


def of_lines(*lines: Listing) -> set[str]:
    return rules(library(listings=[*library().listings.values(), *lines]))


def test_a_local_number_may_be_said_only_to_that_place() -> None:
    words = f"{FULL}也可以打 96111。"

    assert of_entry(full=words, region="changzhou") == set()
    assert of_entry(full=words, region="putuo") == {"number"}
    assert rules(library(duties=[duty(about="打 96111 问。", region="320402")])) == set()
    assert rules(library(duties=[duty(about="打 96111 问。")])) == {"number"}


@pytest.mark.parametrize(
    ("phone", "region", "expected"),
    [
        ("96111", "putuo", {"number-region"}),
        ("0519-12345678", "changzhou", set()),
        ("0519-12345678", "baoji", {"number-region"}),
        ("021-12355", "putuo", set()),
        ("021-12355", "china", {"number-region"}),
        ("96320-1", "yubei", set()),
    ],
)
def test_a_number_is_listed_where_it_serves(phone: str, region: str, expected: set[str]) -> None:
    assert of_lines(line("local-line", name="某地热线", region=region, phone=phone)) == expected


@pytest.mark.parametrize("number", ["85681383", "0519—8568 1383", "52564588-7675", "67821869"])
def test_the_office_telephones_of_the_documents_appear_nowhere(number: str) -> None:
    assert "number-office" in of_entry(wordings=(*WORDINGS, f"打了{number}没人接"))
    assert "number-office" in of_lines(line("office", name="办公室", phone=number))
    assert "number-office" in rules(library(activities=[activity(join=f"打 {number} 报名")]))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"phone": None}, "fallback"),
        ({"phone": None, "fallback": ("gone",)}, "fallback"),
        ({"phone": None, "fallback": ("new-line",)}, "fallback"),
        ({"fallback": ("changzhou-96111",)}, "fallback"),
        ({"hours": ()}, "hours"),
        ({"hours": (Span((), time(9), time(17)),)}, "hours"),
        ({"hours": (*OFFICE_HOURS, Span(("mon",), time(16), time(18)))}, "hours"),
        ({"hours": (Span(DAYS, time(22), time(8)), Span(DAYS, time(7), time(9)))}, "hours"),
        ({"source": "rumour"}, "source"),
        ({"topics": ("weather",)}, "topics"),
        ({"region": "atlantis"}, "region"),
        ({"kind": "emergency"}, "emergency"),
        ({"kind": "emergency", "hours": OFFICE_HOURS}, "emergency"),
        ({"kind": "service", "phone": None}, "reach"),
        ({"verified": Verification(date(2024, 1, 1), "值班员")}, "dates"),
    ],
)
def test_a_listing_leads_somewhere(changes: dict[str, object], rule: str) -> None:
    assert rule in of_lines(line("new-line", **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": None, "fallback": ("national-12356",)},
        {"kind": "emergency", "hours": WHOLE_DAY},
        {"hours": (Span(DAYS, time(8), time(22)), Span(DAYS, time(22), time(8)))},
        {"hours": (replace(OFFICE_HOURS[0], on="workday"), replace(OFFICE_HOURS[0], on="day-off"))},
        {"kind": "service", "phone": None, "reach": "到学校问班主任。"},
        {"region": "changzhou", "fallback": ("changzhou-96111", "national-12356")},
    ],
)
def test_a_listing_that_leads_somewhere_is_sound(changes: dict[str, object]) -> None:
    assert of_lines(line("new-line", **changes)) == set()


@pytest.mark.parametrize(
    "recurrence",
    [
        Recurrence("week-of", month=5),
        Recurrence("date", month=2, day=30),
        Recurrence("date", month=13, day=1),
        Recurrence("months"),
        Recurrence("months", months=(9, 9)),
        Recurrence("nth-weekday", month=5, nth=6, weekday="mon"),
        Recurrence("term", times=0),
        Recurrence("once", start=date(2026, 5, 2), end=date(2026, 5, 1)),
        Recurrence("monthly", month=5),
    ],
)
def test_a_recurrence_is_complete_and_possible(recurrence: Recurrence) -> None:
    assert rules(library(activities=[activity(recurrence=recurrence)])) == {"recurrence"}


@pytest.mark.parametrize(
    "recurrence",
    [
        Recurrence("date", month=2, day=29),
        Recurrence("term"),
        Recurrence("term", times=2),
        Recurrence("yearly", times=4),
        Recurrence("ongoing"),
        Recurrence("once", start=date(2026, 5, 1), end=date(2026, 5, 1)),
    ],
)
def test_a_sound_recurrence_is_left_alone(recurrence: Recurrence) -> None:
    assert rules(library(activities=[activity(recurrence=recurrence)])) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"contacts": ()},
        {"contacts": ("gone",)},
        {"contacts": ("changzhou-96111",)},
        {"fallback": ("gone",)},
    ],
)
def test_a_duty_names_whom_to_reach(changes: dict[str, tuple[str, ...]]) -> None:
    assert rules(library(duties=[duty(**changes)])) == {next(iter(changes))}


def test_a_duty_leads_to_a_number_that_can_be_called() -> None:
    office = line("office", name="某局", kind="organisation", phone=None, reach="到街道问")
    lines = [*library().listings.values(), office]
    assert rules(library(listings=lines, duties=[duty(contacts=("office",))])) == {"contacts"}
    assert rules(library(listings=lines, duties=[duty(contacts=("office",), fallback=("national-12345",))])) == set()


@pytest.mark.parametrize(
    ("region", "rule"),
    [
        (Region("x", "999999", "某县", "district", "nowhere"), "region-parent"),
        (Region("x", "999999", "某县", "district", None), "region-parent"),
        (Region("x", "999999", "某县", "district", "putuo"), "region-parent"),
        (Region("x", "310107", "某县", "district", "310000"), "region-code"),
        (Region("x", "31", "某县", "district", "310000"), "region-code"),
    ],
)
def test_the_tree_of_regions_holds_together(region: Region, rule: str) -> None:
    assert rules(library(regions=[*REGIONS, region])) == {rule}
