"""The admin's pages: the overview, the list of entries, one entry. Reading only; publishing is a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.web.refused import Refused
from bot.dialogue.answers import entry_blocks, source_line
from bot.dialogue.decision import Tools
from bot.messages import Reply
from bot.settings import Settings
from bot.store import learning, releases
from bot.store.database import DOWN
from bot.web.accounts import face
from bot.web.admin.findings import Findings
from bot.web.shelf import article
from indexes.live import Live
from knowledge.calendar import CHINA
from knowledge.check import Problem
from knowledge.model import Entry, Library
from knowledge.tally import by_topic

PAGE = 50
PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list."""

    id: str
    title: str
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    wordings: int
    problem: str
    review: str
    late: bool
    reviewed: date | None


@dataclass(frozen=True, slots=True)
class Admin:
    """The handlers."""

    engine: AsyncEngine
    live: Live
    tools: Callable[[], Tools]
    clock: Callable[[], datetime]
    settings: Settings
    findings: Findings = field(default_factory=Findings)

    async def overview(self, request: web.Request) -> web.Response:
        """`GET /admin`: what is live, and what is wrong."""
        library = self.tools().library
        problems = await self.findings.of(library)
        topics = by_topic(library)
        taxonomy = library.taxonomy
        context = {
            "staff": face(request),
            "here": "overview",
            "release": await self._release(),
            "counts": [
                ("条目", len(library.entries)),
                ("机构与热线", len(library.listings)),
                ("活动", len(library.activities)),
                ("归口", len(library.duties)),
            ],
            "topics": [(t.id, t.name, taxonomy.groups[t.group], topics[t.id]) for t in taxonomy.topics.values()],
            "problems": problems[:PROBLEMS_SHOWN],
            "problem_count": len(problems),
            "index": self._index(),
            "settings": standing(self.settings),
        }
        return render_template("admin/overview.html", request, context)

    async def _release(self) -> dict[str, object] | None:
        engine = self.live.engine
        if engine is None:
            return None
        built: datetime | None = None
        try:
            async with self.engine.connect() as conn:
                history = await releases.history(conn)
            built = next((at for number, _, _, at in history if number == engine.release.number), None)
        except DOWN:
            built = None
        return {"number": engine.release.number, "digest": engine.release.digest, "built": built}

    def _index(self) -> tuple[str, str, str]:
        engine = self.live.engine
        if engine is None:
            return "bad", "没有索引", "只能回答危机和固定的话。请运行 python -m bot index build。"
        if not engine.dense_ready:
            return "warn", "按字查找已就绪，语义查找还在载入", "这时把握不大的问题会先给几个题目让家长选。"
        return "good", "按字查找和语义查找都已就绪", engine.path.name

    async def entries(self, request: web.Request) -> web.Response:
        """`GET /admin/entries`: the list, with its filters in the address."""
        library = self.tools().library
        chosen = {name: request.query.get(name, "").strip() for name in ("q", "topic", "stage")}
        found = [entry for entry in library.entries.values() if _matches(entry, **chosen)]
        page = _page(request)
        first = (page - 1) * PAGE
        shown = found[first : first + PAGE]
        by_entry = _by_entry(await self.findings.of(library))
        today = self.clock().astimezone(CHINA).date()
        context = {
            "staff": face(request),
            "here": "entries",
            **chosen,
            "topics": [(topic.id, topic.name) for topic in library.taxonomy.topics.values()],
            "stages": [(stage.id, stage.name) for stage in library.taxonomy.stages.values()],
            "entries": [_line(entry, library, by_entry.get(entry.id, ""), today) for entry in shown],
            "first": first + 1,
            "last": first + len(shown),
            "total": len(found),
            "previous": _address(chosen, page - 1) if page > 1 else "",
            "following": _address(chosen, page + 1) if first + PAGE < len(found) else "",
        }
        return render_template("admin/entries.html", request, context)

    async def entry(self, request: web.Request) -> web.Response:
        """`GET /admin/entries/{id}`: one entry as it stands, with what the parent sees."""
        tools = self.tools()
        library = tools.library
        entry = library.entries.get(request.match_info["id"])
        if entry is None:
            raise Refused(404, "没有这一条，可能已经改名或停用。", "no-entry")
        problems = [problem for problem in await self.findings.of(library) if entry.id in problem.where]
        async with self.engine.connect() as conn:
            ratings = await learning.ratings_of(conn, entry.id)
        context = {
            "staff": face(request),
            "here": "entries",
            "article": article(entry, tools),
            "reply": Reply((*entry_blocks(entry), source_line(entry, library))),
            "wordings": entry.wordings,
            "problems": problems,
            "review_by": entry.review_by,
            "region": tools.tree.name(entry.region) if entry.region else "",
            "families": tuple(library.taxonomy.families[family] for family in entry.families),
            "ratings": ratings,
        }
        return render_template("admin/entry.html", request, context)


def standing(settings: Settings) -> list[tuple[str, str, str]]:
    """Say how the settings stand: name, good or warn, a sentence."""
    wechat = ("good", "已配置。") if settings.wechat_on else ("warn", "没有配置公众号，只有网页对话。")
    key = (
        ("good", "安全模式，明文不收。")
        if settings.wechat_aes_key.get_secret_value()
        else ("warn", "没有配置消息密钥，正式使用请用安全模式。")
    )
    duty = (
        ("good", settings.duty_hours)
        if settings.duty_hours
        else ("warn", "没有配置值班时间，不会对家长说老师什么时候在。")
    )
    alert = (
        ("good", "已配置。")
        if settings.alert_webhook.get_secret_value()
        else ("warn", "没有配置，危机只在工作台提醒。")
    )
    public = (
        ("good", settings.public_url) if settings.public_url else ("warn", "没有配置对外地址，微信里不带全文链接。")
    )
    rows = [("公众号", *wechat), ("值班时间", *duty), ("危机提醒", *alert), ("对外地址", *public)]
    return [*rows, ("消息加密", *key)] if settings.wechat_on else rows


def _page(request: web.Request) -> int:
    value = request.query.get("page", "1")
    return max(int(value), 1) if value.isascii() and value.isdecimal() and len(value) < 6 else 1


def _matches(entry: Entry, q: str, topic: str, stage: str) -> bool:
    if topic and topic not in entry.topics:
        return False
    if stage and entry.stages and stage not in entry.stages:
        return False
    return not q or any(q in text for text in (entry.title, entry.brief, entry.full, *entry.wordings))


def _by_entry(problems: list[Problem]) -> dict[str, str]:
    """Give the first problem of each place, under the last part of its name."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.where.rsplit("/", 1)[-1].removesuffix(".md"), problem.message)
    return found


def _line(entry: Entry, library: Library, problem: str, today: date) -> Line:
    left = (entry.review_by - today).days
    return Line(
        id=entry.id,
        title=entry.title,
        topics=tuple(library.taxonomy.topics[topic].name for topic in entry.topics),
        stages=tuple(library.taxonomy.stages[stage].name for stage in entry.stages),
        wordings=len(entry.wordings),
        problem=problem,
        review=f"剩 {left} 天" if left >= 0 else f"过 {-left} 天",
        late=left < 0,
        reviewed=entry.reviewed,
    )


def _address(chosen: dict[str, str], page: int) -> str:
    kept = {name: value for name, value in chosen.items() if value}
    return "/admin/entries?" + urlencode({**kept, "page": page})
