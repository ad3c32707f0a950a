"""The year's hottest questions: topics and clusters by distinct parents, as a list to choose research from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.store import audit
from bot.store.audit import Act
from bot.web.accounts import face
from bot.web.admin.given import Given
from bot.web.admin.unanswered import grouping
from bot.web.admin.unanswered.grouping import group
from bot.web.admin.unanswered.reading import YEAR, Found, Reading
from bot.web.permissions import STAFF
from bot.web.sheets import FEW, as_line
from knowledge.calendar import CHINA

CLUSTERS = 50
CHOSEN = 2  # topics of research a year
HEAD = ("名次", "类别", "问题或主题", "问过的家长", "地区", "阶段", "例子")


@dataclass(frozen=True, slots=True)
class Year:
    """The handlers."""

    given: Given
    reading: Reading

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/unanswered/year`: to look at and to print."""
        topics, clusters = _told(await self.reading.found(year=True), self.given)
        context = {
            "staff": face(request),
            "here": "unanswered",
            "first": self._first(),
            "last": self.given.clock().astimezone(CHINA).date(),
            "topics": topics,
            "clusters": clusters,
            "chosen": CHOSEN,
        }
        return render_template("admin/unanswered_year.html", request, context)

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/unanswered/year/export`: the same as CSV; who took it along is kept."""
        topics, clusters = _told(await self.reading.found(year=True), self.given)
        now = self.given.clock()
        async with self.given.engine.begin() as conn:
            await audit.record(conn, request[STAFF], Act.EXPORTED, "unanswered:year", now, {"format": "csv"})
        lines = [as_line(HEAD)]
        for kind, rows in (("主题", topics), ("问题", clusters)):
            for at, row in enumerate(rows, 1):
                cells = [row["title"], row["parents"], row["places"], row["stages"], " / ".join(row["examples"])]
                lines.append(as_line([at, kind, *cells]))
        headers = {"Content-Disposition": f'attachment; filename="questions-{now.astimezone(CHINA).date()}.csv"'}
        body = "".join(lines).encode("utf-8-sig")
        return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)

    def _first(self) -> date:
        return (self.given.clock() - YEAR).astimezone(CHINA).date()


def _told(found: Found, given: Given) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Give the topics and the clusters, those of most parents first.

    It is printed and handed on: of few parents no words stand in it, only that there were a few.
    """
    library, now = found.tools.library, given.clock()
    place = grouping.city(library, found.tools.tree)
    by_topic: dict[str, list[Any]] = {}
    for one in (one for members in found.todo for one in members):
        near = library.entries.get(one.nearest or "")
        if near is not None and near.topics:
            by_topic.setdefault(near.topics[0], []).append(one)
    topics = []
    for topic, members in by_topic.items():
        held = group(members, library, place, now)
        name = library.taxonomy.topics[topic].name if topic in library.taxonomy.topics else topic
        topics.append((held.parents, _row(held, name)))
    counted = [group(one, library, place, now) for one in found.todo]
    clusters = [(held.parents, _row(held, held.title)) for held in counted if held.parents >= FEW]
    return [row for _, row in sorted(topics, key=_most)], [row for _, row in sorted(clusters, key=_most)[:CLUSTERS]]


def _most(pair: tuple[int, Mapping[str, Any]]) -> tuple[int, str]:
    return -pair[0], str(pair[1]["title"])


def _row(held: grouping.Group, title: str) -> Mapping[str, Any]:
    return {
        "title": title,
        "parents": grouping.few(held.parents),
        "many": held.parents >= FEW,
        "places": grouping.counted(held.places),
        "stages": grouping.counted(held.stages),
        "examples": [text for text in grouping.texts(held.members) if text != title][:2] if held.parents >= FEW else [],
    }
