"""Every page renders from the context that its head promises, hostile words stay text, headings are in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

import aiohttp_jinja2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, make_mocked_request
from chat_memory import CRISIS, EVENING, Clock, MemoryThread, build

from bot.channels.web.ports import Line
from bot.handoff.taking_back import Handed
from bot.web.desk.talk.finding import Item
from bot.web.desk.talk.shown import Window

HOSTILE = "<img src=x onerror=alert(1)>\"'"


@dataclass
class Staff:
    name: str = "周老师" + HOSTILE
    may: frozenset[str] = frozenset({"own", "desk", "lead", "stations", "admin", "safety"})
    shortcuts: bool = True


@dataclass
class Case:
    id: int = 7
    level: str = "urgent"
    who: str = "家长 7c2e" + HOSTILE
    words: str = "门开了 她在哭" + HOSTILE
    kind: str = "危机"
    stage: str = "初中"
    region: str = "天宁"
    owner: str = ""
    due: str = "超 0:38"
    due_state: str = "over"
    mine: bool = True
    open: bool = True
    opened: datetime = EVENING
    reason: str = "锁门不应" + HOSTILE
    evidence: tuple[str, ...] = ("锁在房间里" + HOSTILE,)
    facts: tuple[tuple[str, str], ...] = (("孩子", "初二" + HOSTILE),)
    unseen: bool = True
    waited: str = "6 分"
    standing: str = "已升级到主管"
    seen_by: str = "沈老师" + HOSTILE
    quiet: bool = True
    station: str = "天宁站" + HOSTILE
    department: str = "教育局" + HOSTILE
    handed: str = "周老师" + HOSTILE
    later: str = "明天 8:30"
    taken: str = "沈老师 3 秒前接了这一件" + HOSTILE
    free: bool = True
    moves: int = 2


@dataclass
class Person:
    id: int = 4
    name: str = "沈老师" + HOSTILE
    station: str = "天宁站" + HOSTILE
    held: int = 5
    capacity: int = 5
    full: bool = True


@dataclass
class Step:
    at: datetime = EVENING
    words: str = "接手"
    actor: str = "周老师" + HOSTILE
    more: str = "没有送到" + HOSTILE


@dataclass
class Problem:
    where: str = "entries/x.md" + HOSTILE
    rule: str = "wordings"
    message: str = "再写一种问法" + HOSTILE


@dataclass
class Release:
    number: int = 3
    digest: str = "0123456789abcdef"
    built: datetime | None = EVENING


LINES = [
    Line(1, "parent", "怎么敲门都不应" + HOSTILE, EVENING),
    Line(2, "bot", "", EVENING, reply=CRISIS, state="sent"),
    Line(3, "event", "周老师接手" + HOSTILE, EVENING, author="周老师"),
    Line(4, "note", "请站长联系" + HOSTILE, EVENING, author="周老师"),
    Line(5, "person", "我在", EVENING, author="周老师" + HOSTILE, state="failed", why="微信繁忙" + HOSTILE, mends="/x"),
    Line(6, "person", "明天的去法" + HOSTILE, EVENING, author="周老师", state="parked", why="等下一句话", mends="/x"),
]
CASE = {
    "staff": Staff(),
    "waiting": 2,
    "stream": "/desk/cases/7/stream",
    "case": Case(),
    "lines": LINES,
    "last": 6,
    "window": Window(1, 5, "47 小时", "low", HOSTILE),
    "pushed": True,
    "steps": [Step(), Step(more="")],
    "draft": HOSTILE,
    "key": "k" * 16,
    "problem": "没送出" + HOSTILE,
    "outcomes": [("calm", "已平稳" + HOSTILE)],
    "station": "天宁站" + HOSTILE,
    "earlier": [],
    "canned": [Item("canned-1", "问好" + HOSTILE, HOSTILE, "快捷语")],
    "items": [],
    "q": HOSTILE,
    "slowly": False,
    "outcome": "",
}


@dataclass
class Page:
    template: str
    context: dict[str, object] = field(default_factory=dict)


@dataclass
class List:
    title: str
    rows: list[Case]


QUEUE = {
    "staff": Staff(),
    "lists": [List("", [Case(), Case(id=8, level="none", words="")]), List("我手上的 1" + HOSTILE, [Case(id=9)])],
    "current": None,
    "views": [("/desk", "待接" + HOSTILE, 2, True), ("/desk?view=closed", "已结案", "", False)],
    "waiting": 1,
    "unseen": 1,
    "view": "open",
    "stream": "/desk/stream",
    "narrowed": False,
    "handed": Handed(12, "第 12 件已转给<b>，还没有打开。", True),
    "earlier": "/desk",
    "further": "/desk?page=2",
    "wanted": {"station": 3},
    "choices": {"station": [(3, "天宁站" + HOSTILE)], "owner": ()},
}
MOVE = {
    "staff": Staff(),
    "waiting": 0,
    "case": Case(),
    "people": [Person()],
    "takes": True,
    "me": 1,
    "stations": [Person(5, "钟楼站" + HOSTILE)],
    "departments": ["教育局" + HOSTILE],
    "may": dict.fromkeys(("to-person", "to-station", "to-department", "snooze", "wake", "reopen"), True),
    "why": "",
    "given": {"to": "person:4", "note": "请接着聊" + HOSTILE, "until": "own", "at": HOSTILE, "why": HOSTILE},
    "step": "hand-over",
    "problem": "没有找到这位老师" + HOSTILE,
}


PAGES = [
    Page(
        "desk/login.html", {"name": HOSTILE, "problem": "账号和密码对不上" + HOSTILE, "locked": False, "next": HOSTILE}
    ),
    Page("desk/login.html", {"name": "", "problem": "", "locked": True, "next": ""}),
    Page("desk/cases.html", QUEUE),
    Page(
        "desk/cases.html",
        QUEUE | {"lists": [List("", [])], "views": [], "waiting": 0, "unseen": 0, "view": "mine", "narrowed": True},
    ),
    Page("desk/move.html", MOVE),
    Page("desk/move.html", MOVE | {"step": "snooze", "people": [], "stations": [], "takes": False}),
    Page("desk/case.html", CASE),
    Page("desk/case.html", CASE | {"case": Case(mine=False, owner="沈老师"), "window": None, "problem": ""}),
    Page("desk/case.html", CASE | {"case": Case(open=False, mine=False, evidence=(), reason="", facts=())}),
    Page(
        "admin/overview.html",
        {
            "staff": Staff(),
            "here": "overview",
            "release": Release(),
            "counts": [("条目", 427)],
            "topics": [("screens", "手机" + HOSTILE, "数字", 12)],
            "problems": [Problem()],
            "problem_count": 3,
            "index": ("good", "就绪" + HOSTILE, "3-01234567"),
            "to_watch": 2,
        },
    ),
]


@pytest.fixture
def app(clock: Clock) -> web.Application:
    return build(MemoryThread(clock), clock)


def render(app: web.Application, page: Page) -> str:
    return aiohttp_jinja2.render_string(page.template, make_mocked_request("GET", "/", app=app), page.context)


class Outline(HTMLParser):
    """Collects what a page must get right to be usable without eyes or mouse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(given)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in ("input", "textarea", "select") and given.get("type") not in ("hidden", "radio"):
            self.fields.append(given)


def assert_usable(html: str) -> None:
    outline = Outline(html)
    assert outline.headings.count(1) == 1
    assert outline.tags.count("main") == 1
    assert all(below - above <= 1 for above, below in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(field.get("aria-label") or field.get("id") in outline.labels for field in outline.fields)
    assert '<html lang="zh-CN"' in html


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_a_staff_page_renders_and_hostile_words_stay_text(app: web.Application, page: Page) -> None:
    html = render(app, page)
    assert "<img" not in html
    assert not [name for name in Outline(html).attributes if name.startswith("on")]
    assert_usable(html)


@pytest.mark.parametrize("path", ["/chat", "/privacy", "/e/screens-junior-slams-door", "/nothing"])
async def test_a_parent_s_page_is_usable_without_eyes_or_mouse(client: TestClient, path: str) -> None:
    assert_usable(await (await client.get(path)).text())


def test_only_the_one_who_has_the_case_can_answer(app: web.Application) -> None:
    mine = render(app, Page("desk/case.html", CASE))
    theirs = render(app, Page("desk/case.html", CASE | {"case": Case(mine=False, owner="沈老师")}))
    assert "/desk/cases/7/messages" in mine
    assert "/desk/cases/7/claim" not in mine
    assert "/desk/cases/7/messages" not in theirs
    assert "沈老师在办这一件" in theirs


async def test_an_article_shows_steps_words_sources_and_numbers(client: TestClient) -> None:
    page = await (await client.get("/e/screens-junior-slams-door")).text()
    for part in ("2026-04-18 审读", "今晚先不收", "可以这样说", "《指导大纲》", "手机规矩怎么一起定", "现在有人接"):
        assert part in page
    assert "<script>alert" not in page


async def test_the_privacy_notice_tells_what_how_long_who_and_how_to_delete(client: TestClient) -> None:
    page = await (await client.get("/privacy")).text()
    parts = ("180 天", "删除我的数据", "自动助手", "谁看得到", "不满 14 岁", "某某区家庭教育指导中心")
    for part in (*parts, "发给老师的图片", "您同意了才建", "都留有记录", "谈话、图片、档案"):
        assert part in page
