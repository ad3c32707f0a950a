"""Why a question stands on the list (not sure, did not help, asked for a person), and the risk in its words."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from desk_browser import Browser, post, text
from sqlalchemy import insert
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store import changes, conversations, learning
from bot.store.misses import Miss, Reason
from bot.store.tables import conversations as talks
from bot.store.tables import misses
from bot.web.admin.unanswered.proof import proofs
from indexes.hits import Query
from tests.house import House, rows

SLOW = "三年级写作业磨蹭怎么办，我儿子叫张子涵"
HURT = "孩子说活着没意思怎么劝"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("zhou", "周老师", "editor")


async def asked(house: House, words: str, reason: Reason, nearest: str = "", level: str | None = None) -> None:
    """Let a parent have asked something that was not answered well."""
    async with house.app_engine.begin() as conn:
        await conversations.prepare(conn, "web", f"{reason}-{words}", {})
        parent = (await conn.exec_driver_sql("SELECT max(id) FROM parents")).scalar_one()
        talk = (await conn.execute(insert(talks).values(parent_id=parent).returning(talks.c.id))).scalar_one()
        for _ in range(2):
            await learning.missed(
                conn,
                talk,
                text=words,
                verdict="answer",
                nearest=nearest or None,
                at=house.clock() - timedelta(days=1),
                reason=reason,
                level=level,
            )


async def shown(editor: Browser, path: str = "/admin/unanswered") -> str:
    page = await text(editor, path)
    assert_usable(page)
    return html.unescape(page)


def near(house: House) -> str:
    library = house.app[SERVICES].bearings.tools().library
    return next(one.id for one in library.entries.values() if "homework" in one.topics)


async def test_an_answer_that_did_not_help_keeps_its_question_masked_and_once(house: House) -> None:
    await house.say(SLOW)
    await house.say("没帮上")
    await house.say("没帮上")
    (held,) = [one for one in await rows(house.database_url, misses) if one.reason == "unhelped"]
    assert held.text == SLOW.replace("张子涵", "［名字］")
    assert held.nearest
    assert held.level == "none"


async def test_who_asks_for_a_person_after_an_answer_leaves_the_question(house: House) -> None:
    await house.say("转人工")
    assert [one for one in await rows(house.database_url, misses) if one.reason == "person"] == []
    await house.say("算了")
    await house.say(SLOW, "o-lan")
    await house.say("转人工", "o-lan")
    (held,) = [one for one in await rows(house.database_url, misses) if one.reason == "person"]
    assert "作业" in held.text
    assert "张子涵" not in held.text


async def test_each_list_shows_its_own_and_what_is_done_there_stays_there(house: House, editor: Browser) -> None:
    await asked(house, "没有把握的一句", "unsure")
    await asked(house, "没帮上的一句", "unhelped", near(house))
    await asked(house, "要找人的一句", "person", near(house))
    assert "没帮上的一句" not in await shown(editor)
    assert "要找人的一句" in await shown(editor, "/admin/unanswered?why=person")
    page = await shown(editor, "/admin/unanswered?why=unhelped")
    assert "没帮上的一句" in page
    assert "没有把握的一句" not in page
    (held,) = [one for one in await rows(house.database_url, misses) if one.reason == "unhelped"]
    assert "没帮上的一句" in await shown(editor, f"/admin/unanswered/{held.id}")
    answer = await editor.post(
        f"/admin/unanswered/{held.id}",
        data={"step": "not-ours", "ids": str(held.id)},
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/admin/unanswered?why=unhelped&done=not-ours"


@pytest.mark.parametrize("why", ["", "nonsense", "unhelped'"])
async def test_an_unknown_list_is_the_first_one(house: House, editor: Browser, why: str) -> None:
    await asked(house, "没有把握的一句", "unsure")
    assert "没有把握的一句" in await shown(editor, f"/admin/unanswered?why={why}")


async def test_words_with_a_risk_show_it_and_go_into_no_entry_unseen(house: House, editor: Browser) -> None:
    key = near(house)
    await asked(house, HURT, "unsure", key, "concern")
    page = await shown(editor)
    assert 'data-risk="concern"' in page
    assert 'value="wording"' not in page
    number = (await rows(house.database_url, misses))[0].id
    ids = ",".join(str(one.id) for one in await rows(house.database_url, misses))
    status, told = await post(editor, f"/admin/unanswered/{number}", step="wording", ids=ids, entry=key)
    assert status == 422
    assert "听起来不安全" in told
    async with house.app_engine.connect() as conn:
        assert await changes.listed(conn) == []
    page = await shown(editor, f"/admin/unanswered/{number}")
    assert "平常的条目接不住它" in page
    given = {"step": "wording", "ids": ids, "entry": key, "aware": "yes"}
    assert (await post(editor, f"/admin/unanswered/{number}", **given))[0] == 303
    async with house.app_engine.connect() as conn:
        assert [one.key for one in await changes.listed(conn)] == [key]


async def test_rows_from_before_are_masked_when_they_are_shown(house: House, editor: Browser) -> None:
    await asked(house, "同桌王子豪打他怎么办", "unsure")
    assert "王子豪" not in await shown(editor)
    assert "同桌［名字］打他怎么办" in await shown(editor)
    assert "这里没有" in await shown(editor, "/admin/unanswered?q=王子豪")


async def test_what_did_not_help_counts_as_answered_only_by_what_was_made_of_it(house: House) -> None:
    live = house.app[SERVICES].live.engine
    assert live is not None
    question = "孩子写作业磨蹭怎么办"
    found = live.search_many([Query(question)])[0]
    assert found.verdict == "answer"
    before, other = found.items[0].id, next(key for key in live.release.library.entries if key != found.items[0].id)
    right = {}
    for reason in ("unsure", "unhelped"):
        for key in (before, other):
            miss = Miss(
                *(1, 1, question, "answer", before, house.clock(), None, None),
                *(f"wording:{key}", "周老师", house.clock(), reason),
            )
            (proof,) = proofs(live, [miss], live.release.library, ())
            right[reason, key == before] = proof.answered
    assert right == {("unsure", True): 1, ("unsure", False): 1, ("unhelped", True): 1, ("unhelped", False): 0}
