import pytest
from a_library import SOURCES

from knowledge.sources import resolve

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
