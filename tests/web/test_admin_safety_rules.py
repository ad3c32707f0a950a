"""The administrators' pages on danger: patterns and cards, tried and changed so that they break no example."""

from __future__ import annotations

import html
import re

import pytest
import yaml
from desk_browser import OURS, Browser, post
from test_admin_safety import HARMLESS, admin, shown
from test_pages_render import assert_usable

from bot.safety import assess, rules
from bot.store.tables import detections, edits
from tests.house import House, rows
from tests.paper_boat import BOAT

__all__ = ["admin"]

pytestmark = pytest.mark.usefixtures("packaged_afterwards")


async def test_patterns_and_cards_are_listed_with_their_examples_and_filtered(admin: Browser) -> None:
    page = await shown(admin, "/admin/safety/patterns")
    assert f"{len(rules.packaged().book.patterns)} 条" in page
    assert "留下遗书、字条" in page
    assert "句要认出" in page
    few = await shown(admin, "/admin/safety/patterns?kind=missing&level=urgent")
    assert "人不见了" in few
    assert "留下遗书" not in few
    assert "没有找到" in await shown(admin, "/admin/safety/patterns?state=changed")
    cards = await shown(admin, "/admin/safety/protocols?kind=suicide")
    assert "suicide-urgent-locked" in cards
    assert "孩子在写" in cards


async def test_a_pattern_is_shown_with_its_text_and_the_state_of_each_example(admin: Browser) -> None:
    page = await shown(admin, "/admin/safety/patterns/note")
    raw = rules.raws("pattern")["note"]
    for example in (*raw["fires"], *raw["spares"]):
        assert example in page
    assert page.count('class="row tight example"') == len(raw["fires"]) + len(raw["spares"])
    body = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert body is not None
    assert yaml.safe_load(body[1]) == raw


async def test_a_card_is_shown_as_the_parent_reads_it(admin: Browser) -> None:
    page = await shown(admin, "/admin/safety/protocols/suicide-urgent-height")
    preview = page[page.index("家长看到的") :]
    assert '<div class="crisis" data-risk="urgent"' in preview
    assert "110" in preview


@pytest.mark.parametrize("path", ["patterns/nothing", "protocols/nothing", "protocols/new", "colours", "patterns/A"])
async def test_a_rule_that_is_not_there_is_not_found(admin: Browser, path: str) -> None:
    assert (await admin.get(f"/admin/safety/{path}")).status == 404


async def test_a_draft_is_tried_without_being_saved(house: House, admin: Browser) -> None:
    status, page = await post(
        admin, "/admin/safety/patterns/new", step="try", body=BOAT, message="他又画了蓝色大纸船", saved="0"
    )
    assert status == 200
    assert "没有弄坏任何例子" in page
    assert 'data-right="yes"' in page
    assert 'data-right="no"' not in page
    trial = page[page.index('id="trial"') :]
    assert 'data-risk="none"' not in trial
    assert "paper-boat" in trial
    assert assess("他又画了蓝色大纸船").level == "none"
    assert await rows(house.database_url, edits) == []


async def test_a_draft_that_breaks_an_example_shows_which_and_is_not_saved(house: House, admin: Browser) -> None:
    raw = {**rules.raws("pattern")["note"], "match": ["遗愿清单"]}
    body = yaml.safe_dump(raw, allow_unicode=True)
    for step, status in (("try", 200), ("save", 422)):
        got, page = await post(admin, "/admin/safety/patterns/note", step=step, body=body, saved="0")
        assert got == status
        assert "“备忘录里写着遗书”没有被这一条认出来" in html.unescape(page)
        assert 'data-right="no"' in page
        assert "遗愿清单" in page  # what was typed is given back
        assert_usable(page)
    assert await rows(house.database_url, edits) == []


async def test_what_cannot_be_read_is_given_back_with_what_is_wrong(house: House, admin: Browser) -> None:
    for body in ("id: [", "</textarea><script>x</script>", ""):
        status, page = await post(admin, "/admin/safety/protocols/suicide-high", step="save", body=body, saved="0")
        assert status == 422
        assert "<script>x" not in page
        assert "这样存不了" in page
    assert await rows(house.database_url, edits) == []


async def test_a_new_pattern_is_saved_judges_the_next_message_and_can_be_given_up(house: House, admin: Browser) -> None:
    await house.say(HARMLESS)
    assert await rows(house.database_url, detections) == []
    answer = await admin.post(
        "/admin/safety/patterns/new",
        data={"step": "save", "body": BOAT.replace("\n", "\r\n"), "saved": "0"},
        headers=OURS,
        allow_redirects=False,
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/safety/patterns/paper-boat?saved=1")
    assert "已存" in await shown(admin, answer.headers["Location"])
    await house.say(HARMLESS, "o-lan")
    (one,) = await rows(house.database_url, detections)
    assert (one.level, one.kind) == ("concern", "suicide")
    assert "paper-boat" in await shown(admin, "/admin/safety/detections")
    listed = await shown(admin, "/admin/safety/patterns?state=added")
    assert "paper-boat" in listed
    assert "沈主任" in listed
    (edit,) = await rows(house.database_url, edits)
    assert (await post(admin, "/admin/safety/patterns/paper-boat", step="restore", version="0", saved=str(edit.id)))[
        0
    ] == 303
    assert assess(HARMLESS).level == "none"
    assert "没有找到" in await shown(admin, "/admin/safety/patterns?state=added")
    assert (await admin.get("/admin/safety/patterns/paper-boat")).status == 404


async def test_a_new_pattern_cannot_take_the_name_of_another(admin: Browser) -> None:
    body = BOAT.replace("paper-boat", "note")
    status, page = await post(admin, "/admin/safety/patterns/new", step="save", body=body, saved="0")
    assert status == 409
    assert "已经有叫 note 的规则" in page
    assert "纸船" in page


async def test_versions_are_kept_and_any_of_them_comes_back(house: House, admin: Browser) -> None:
    path = "/admin/safety/protocols/suicide-high"
    source = rules.sources("card")["suicide-high"]
    saved = 0
    for words in ("请先坐到孩子身边", "请先守在孩子身边"):
        body = re.sub(r"^act: 请先陪在孩子身边", f"act: {words}", source, flags=re.MULTILINE)
        assert body != source
        assert (await post(admin, path, step="save", body=body, saved=str(saved)))[0] == 303
        saved = max(edit.id for edit in await rows(house.database_url, edits))
    page = await shown(admin, path)
    assert page.count("沈主任") >= 2
    (older,) = re.findall(r'name="version" value="([1-9]\d*)"', page)
    assert (await post(admin, path, step="restore", version=older, saved=str(saved)))[0] == 303
    assert "请先坐到孩子身边" in await house.say("孩子说不想活了")
    assert (await post(admin, path, step="restore", version="999", saved="3"))[0] == 404
    assert (await post(admin, path, step="restore", version="0", saved="3"))[0] == 303
    assert "请先陪在孩子身边" in await house.say("孩子说不想活了", "o-lan")
    assert "出厂的样子" in await shown(admin, path)


async def test_of_two_who_edit_the_same_the_later_is_told_and_keeps_the_words(house: House, admin: Browser) -> None:
    assert (await post(admin, "/admin/safety/patterns/new", step="save", body=BOAT, saved="0"))[0] == 303
    other = BOAT.replace("手工课", "美术课")
    status, page = await post(admin, "/admin/safety/patterns/paper-boat", step="save", body=other, saved="0")
    assert status == 409
    assert "沈主任刚刚存过这一条" in page
    assert "美术课" in page
    (edit,) = await rows(house.database_url, edits)
    assert f'name="saved" value="{edit.id}"' in page


async def test_an_edit_in_the_table_that_does_not_hold_is_shown_as_such(house: House, admin: Browser) -> None:
    async with house.app_engine.begin() as conn:
        await conn.execute(
            edits.insert().values(sort="pattern", key="note", body="id: [", author="某人", at=house.clock())
        )
    assert "没有生效" in await shown(admin, "/admin/safety/patterns?state=refused")
    page = await shown(admin, "/admin/safety/patterns/note")
    assert "还读不懂这份全文" in page
    assert assess("备忘录里写着遗书").level != "none"
