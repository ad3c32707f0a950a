"""Many questions at once: read, asked of one or two releases by a job, compared, kept, run again."""

from __future__ import annotations

import asyncio
import html
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData
from desk_browser import OURS, Browser, post, text
from test_pages_render import assert_usable

from bot.app import SERVICES
from bot.store import trials
from bot.store.trials import Found, Line, Run
from bot.web.admin.asking import lines
from tests.house import House
from tests.waiting import until

NORMAL = "孩子写作业拖拉，一写就是三个小时"


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("zhou", "周老师", "editor")


async def done(editor: Browser, path: str) -> str:
    """Look until nothing runs any more, as the page does by itself."""

    async def ended() -> str:
        page = html.unescape(await text(editor, path))
        return "" if "正在试" in page or "等着试" in page else page

    page = await until(ended)
    assert_usable(page)
    return page


async def test_questions_are_asked_of_two_releases_and_compared(
    house: House, editor: Browser, index_path: Path
) -> None:
    other = house.settings.indexes_dir / "7-12345678"
    await asyncio.to_thread(shutil.copytree, index_path, other)
    assert "第 7 版" in await text(editor, "/admin/trials")
    status, _ = await post(
        editor,
        "/admin/trials",
        questions=f"{NORMAL}\n红烧肉怎么做",
        first=index_path.name,
        second=other.name,
        name="试",
    )
    assert status == 303
    page = await done(editor, "/admin/trials/1")
    assert "试完了" in page
    assert page.count("第 7 版") > 1
    assert NORMAL in page
    assert "红烧肉" in page
    assert ">不一样<" not in page
    status, _ = await post(editor, "/admin/trials/1")
    assert status == 303
    page = await done(editor, "/admin/trials/1?a=0&b=2")
    assert page.count("<option") == 6
    shutil.rmtree(other)
    await post(editor, "/admin/trials", questions=NORMAL, first=other.name)
    assert "可能已经清理掉了" in (await post(editor, "/admin/trials", questions=NORMAL, first=other.name))[1]


async def test_a_file_with_what_is_expected_is_read_judged_and_masked(
    house: House, editor: Browser, index_path: Path
) -> None:
    entry = next(iter(house.app[SERVICES].bearings.tools().library.entries.values()))
    form = FormData()
    form.add_field("first", index_path.name)
    rows = f"问题,应该是\n{entry.wordings[0]},{entry.title}\n孩子叫王小明电话13812345678怎么办,\n"
    form.add_field("file", rows.encode("gb18030"), filename="q.csv", content_type="text/csv")
    answer = await editor.post("/admin/trials", data=form, headers=OURS, allow_redirects=False)
    assert answer.status == 303
    page = await done(editor, answer.headers["Location"])
    assert "写明该是哪一条的 1 句，找到 1 句" in page
    assert "［手机号］" in page
    assert "13812345678" not in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"questions": " \n "}, "还没有问题"),
        ({"questions": "\n".join(["孩子"] * 501)}, "一次最多 500 句"),
        ({"questions": "长" * 601}, "第 1 句太长了"),
        ({"questions": "孩子不听话,没有这一条"}, "第 1 句：没有叫“没有这一条”的"),
        ({"questions": NORMAL, "first": "../.."}, "请选一版来试"),
    ],
)
async def test_what_cannot_be_read_is_said_and_kept(
    editor: Browser, index_path: Path, given: dict[str, str], sentence: str
) -> None:
    status, page = await post(editor, "/admin/trials", **{"first": index_path.name, **given})
    assert status == 422
    assert_usable(page)
    assert sentence in page
    assert given["questions"].strip()[:30] in page


@pytest.mark.parametrize("data", [b"\x00\x01PK\x03\x04", b"\xff\xfe\xff\xff"])
async def test_a_file_that_is_no_text_is_refused(editor: Browser, index_path: Path, data: bytes) -> None:
    form = FormData()
    form.add_field("first", index_path.name)
    form.add_field("file", data, filename="q.csv")
    answer = await editor.post("/admin/trials", data=form, headers=OURS)
    assert answer.status == 422
    assert "不是纯文本" in await answer.text()


async def test_a_file_that_is_too_large_is_refused(editor: Browser, index_path: Path) -> None:
    form = FormData()
    form.add_field("first", index_path.name)
    form.add_field("file", b"x" * (lines.BYTES + 1), filename="q.csv")
    answer = await editor.post("/admin/trials", data=form, headers=OURS)
    assert answer.status == 413
    assert (await editor.get("/admin/trials/1")).status == 404


async def test_a_trial_whose_process_died_says_so_and_is_run_again(
    house: House, editor: Browser, index_path: Path
) -> None:
    now = house.clock()
    async with house.app_engine.begin() as conn:
        number = await trials.ask(conn, "死了的", [Line(NORMAL)], [index_path.name], "周老师", now - timedelta(hours=1))
        await trials.take(conn, now - timedelta(hours=1))
    page = await done(editor, f"/admin/trials/{number}")
    assert "没有试完就停了" in page
    await post(editor, f"/admin/trials/{number}")
    assert "试完了" in await done(editor, f"/admin/trials/{number}")


async def test_an_index_that_is_gone_fails_the_trial_with_a_sentence(house: House, editor: Browser) -> None:
    async with house.app_engine.begin() as conn:
        number = await trials.ask(conn, "没了的", [Line(NORMAL)], ["3-00000000"], "周老师", house.clock())
    assert "索引打不开" in await done(editor, f"/admin/trials/{number}")


async def test_differences_come_first(house: House, editor: Browser) -> None:
    now = house.clock()
    same, one, other = Found("a", "甲", "answer", 0.9), Found("b", "乙", "answer", 0.9), Found("c", "丙", "none", 0.1)
    async with house.app_engine.begin() as conn:
        number = await trials.ask(conn, "比", [Line("头一句"), Line("后一句")], ["1-00000001", "2-00000002"], "周", now)
        await trials.finished(conn, number, Run("1-00000001", now.isoformat(), (same, one)), now)
        await trials.finished(conn, number, Run("2-00000002", now.isoformat(), (same, other)), now)
    page = html.unescape(await text(editor, f"/admin/trials/{number}"))
    assert page.index("后一句") < page.index("头一句")
    assert page.count(">不一样<") == 1


def test_a_comma_of_the_sentence_itself_is_no_second_cell() -> None:
    read = lines.read("孩子不听话,说他,就哭\n\n他不写作业", lambda words: words)
    assert [line.text for line in read] == ["孩子不听话，说他，就哭", "他不写作业"]
