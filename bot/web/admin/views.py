"""The admin's first page: what is live, what is wrong, how the settings stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.settings import Settings
from bot.store import releases
from bot.store.database import DOWN
from bot.web.accounts import face
from bot.web.admin.given import Given
from knowledge.tally import by_topic

PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Admin:
    """The handlers."""

    given: Given

    async def overview(self, request: web.Request) -> web.Response:
        """`GET /admin`: what is live, and what is wrong."""
        library = self.given.tools().library
        problems = await self.given.findings.of(library)
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
            "to_watch": sum(state != "good" for _, state, _ in standing(self.given.settings)),
        }
        return render_template("admin/overview.html", request, context)

    async def _release(self) -> dict[str, object] | None:
        engine = self.given.live.engine
        if engine is None:
            return None
        built: datetime | None = None
        try:
            async with self.given.engine.connect() as conn:
                history = await releases.history(conn)
            built = next((at for number, _, _, at in history if number == engine.release.number), None)
        except DOWN:
            built = None
        return {"number": engine.release.number, "digest": engine.release.digest, "built": built}

    def _index(self) -> tuple[str, str, str]:
        engine = self.given.live.engine
        if engine is None:
            return "bad", "没有索引", "只能回答危机和固定的话。请运行 python -m bot index build。"
        if not engine.dense_ready:
            return "warn", "按字查找已就绪，语义查找还在载入", "这时把握不大的问题会先给几个题目让家长选。"
        return "good", "按字查找和语义查找都已就绪", engine.path.name


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
