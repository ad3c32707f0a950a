"""Trying it as a parent: the reply with its reasons, and nothing of it anywhere afterwards; questions of the exam."""

from __future__ import annotations

import html

import pytest
from desk_browser import OURS, Browser, post, text
from sqlalchemy import func, select
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store import exam_questions
from bot.store.tables import audit, metadata
from knowledge.model import Library
from tests.house import House, rows

NORMAL = "孩子写作业拖拉，一写就是三个小时"
CRISIS = "孩子站在阳台栏杆上，说不想活了"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("zhou", "周老师", "editor")


def library(house: House) -> Library:
    return house.app[SERVICES].bearings.tools().library


async def tried(editor: Browser, says: str, **given: str) -> tuple[int, str]:
    status, page = await post(editor, "/admin/try", says=says, **given)
    assert_usable(page)
    return status, html.unescape(page)


# What the house's own loops write, whoever asks: the draft of the week, how the processes fare, what they serve.
OF_LOOPS = {"digests", "vitals", "serving"}


async def counts(house: House) -> dict[str, int]:
    """Count the rows of every table that only acts of people write."""
    async with house.app_engine.connect() as conn:
        return {
            table.name: (await conn.execute(select(func.count()).select_from(table))).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in OF_LOOPS
        }


async def test_a_normal_question_shows_the_bubble_and_the_six_steps(editor: Browser) -> None:
    status, page = await tried(editor, NORMAL, region="常州天宁", stage="primary")
    assert status == 200
    for step in ("1 安全", "2 想做什么", "3 听懂了", "4 找", "5 筛", "6 过门槛"):
        assert step in page
    assert "平常" in page
    assert "常州市天宁区" in page
    assert '<div class="bubble">' in page
    assert "第 1" in page
    assert "门槛放在哪里" in page
    assert "Macro" not in page
    assert 'value="常州天宁"' in page
    assert NORMAL in page


async def test_a_danger_shows_its_level_kind_and_words_and_calls_nobody(house: House, editor: Browser) -> None:
    before = await counts(house)
    status, page = await tried(editor, CRISIS)
    assert status == 200
    assert 'data-risk="urgent"' in page
    assert "不想活了" in page
    assert 'class="crisis"' in page
    assert "没有去翻条目" in page or "名次" in page
    assert await counts(house) == before


@pytest.mark.parametrize(
    "says",
    [
        NORMAL,
        CRISIS,
        f"{CRISIS}\n我要转人工\n{NORMAL}",
        "我要提意见\n食堂太贵了",
        "删除我的数据\n确认\n你好",
        "今天股票怎么样",
    ],
)
async def test_nothing_of_a_rehearsal_stands_in_any_table(house: House, editor: Browser, says: str) -> None:
    await house.say(NORMAL)
    before = await counts(house)
    assert (await tried(editor, says))[0] == 200
    assert await counts(house) == before
    assert before["messages"] > 0


async def test_a_second_line_is_said_in_the_same_talk(editor: Browser) -> None:
    _, alone = await tried(editor, "那初中呢")
    _, after = await tried(editor, f"{NORMAL}\n那初中呢")
    assert "接着上一句说的" in after
    assert "接着上一句说的" not in alone


async def test_the_time_is_the_one_that_was_chosen(editor: Browser) -> None:
    says = "常州市未成年人心理服务热线现在打得通吗"  # others answer there at night
    _, day = await tried(editor, says, at="2026-05-12T10:00")
    _, night = await tried(editor, says, at="2026-05-12T03:00")
    assert "常州市未成年人心理服务热线" in day.split('class="preview"')[1]
    assert day.split('class="preview"')[1] != night.split('class="preview"')[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"says": "  "}, "请写一句家长会说的话"),
        ({"says": "\n".join("一二三四五六七八九")}, "一次最多 8 行"),
        ({"says": "长" * 601}, "太长了"),
        ({"says": NORMAL, "region": "火星"}, "没有认出“火星”"),
        ({"says": NORMAL, "stage": "x"}, "没有这个阶段"),
        ({"says": NORMAL, "at": "never"}, "时间没有认出来"),
        ({"says": NORMAL, "at": "0001-01-01T00:00"}, "时间没有认出来"),
        ({"says": NORMAL, "release": "../../etc"}, "索引已经不在了"),
        ({"says": NORMAL, "release": "9-12345678"}, "索引已经不在了"),
    ],
)
async def test_what_cannot_be_tried_is_said_beside_it_and_nothing_is_lost(
    editor: Browser, fields: dict[str, str], sentence: str
) -> None:
    status, page = await tried(editor, **fields)
    assert status == 422
    assert sentence in page
    assert fields["says"].strip() in page


async def test_what_should_have_been_found_becomes_a_question_of_the_exam(house: House, editor: Browser) -> None:
    title = "初中生抢手机、发脾气，家里天天吵"
    async with house.app_engine.connect() as conn:
        assert await exam_questions.active(conn) == []
    entry = next(iter(library(house).entries.values()))
    answer = await editor.post(
        "/admin/try",
        data={"says": f"我电话13812345678，{title}", "verdict": "other", "answer": entry.title, "stage": "junior"},
        headers=OURS,
        allow_redirects=False,
    )
    assert answer.status == 303
    async with house.app_engine.connect() as conn:
        (kept,) = await exam_questions.active(conn)
    assert kept.entries == (entry.id,)
    assert kept.stage == "junior"
    assert "13812345678" not in kept.question
    page = html.unescape(await text(editor, answer.headers["Location"]))
    assert_usable(page)
    assert "已记成考题" in page
    assert entry.title in page
    assert [one.act for one in await rows(house.database_url, audit)].count("knowledge:exam") == 1


async def test_right_and_none_are_kept_too_and_the_live_release_is_examined(house: House, editor: Browser) -> None:
    for says, verdict in ((NORMAL, "right"), ("红烧肉怎么做才不腻", "none"), (NORMAL, "right")):
        assert (await post(editor, "/admin/try", says=says, verdict=verdict))[0] == 303
    async with house.app_engine.connect() as conn:
        kept = await exam_questions.active(conn)
    assert [one.inside for one in kept] == [True, False]
    page = await text(editor, "/admin/exam")
    assert page.count("过了</span>") == 2
    assert "库里没有，不该硬答" in page


async def test_a_title_that_nothing_or_too_much_has_is_said_and_kept(house: House, editor: Browser) -> None:
    status, page = await tried(editor, NORMAL, verdict="other", answer="没有这一条的标题")
    assert status == 422
    assert "没有叫“没有这一条的标题”的" in page
    assert 'value="没有这一条的标题"' in page
    status, page = await tried(editor, NORMAL, verdict="other", answer="孩子")
    assert "条都像" in page
    status, page = await tried(editor, NORMAL, verdict="other", answer=" ")
    assert "请写应该是哪一条" in page
    async with house.app_engine.connect() as conn:
        assert await exam_questions.listed(conn) == []


async def test_a_question_is_switched_off_and_on_and_a_failing_one_is_shown(house: House, editor: Browser) -> None:
    wrong = next(iter(library(house).listings.values()))
    await post(editor, "/admin/try", says=NORMAL, verdict="other", answer=wrong.id)
    page = await text(editor, "/admin/exam")
    assert "没过" in page
    assert "有 1 题没过" in page
    await post(editor, "/admin/exam/1", active="0")
    async with house.app_engine.connect() as conn:
        assert await exam_questions.active(conn) == []
    assert "重新考" in await text(editor, "/admin/exam")
    await post(editor, "/admin/exam/1", active="1")
    async with house.app_engine.connect() as conn:
        assert len(await exam_questions.active(conn)) == 1
    assert (await post(editor, "/admin/exam/77", active="1"))[0] == 404
    assert (await post(editor, f"/admin/exam/{'9' * 18}", active="1"))[0] == 404
