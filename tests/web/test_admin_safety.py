"""The administrators' pages on danger: seeing and marking what was found. The rules: test_admin_safety_rules.py."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from desk_browser import OURS, Browser, post, text
from structlog.testing import capture_logs
from test_pages_render import assert_usable

from bot.safety import labelled
from bot.store.tables import detections, edits
from bot.web.admin.safety.findings import Piece, marked_up
from tests.house import House, rows
from tests.paper_boat import BOAT
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("packaged_afterwards")

DANGER = "她反锁在屋里怎么敲门都不应，桌上有遗书，我电话13812345678"
HARMLESS = "孩子今天又提到蓝色小纸船<img src=x>"


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


async def shown(admin: Browser, path: str) -> str:
    page = await text(admin, path)
    assert_usable(page)
    assert "<img" not in page
    return html.unescape(page)


def flat(page: str) -> str:
    """A page's words alone."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("role", ["counsellor", "editor"])
async def test_others_see_neither_the_pages_nor_the_way_to_them(house: House, role: str) -> None:
    browser = await house.staff("zhou", "周老师", role)
    for path in ("", "/detections", "/missed", "/marks", "/patterns", "/patterns/note", "/protocols/suicide-high"):
        assert (await browser.get(f"/admin/safety{path}")).status == 403, path
    for path in ("/patterns/note", "/protocols/suicide-high", "/detections/1/1", "/missed/1/1"):
        status, page = await post(browser, f"/admin/safety{path}", step="save", body=BOAT, verdict="right")
        assert status == 403
        assert "纸船" not in page
    if role == "editor":
        assert "/admin/safety" not in await text(browser, "/admin")
    assert await rows(house.database_url, edits) == []


async def test_what_was_found_is_shown_masked_with_its_evidence_and_its_case(house: House, admin: Browser) -> None:
    await house.say(DANGER)
    page = await shown(admin, "/admin/safety/detections")
    assert "1 条" in page
    assert "<mark>" in page
    assert "遗书" in page
    assert "13812345678" not in page
    assert "［手机号］" in page
    assert "留下遗书、字条" in page
    assert 'href="/desk/cases/1"' in page
    assert "没有记录" in await shown(admin, "/admin/safety/detections?level=concern")
    assert "没有记录" in await shown(admin, "/admin/safety/detections?kind=bullying&verdict=right&by=classifier")


async def test_a_message_that_only_follows_a_danger_is_no_finding(house: House, admin: Browser) -> None:
    await house.say("孩子说不想活了")
    before = len(await rows(house.database_url, detections))
    await house.say("好的谢谢")
    await house.say("今天天气不错")
    assert len(await rows(house.database_url, detections)) == before == 1


async def test_a_finding_is_recorded_with_its_message_and_case_while_a_person_talks_too(
    house: House, admin: Browser
) -> None:
    await house.say("孩子说不想活了")
    await post(admin, "/desk/cases/1/claim")
    await house.act("say", text="他把窗户打开坐上面了，叫他也不应")

    async def both() -> Any:
        found = await rows(house.database_url, detections)
        return found if len(found) == 2 else None

    found = await until(both)
    assert [one.case_id for one in found] == [1, 1]
    assert all(one.message_id and one.found for one in found)


async def test_a_finding_is_marked_changed_and_taken_back(house: House, admin: Browser) -> None:
    await house.say(DANGER)
    (one,) = await rows(house.database_url, detections)
    path = f"/admin/safety/detections/{one.conversation_id}/{one.id}"
    back = "/admin/safety/detections?level=" + one.level
    for fields, words in (
        ({"verdict": "right"}, "沈主任标注"),
        ({"verdict": "wrong", "level": "none", "kind": "suicide"}, "应当是平常"),
        ({"verdict": "wrong", "level": "concern", "kind": "missing"}, "应当是关注 · 走失、离家"),
    ):
        answer = await admin.post(path, data={**fields, "back": back}, headers=OURS, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, back)
        assert words in await shown(admin, back)
    await post(admin, path, verdict="open")
    assert "沈主任标注" not in await shown(admin, "/admin/safety/detections")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verdict": "maybe"},
        {"verdict": "wrong"},
        {"verdict": "wrong", "level": "terrible", "kind": "suicide"},
        {"verdict": "wrong", "level": "high", "kind": "x"},
    ],
)
async def test_a_mark_that_says_nothing_is_refused(house: House, admin: Browser, fields: dict[str, str]) -> None:
    await house.say(DANGER)
    (one,) = await rows(house.database_url, detections)
    status, page = await post(admin, f"/admin/safety/detections/{one.conversation_id}/{one.id}", **fields)
    assert (status, "请选好" in page) == (400, True)


async def test_a_mark_of_what_is_gone_and_a_way_back_to_elsewhere(house: House, admin: Browser) -> None:
    assert (await post(admin, "/admin/safety/detections/7/7", verdict="right"))[0] == 404
    answer = await admin.post(
        "/admin/safety/detections/7/7",
        data={"verdict": "open", "back": "https://example.org/"},
        headers=OURS,
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/admin/safety/detections"


async def test_what_was_missed_is_added_from_recent_messages(house: House, admin: Browser) -> None:
    await house.say(HARMLESS)
    page = await shown(admin, "/admin/safety/missed?q=纸船")
    (path,) = re.findall(r'action="(/admin/safety/missed/\d+/\d+)"', page)
    assert "没有找到" in await shown(admin, "/admin/safety/missed?q=%25")
    assert (await post(admin, path, level="none", kind="suicide"))[0] == 400
    assert (await post(admin, path, level="high", kind="suicide"))[0] == 303
    assert (await post(admin, path, level="high", kind="suicide"))[0] == 409
    assert "没有找到" in await shown(admin, "/admin/safety/missed?q=纸船")
    assert "漏判，应当是高 · 轻生" in await shown(admin, "/admin/safety/detections?verdict=missed")


async def test_marks_are_handed_out_masked_in_the_form_that_training_reads(
    house: House, admin: Browser, tmp_path: Path
) -> None:
    await house.say(DANGER)
    await house.say(HARMLESS, "o-lan")
    (one,) = await rows(house.database_url, detections)
    await post(admin, f"/admin/safety/detections/{one.conversation_id}/{one.id}", verdict="right")
    page = await shown(admin, "/admin/safety/missed?q=纸船")
    (path,) = re.findall(r'action="(/admin/safety/missed/\d+/\d+)"', page)
    await post(admin, path, level="concern", kind="self-harm")
    lines = [json.loads(line) for line in (await text(admin, "/admin/safety/marks")).splitlines()]
    assert [set(line) for line in lines] == [{"text", "level", "kind", "voice", "marked_at"}] * 2
    assert [(line["level"], line["kind"]) for line in lines] == [(one.level, one.kind), ("concern", "self-harm")]
    assert "［手机号］" in lines[0]["text"]
    answer = await admin.get("/admin/safety/marks?format=tsv")
    assert "attachment" in answer.headers["Content-Disposition"]
    (tmp_path / "marks.tsv").write_text(await answer.text(), "utf-8")
    found = labelled.read(tmp_path)
    assert [(one.level, one.kind, one.voice) for one in found] == [
        (one.level, one.kind, "parent"),
        ("concern", "self-harm", "parent"),
    ]


async def test_whoever_reads_words_leaves_a_line_in_the_log_without_them(house: House, admin: Browser) -> None:
    await house.say(DANGER)
    with capture_logs() as lines:
        await shown(admin, "/admin/safety/detections")
        await text(admin, "/admin/safety/marks")
    assert [line["what"] for line in lines if line["event"] == "parents' words read"] == ["detections", "export"]
    assert "遗书" not in str(lines)


async def test_the_overview_tells_what_became_of_dangers_and_how_well_they_were_found(
    house: House, admin: Browser
) -> None:
    assert "判断得怎样" in await shown(admin, "/admin/safety")
    await house.say(DANGER)
    (one,) = await rows(house.database_url, detections)
    await post(admin, f"/admin/safety/detections/{one.conversation_id}/{one.id}", verdict="right")
    await post(admin, "/desk/cases/1/claim")
    words = flat(await shown(admin, "/admin/safety?days=30"))
    assert "开了个案1" in words
    assert "有人确认1" in words
    assert "最近7天1100%100%0" in words
    assert "轻生" in words


def test_evidence_is_found_in_the_words_even_with_marks_between() -> None:
    pieces, elsewhere = marked_up("他说，想 死！真的", ("想死", "别处的话"))
    assert pieces == (Piece("他说，"), Piece("想 死", shown=True), Piece("！真的"))
    assert elsewhere == ("别处的话",)
    assert marked_up("甲乙丙丁", ("甲乙", "乙丙", "，"))[0] == (
        Piece("甲乙", shown=True),
        Piece("丙", shown=True),
        Piece("丁"),
    )
    assert marked_up("", ("甲",)) == ((), ("甲",))
