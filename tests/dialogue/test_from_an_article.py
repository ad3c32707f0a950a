"""Asking for a person from an article: the words that the page sends are taken as that, whatever the title says."""

import pytest
from a_talk import Parent

from bot.channels.web.article import ABOUT, PERSON
from knowledge.files import load

TITLES = [entry.title for entry in load().entries.values()][::12]


@pytest.mark.parametrize("title", TITLES)
def test_the_page_s_words_ask_for_a_person(title: str) -> None:
    decision = Parent().says(f"{PERSON}。{ABOUT.format(title=title)}")
    assert decision.intent == "handoff"
