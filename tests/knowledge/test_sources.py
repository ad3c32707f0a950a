from dataclasses import replace

import pytest
from a_library import SOURCES

from knowledge.model import Source
from knowledge.sources import cite, resolve

KNOWN = {source.id: source for source in SOURCES}


@pytest.mark.parametrize(
    ("reference", "source", "locator"),
    [
        ("minors-law-2024", "minors-law-2024", None),
        ("minors-law-2024-71", "minors-law-2024", "71"),
        ("outline-2019-12-15", "outline-2019", "12-15"),
        ("outline-2019-special-families", "outline-2019", "special-families"),
    ],
)
def test_a_reference_is_an_id_or_an_id_with_a_place_in_it(reference: str, source: str, locator: str | None) -> None:
    citation = resolve(reference, KNOWN)

    assert citation is not None
    assert (citation.source.id, citation.locator, citation.sound) == (source, locator, True)


def test_the_longest_id_wins() -> None:
    longer = {**KNOWN, "minors-law-2024-amended": KNOWN["notice-2024"]}

    citation = resolve("minors-law-2024-amended-3", longer)

    assert citation is not None
    assert (citation.source.id, citation.locator) == ("notice-2024", "3")


@pytest.mark.parametrize("reference", ["", "minors", "minors-law-2025-71", "-71"])
def test_an_unknown_reference_leads_nowhere(reference: str) -> None:
    assert resolve(reference, KNOWN) is None


@pytest.mark.parametrize("reference", ["minors-law-2024-abc", "outline-2019-9-11", "minors-law-2024-"])
def test_a_place_of_the_wrong_form_is_not_sound(reference: str) -> None:
    citation = resolve(reference, KNOWN)

    assert citation is not None
    assert not citation.sound


def test_people_read_each_source_once_with_the_places_in_it() -> None:
    cited = cite(["minors-law-2024-70", "outline-2019-12-15", "minors-law-2024-71", "gone-1", "notice-2024"], KNOWN)

    assert [(source.id, place) for source, place in cited] == [
        ("minors-law-2024", "第七十条、第七十一条"),
        ("outline-2019", "12—15 岁"),
        ("notice-2024", ""),
    ]


@pytest.mark.parametrize(
    ("locator", "read"),
    [
        ("1", "第一条"),
        ("10", "第十条"),
        ("17", "第十七条"),
        ("40", "第四十条"),
        ("101", "第一百零一条"),
        ("110", "第一百一十条"),
        ("260-1", "第二百六十条之一"),
        ("1001", "第一千零一条"),
        ("1188", "第一千一百八十八条"),
    ],
)
def test_articles_are_written_as_laws_write_them(locator: str, read: str) -> None:
    law = replace(KNOWN["minors-law-2024"], id="law")

    assert cite([f"law-{locator}"], {"law": law}) == [(law, read)]


@pytest.mark.parametrize(("band", "read"), [("pregnancy", "新婚与孕期"), ("special-children", "特殊儿童")])
def test_bands_without_years_have_names(band: str, read: str) -> None:
    outline: Source = KNOWN["outline-2019"]

    assert cite([f"outline-2019-{band}"], KNOWN) == [(outline, read)]
