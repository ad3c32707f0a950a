"""The pages of the weekly digest: who may do what, what is refused beside its field, what is never sent unasked."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from desk_browser import Browser, post, text
from sqlalchemy import update

from bot.app import SERVICES
from bot.jobs.digest import Drafts
from bot.store import digests as rows_
from bot.store.digests import Digest
from bot.store.tables import audit, conversations, digests, parents, subscriptions
from knowledge.calendar import CHINA
from tests.house import House, rows

WEEK = date(2026, 5, 11)
PATH = f"/admin/digest/{WEEK}"
SILENT = "孩子回家就关门，问什么都是“没事”“随便”"


@pytest.fixture
async def drafted(house: House) -> House:
    made = house.app[SERVICES]
    await Drafts(made.engine, made.bearings.tools, house.clock).run()
    return house


@pytest.fixture
async def editor(drafted: House) -> Browser:
    return await drafted.staff("gu", "顾编辑", "editor")


@pytest.fixture
async def chief(drafted: House) -> Browser:
    return await drafted.staff("shen", "沈主编", "chief-editor")


async def held(house: House) -> Digest:
    async with house.app_engine.connect() as conn:
        found = await rows_.find(conn, WEEK)
    assert found is not None
    return found


async def form(browser: Browser, house: House, **changed: str) -> dict[str, str]:
    page = await text(browser, PATH)
    fields = dict(re.findall(r'name="([a-z]+-\d)" list="titles" value="([^"]*)"', page))
    kept = {name: unescape(value) for name, value in fields.items()}
    saved = str((await held(house)).saved)
    return {**kept, "opening": "说说怎么开口。", "day": "4", "hour": "19", "saved": saved} | changed


async def save(browser: Browser, house: House, **changed: str) -> tuple[int, str]:
    return await post(browser, PATH, **await form(browser, house, **changed))


async def take(browser: Browser, house: House, step: str, **fields: str) -> tuple[int, str]:
    return await post(browser, f"{PATH}/{step}", **{"saved": str((await held(house)).saved)} | fields)


async def test_a_draft_is_there_and_says_that_nothing_goes_without_approval(editor: Browser) -> None:
    page = await text(editor, "/admin/digest")
    assert "5 月 11 日—5 月 17 日" in page
    assert "5 月 15 日（周五）19:00" in page
    assert "没有人批准，就不发" in page


async def test_entries_are_swapped_by_their_titles_and_the_bubble_shows_them(drafted: House, editor: Browser) -> None:
    status, _ = await save(editor, drafted, **{"senior-0": SILENT, "senior-1": "", "senior-2": "", "day": "5"})
    assert status == 303
    digest = await held(drafted)
    assert digest.entries["senior"] == ("communication-junior-silent",)
    assert digest.due_at == datetime(2026, 5, 16, 19, 0, tzinfo=CHINA)
    page = await text(editor, PATH)
    assert "说说怎么开口。" in page
    assert page.count(SILENT) > 2
    assert [row.detail for row in await rows(drafted.database_url, audit) if row.act == "digest:changed"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("opening", "长" * 61, "开头最多 60 个字，现在是 61 个"),
        ("opening", "  ", "请写一句开头"),
        ("junior-0", "没有这样的一条", "没有叫“没有这样的一条”的条目"),
        ("junior-0", "孩子", "条都像"),
        ("junior-0", "生完孩子总想哭，觉得自己带不好", "的孩子，不适合放在“初中”"),
        ("hour", "22", "请选星期几、几点"),
        ("day", "9", "请选星期几、几点"),
    ],
)
async def test_what_cannot_be_taken_is_told_beside_it_and_nothing_is_lost(
    drafted: House, editor: Browser, name: str, value: str, sentence: str
) -> None:
    before = await held(drafted)
    status, page = await save(editor, drafted, **{name: value, "primary-0": SILENT[:9]})
    assert status == 422
    assert sentence in unescape(page)
    assert SILENT[:9] in page
    assert await held(drafted) == before


async def test_some_topics_are_never_sent_unasked(drafted: House, editor: Browser) -> None:
    library = drafted.app[SERVICES].bearings.tools().library
    grave = next(one for one in library.entries.values() if "abuse" in one.topics)
    status, page = await save(editor, drafted, **{"all-0": grave.title})
    assert status == 422
    assert "这个主题不主动发" in page


async def test_the_same_entry_twice_and_none_at_all_are_refused(drafted: House, editor: Browser) -> None:
    status, page = await save(editor, drafted, **{"junior-0": SILENT, "junior-1": SILENT})
    assert (status, "这一条上面已经有了" in page) == (422, True)
    nothing = {f"{group}-{n}": "" for group in ("preschool", "primary", "junior", "senior", "all") for n in range(3)}
    status, page = await save(editor, drafted, **nothing)
    assert (status, "请至少选一篇" in page) == (422, True)


async def test_another_person_approves_what_one_has_written(drafted: House, editor: Browser, chief: Browser) -> None:
    assert (await save(chief, drafted))[0] == 303
    assert (await save(editor, drafted, step="submit"))[0] == 303
    status, page = await take(chief, drafted, "approve")
    assert (status, "自己写的要请另一位同事来看" in page) == (409, True)
    assert (await take(editor, drafted, "approve"))[0] == 403
    other = await drafted.staff("qian", "钱主编", "chief-editor")
    assert (await take(other, drafted, "approve"))[0] == 303
    digest = await held(drafted)
    assert (digest.state, digest.approved_by) == ("approved", "钱主编")
    assert "自动发出" in await text(editor, "/admin/digest")


async def test_nobody_approves_what_they_have_not_read(drafted: House, editor: Browser, chief: Browser) -> None:
    await save(editor, drafted, step="submit")
    status, page = await take(chief, drafted, "approve", saved="0")
    assert (status, "刚刚改过这一期" in page) == (409, True)
    assert (await held(drafted)).state == "in-review"


async def test_a_draft_is_not_approved_and_what_is_approved_is_taken_back_to_be_changed(
    drafted: House, editor: Browser, chief: Browser
) -> None:
    assert (await take(chief, drafted, "approve"))[0] == 409
    await save(editor, drafted, step="submit")
    await take(chief, drafted, "approve")
    fields = {"opening": "改一下", "saved": str((await held(drafted)).saved), "day": "4", "hour": "19", "all-0": SILENT}
    assert (await post(editor, PATH, **fields))[0] in (409, 422)
    assert (await take(editor, drafted, "take-back"))[0] == 303
    digest = await held(drafted)
    assert (digest.state, digest.approved_by) == ("draft", "")


async def test_it_goes_back_with_words_which_the_author_reads(drafted: House, editor: Browser, chief: Browser) -> None:
    await save(editor, drafted, step="submit")
    assert (await take(chief, drafted, "return", words=""))[0] == 409
    assert (await take(chief, drafted, "return", words="开头再短一点"))[0] == 303
    assert "开头再短一点" in await text(editor, PATH)


async def test_a_week_is_given_up_and_taken_up_again(drafted: House, editor: Browser) -> None:
    assert (await take(editor, drafted, "drop"))[0] == 303
    assert "这一周不发" in await text(editor, "/admin/digest")
    assert (await take(editor, drafted, "revive"))[0] == 303
    assert (await held(drafted)).state == "draft"


async def test_two_who_save_the_second_is_told_and_keeps_the_words(
    drafted: House, editor: Browser, chief: Browser
) -> None:
    late = await form(chief, drafted, opening="我写的是这一句。")
    await save(editor, drafted)
    status, page = await post(chief, PATH, **late)
    assert status == 409
    assert "顾编辑刚刚改过这一期" in page
    assert "我写的是这一句。" in page


async def test_what_is_going_out_or_over_is_not_changed_any_more(drafted: House, editor: Browser) -> None:
    for state in ("sending", "sent"):
        await put(drafted, state=state)
        assert (await take(editor, drafted, "drop"))[0] == 409
    await put(drafted, state="draft")
    drafted.clock.set(datetime(2026, 5, 12, 20, 0, tzinfo=CHINA) + timedelta(hours=8))
    await put(drafted, week=WEEK - timedelta(weeks=4))
    status, page = await post(editor, f"/admin/digest/{WEEK - timedelta(weeks=4)}/drop", saved="0")
    assert (status, "已经过去" in page) == (409, True)


async def put(house: House, **values: Any) -> None:
    async with house.app_engine.begin() as conn:
        await conn.execute(update(digests).where(digests.c.week == WEEK).values(**values))


async def test_a_week_that_is_not_there_is_said(editor: Browser) -> None:
    for week in ("2026-02-30", "2031-01-06"):
        answer = await editor.get(f"/admin/digest/{week}")
        assert answer.status == 404


async def test_small_numbers_of_subscribers_do_not_appear(drafted: House, editor: Browser) -> None:
    async with drafted.app_engine.begin() as conn:
        for number in range(13):
            stage = "junior" if number < 3 else "primary"
            sender = f"o-{number}"
            who = {"channel": "web", "sender": sender, "profile": {"stage": stage}}
            parent = (await conn.execute(parents.insert().values(**who).returning(parents.c.id))).scalar_one()
            one = conversations.insert().values(parent_id=parent).returning(conversations.c.id)
            talk = await conn.execute(one)
            row = {"conversation_id": talk.scalar_one(), "since": drafted.clock()}
            await conn.execute(subscriptions.insert().values(**row))
    page = " ".join((await text(editor, "/admin/digest")).split())
    assert '<strong class="big-number">13</strong>' in page
    assert '<th scope="row">初中</th><td class="num">不显示</td>' in page
    assert '<th scope="row">小学</th><td class="num">不显示</td>' in page  # from it the other could be known
    assert "不足 5 位的不显示" in page


async def test_what_became_of_a_week_is_shown(drafted: House, editor: Browser) -> None:
    await put(drafted, state="sent", sent=41, skipped=2, left=1, sent_at=drafted.clock())
    opened = next(iter((await held(drafted)).chosen))
    reader = drafted.browser()
    for _ in range(2):
        await reader.get(f"/e/{opened}")
    page = await text(editor, "/admin/digest")
    for label, shown in (
        ("收到", "41 位"),
        ("还在等", "0 位"),
        ("这次没写", "不足 5 位"),
        ("文章打开", "2 次"),
        ("退订", "1 位"),
    ):
        assert f'data-label="{label}">{shown}' in page, label
    public = await text(reader, "/digest")
    assert "5 月 11 日这一周" in public
    assert f"/e/{opened}" in public


async def test_a_draft_is_not_on_the_parents_page(drafted: House) -> None:
    page = await text(drafted.browser(), "/digest")
    assert "还没有发过" in page
