"""Drafts sent to review together; where a change came from; sources that are newer than the last reading."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta

import pytest
from desk_browser import Browser, post, text
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store import changes, people
from bot.store.changes import Change
from knowledge import amend
from knowledge.calendar import CHINA
from knowledge.editorial import State
from knowledge.freshness import updated
from knowledge.model import Entry, Library
from knowledge.sources import cite
from tests.house import House

DRAFTS = "/admin/entries?tab=draft"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("lin", "林编辑", "editor")


@pytest.fixture
def library(house: House) -> Library:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    return engine.release.library


def sound(library: Library, number: int) -> Entry:
    """Give an entry that no rule complains of when its long text grows by a little."""
    entry = [one for one in library.entries.values() if one.reviewed is not None or one.sources][number]
    return replace(entry, full=f"{entry.full}\n\n慢慢来。")


async def drafted(house: House, entry: Entry, origin: str = "edit") -> Change:
    async with house.app_engine.begin() as conn:
        staff = await people.named(conn, "lin")
        assert staff is not None
        body, now = amend.encode(entry), house.clock()
        await changes.save(conn, staff, "entry", entry.id, body, title=entry.title, seen=0, now=now, origin=origin)
        held = await changes.open_of(conn, "entry", entry.id)
    assert held is not None
    return held


async def states(house: House) -> dict[str, State]:
    async with house.app_engine.connect() as conn:
        return {one.key: one.state for one in await changes.listed(conn, sort="entry")}


async def shown(editor: Browser, path: str) -> str:
    page = await text(editor, path)
    assert_usable(page)
    return html.unescape(page)


async def test_ticked_drafts_go_to_review_and_the_others_stay(house: House, editor: Browser, library: Library) -> None:
    one, two, three = [await drafted(house, sound(library, number)) for number in (0, 1, 2)]
    page = await shown(editor, DRAFTS)
    assert f'name="pick-{one.key}" value="{one.saved}"' in page
    picked = {f"pick-{held.key}": str(held.saved) for held in (one, two)}
    assert (await post(editor, DRAFTS, **picked))[0] == 303
    assert await states(house) == {one.key: State.IN_REVIEW, two.key: State.IN_REVIEW, three.key: State.DRAFT}
    assert "2 条送审了" in await shown(editor, "/admin/entries?tab=in-review&sent=2")


async def test_what_is_not_ready_is_told_stays_a_draft_and_stays_ticked(
    house: House, editor: Browser, library: Library
) -> None:
    good = await drafted(house, sound(library, 0))
    bad = await drafted(house, replace(sound(library, 1), brief="", wordings=()))
    stale = await drafted(house, sound(library, 2))
    picked = {f"pick-{one.key}": str(one.saved) for one in (good, bad)} | {f"pick-{stale.key}": str(stale.saved + 99)}
    status, page = await post(editor, DRAFTS, **picked, **{"pick-not-there": "1"})
    page = html.unescape(page)
    assert status == 422
    assert "1 条送审了" in page
    assert "3 条没有送审" in page
    assert "还有要改的地方" in page
    assert "刚刚又改过" in page
    assert f'name="pick-{bad.key}" value="{bad.saved}" aria-label="选上“{bad.title}”" checked' in page
    assert await states(house) == {good.key: State.IN_REVIEW, bad.key: State.DRAFT, stale.key: State.DRAFT}


@pytest.mark.parametrize(
    "given", [{}, {"pick-": "1"}, {"pick-../x": "1"}, {"pick-x": "abc"}, {"other": "1"}, {"pick-x": "9" * 30}]
)
async def test_without_a_tick_nothing_is_sent(
    house: House, editor: Browser, library: Library, given: dict[str, str]
) -> None:
    await drafted(house, sound(library, 0))
    status, page = await post(editor, DRAFTS, **given)
    assert status == 422
    assert "还没有勾" in page
    assert set((await states(house)).values()) == {State.DRAFT}


async def test_very_many_at_once_are_refused(house: House, editor: Browser) -> None:
    status, page = await post(editor, DRAFTS, **{f"pick-x{number}": "1" for number in range(51)})
    assert status == 422
    assert "一次最多送 50 条" in page


@pytest.mark.parametrize(
    ("origin", "words"), [("import", "来自导入"), ("question", "来自没答上的"), ("call", "来自电话核实"), ("edit", "")]
)
async def test_a_change_says_where_it_came_from(
    house: House, editor: Browser, library: Library, origin: str, words: str
) -> None:
    held = await drafted(house, sound(library, 0), origin)
    for path in (DRAFTS, f"/admin/entries/{held.key}"):
        page = html.unescape(await text(editor, path))
        assert (">来自" in page) is bool(words)
        assert words in page


async def test_an_entry_whose_source_was_renewed_says_so(house: House, editor: Browser, library: Library) -> None:
    entry = next(one for one in library.entries.values() if one.sources and not updated(one, library))
    assert "依据已更新" not in await text(editor, f"/admin/entries/{entry.id}")
    source, _ = cite(entry.sources, library.sources)[0]
    cited = source.id
    newer = replace(source, date=house.clock().astimezone(CHINA).date() + timedelta(days=400))
    object.__setattr__(library, "sources", {**library.sources, cited: newer})
    try:
        assert f"依据已更新：《{source.title}》" in html.unescape(await text(editor, f"/admin/entries/{entry.id}"))
        assert "依据已更新" in await shown(editor, f"/admin/entries?q={entry.title}")
    finally:
        object.__setattr__(library, "sources", {**library.sources, cited: source})


async def test_the_menu_counts_the_numbers_that_nobody_vouches_for(house: House, editor: Browser) -> None:
    page = await shown(editor, "/admin/verify")
    assert 'href="/admin/verify" aria-current="page"' in page
    menu = page.split("待核实", 1)[1][:60]
    assert '<span class="count">' in menu
