"""A question that a change on its way has among its wordings already says so, and how far that change is."""

from __future__ import annotations

import pytest
from desk_browser import Browser
from test_admin_unanswered import MONEY, WATCH, asked, editor, shown

from knowledge.editorial import State
from tests.house import House
from tests.jobs.a_change import KEY, a_change, body

__all__ = ["editor"]  # a fixture


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DRAFT, "已在草稿里"),
        (State.IN_REVIEW, "已在待审的修改里"),
        (State.APPROVED, "已批准，等着发布"),
    ],
)
async def test_the_page_says_that_it_is_on_its_way(house: House, editor: Browser, state: State, words: str) -> None:
    await asked(house, "one", WATCH[0])
    await asked(house, "two", MONEY)
    fields = body(wordings=[*body()["wordings"], f"{WATCH[0]}？"])
    await a_change(house.app_engine, house.clock(), fields=fields, state=state)
    page = await shown(editor)
    assert page.count(words) == 1
    assert f'href="/admin/entries/{KEY}"' in page[page.index(words) :]
    assert words in await shown(editor, "/admin/unanswered/1")
    assert words not in await shown(editor, "/admin/unanswered/2")


async def test_words_that_are_alike_count_too_and_those_of_the_live_entry_do_not(house: House, editor: Browser) -> None:
    live = str(body()["wordings"][0])
    await asked(house, "one", f"{WATCH[0]}了")
    await asked(house, "two", live)
    fields = body(wordings=[live, WATCH[0]])
    await a_change(house.app_engine, house.clock(), fields=fields, state=State.IN_REVIEW)
    assert "已在待审的修改里" in await shown(editor, "/admin/unanswered/1")
    assert "已在待审的修改里" not in await shown(editor, "/admin/unanswered/2")


async def test_what_was_given_up_says_nothing(house: House, editor: Browser) -> None:
    await asked(house, "one", WATCH[0])
    await a_change(house.app_engine, house.clock(), fields=body(wordings=[WATCH[0]]), state=State.DROPPED)
    assert "已在" not in await shown(editor)


async def test_one_question_of_a_cluster_does_not_speak_for_all_of_them(house: House, editor: Browser) -> None:
    for number, words in enumerate(WATCH):
        await asked(house, f"p{number}", words)
    fields = body(wordings=[*body()["wordings"], WATCH[1]])  # the others are not alike
    await a_change(house.app_engine, house.clock(), fields=fields)
    page = await shown(editor)
    assert "3 句，并成 1 类" in page
    assert "已在草稿里" not in page
