"""Import and export in the admin: a dry run changes nothing, chosen rows become drafts, files come back the same."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from datetime import timedelta
from typing import Any

from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from desk_browser import OURS, Browser, post, text

from bot.store import audit, changes, people, uploads
from bot.store.audit import Act
from knowledge import amend, files
from knowledge.editorial import State
from knowledge.imports.apart import read_apart
from knowledge.imports.base import MOST_BYTES
from knowledge.imports.exports import csv_text
from knowledge.imports.judge import judged
from knowledge.imports.vocabulary import Vocabulary
from tests.house import House, rows
from tests.waiting import until

LIBRARY = files.load()
KEY, OTHER = list(LIBRARY.entries)[:2]
TITLE = LIBRARY.entries[KEY].title


def sheet(*keys: str, **cells: str) -> list[dict[str, str]]:
    """Give entries as rows of a table, some cells changed."""
    data = csv_text("entry", [LIBRARY.entries[key] for key in keys], Vocabulary.of(LIBRARY))
    table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return [{**row, **cells} for row in table]


def as_csv(table: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


async def send(browser: Browser, data: bytes, name: str = "条目.csv") -> tuple[int, str]:
    """Upload a file; the status, and where it leads or what is said."""
    form = FormData()
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/octet-stream")
    async with browser.post("/admin/exchange/imports", data=form, headers=OURS, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def settled(browser: Browser, path: str) -> str:
    """Look at a file until nothing is being done with it."""

    async def ended() -> str:
        page = await text(browser, path)
        return "" if 'http-equiv="refresh"' in page else page

    page = await until(ended)
    assert page
    return page


async def looked_at(browser: Browser, table: list[dict[str, str]]) -> tuple[str, str]:
    """Upload a table and wait until it is read; its address and its page."""
    status, path = await send(browser, as_csv(table))
    assert status == 303, path
    return path, await settled(browser, path)


async def drafts(house: House) -> list[changes.Change]:
    async with house.app_engine.connect() as conn:
        return await changes.listed(conn)


async def test_a_dry_run_tells_every_problem_by_its_cell_and_changes_nothing(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    table = [*sheet(KEY, 主题="手机和屏幕", 写成="去年"), *sheet(OTHER, 标题="换一个题目可以吗？")]
    _, page = await looked_at(editor, table)
    assert "第 2 行" in page
    assert "没有“手机和屏幕”" in page
    assert "是不是“手机与屏幕”" in page
    assert "“去年”不是日期" in page
    assert "换一个题目可以吗？" in page
    assert await drafts(house) == []


async def test_chosen_rows_become_drafts_and_the_others_do_not(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    table = [*sheet(KEY, 标题="第一个新题目？"), *sheet(OTHER, 标题="第二个新题目？")]
    path, page = await looked_at(editor, table)
    assert page.count('type="checkbox"') == 2
    assert (await post(editor, path))[0] == 422
    assert (await post(editor, path, r1="1"))[0] == 303
    page = await settled(editor, path)
    assert "1 条存成了草稿" in page
    (draft,) = await drafts(house)
    assert (draft.sort, draft.key, draft.state, draft.origin) == ("entry", OTHER, State.DRAFT, "import")
    assert draft.body is not None
    assert draft.body["title"] == "第二个新题目？"
    async with house.app_engine.connect() as conn:
        (trace,) = await audit.of_subject(conn, f"import:{path.rsplit('/', 1)[1]}")
    assert (trace.act, trace.detail["entries"]) == (Act.IMPORTED, 1)


async def test_asking_twice_imports_once(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    path, _ = await looked_at(editor, sheet(KEY, 标题="第一个新题目？"))
    await asyncio.gather(*(post(editor, path, r0="1") for _ in range(4)))
    await settled(editor, path)
    async with house.app_engine.connect() as conn:
        assert len(await changes.history(conn, "entry", KEY)) == 1


async def test_what_is_unchanged_is_not_imported(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    path, page = await looked_at(editor, sheet(KEY, OTHER))
    assert "文件里的都和在用的一样" in page
    await post(editor, path, r0="1", all="1")
    assert await drafts(house) == []


async def test_a_draft_of_somebody_else_is_told_and_never_overwritten(house: House) -> None:
    editor, other = await house.staff("xu", "许老师", "editor"), await house.staff("gu", "顾老师", "editor")
    path, _ = await looked_at(other, sheet(KEY, 标题="顾老师的题目？"))
    await post(other, path, r0="1")
    await settled(other, path)
    path, page = await looked_at(editor, sheet(KEY, 标题="许老师的题目？"))
    assert "顾老师正在改这一条" in page
    await post(editor, path, r0="1", all="1")
    assert [draft.title for draft in await drafts(house)] == ["顾老师的题目？"]
    path, page = await looked_at(other, sheet(KEY, 标题="顾老师的新题目？"))  # one's own draft goes on
    await post(other, path, r0="1")
    await settled(other, path)
    assert [draft.title for draft in await drafts(house)] == ["顾老师的新题目？"]


async def test_who_saves_between_looking_and_importing_keeps_their_words(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    path, _ = await looked_at(editor, sheet(KEY, OTHER, 标题="导入的题目？"))
    async with house.app_engine.begin() as conn:
        await people.add(conn, login="gu", name="顾老师", role="editor", password_hash="")
        gu = await people.named(conn, "gu")
        assert gu is not None
        body = amend.encode(LIBRARY.entries[KEY])
        await changes.save(conn, gu, "entry", KEY, body, title="顾老师的", seen=0, now=house.clock())
    await post(editor, path, r0="1", r1="1")
    page = await settled(editor, path)
    assert "顾老师刚刚存过这一条" in page
    assert "1 条存成了草稿" in page
    assert {draft.key: draft.title for draft in await drafts(house)} == {KEY: "顾老师的", OTHER: "导入的题目？"}


async def test_another_process_finds_the_file_and_another_person_does_not(
    house: House, second_process: TestServer
) -> None:
    editor, other = await house.staff("xu", "许老师", "editor"), await house.staff("gu", "顾老师", "editor")
    path, _ = await looked_at(editor, sheet(KEY, 标题="第一个新题目？"))
    elsewhere: TestClient[Any, Any] = TestClient(second_process)
    house.clients.append(elsewhere)
    elsewhere.session.cookie_jar.update_cookies(
        {cookie.key: cookie.value for cookie in editor.session.cookie_jar}, second_process.make_url("/")
    )
    assert "第一个新题目？" in await text(elsewhere, path)
    assert (await other.get(path)).status == 404
    assert (await post(other, path, r0="1"))[0] == 404


async def test_a_file_is_gone_after_an_hour(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    path, _ = await looked_at(editor, sheet(KEY))
    house.clock.forward(timedelta(minutes=61))
    assert (await editor.get(path)).status == 404
    async with house.app_engine.begin() as conn:
        assert await uploads.forget(conn, house.clock()) == 1


async def test_a_process_that_dies_leaves_the_file_to_another(house: House) -> None:
    """Somebody took it, and was never heard of again: its time passes, and the job here reads it."""
    editor = await house.staff("xu", "许老师", "editor")
    async with house.app_engine.begin() as conn:
        someone = await people.named(conn, "xu")
        assert someone is not None
        number = await uploads.add(conn, someone.id, "许老师", "条目.csv", as_csv(sheet(KEY)), house.clock())
        await uploads.hold(conn, number, house.clock())
    page = await text(editor, f"/admin/exchange/imports/{number}")
    assert "正在读这个文件" in page
    house.clock.forward(timedelta(minutes=3))
    assert "和在用的一样" in await settled(editor, f"/admin/exchange/imports/{number}")


async def test_a_file_that_cannot_be_read_is_told_and_nothing_of_it_is_kept(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    for name, data, said in (
        ("条目.xlsx", b"PK\x03\x04 broken", "文件坏了"),
        ("条目.csv", b"\x00\x01\x02" * 99, "不是文字"),
        ("条目.exe", b"MZ", "只能导入"),
        ("条目.csv", b"", "文件是空的"),
    ):
        status, path = await send(editor, data, name)
        assert status == 303
        assert said in await settled(editor, path), name
    assert {row.file for row in await rows(house.database_url, uploads.uploads)} == {None}


async def test_what_is_too_long_is_not_taken(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    status, said = await send(editor, b"x" * (MOST_BYTES + 10))
    assert status == 413
    assert "超过 10 MB" in said
    status, said = await post(editor, "/admin/exchange/imports", file="just words")
    assert status == 422
    assert "请先选一个文件" in said
    assert await rows(house.database_url, uploads.uploads) == []


async def test_parents_are_answered_while_a_file_is_read(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    async with editor.get("/admin/exchange/export?what=all&as=xlsx") as answer:
        data = await answer.read()
    status, path = await send(editor, data, "知识库.xlsx")
    assert status == 303
    assert await house.say("孩子写作业磨蹭怎么办")
    assert "和在用的一样" in await settled(editor, path)


async def test_exports_and_templates_are_files_that_come_back(house: House) -> None:
    editor = await house.staff("xu", "许老师", "editor")
    for form in ("xlsx", "csv", "docx", "md"):
        async with editor.get(f"/admin/exchange/export?what=all&as={form}") as answer:
            assert answer.status == 200
            named = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
            data = await answer.read()
        assert named is not None
        found = judged(read_apart(data, named[1]), LIBRARY)
        assert {row.standing for row in found} == {"unchanged"}
        assert len(found) >= len(LIBRARY.entries)
        async with editor.get(f"/admin/exchange/template?what=entry&as={form}") as answer:
            assert answer.status == 200
            assert await answer.read()
    for wrong in ("export?as=pdf", "export?what=nothing", "export?what=listing&as=docx", "template?what=duty&as=md"):
        assert (await editor.get(f"/admin/exchange/{wrong}")).status == 404
