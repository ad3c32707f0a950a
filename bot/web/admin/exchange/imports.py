"""`/admin/exchange/imports/{id}`: a file that was read, every problem at its place, and the rows to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import HIGHEST, fields
from bot.channels.web.refused import Refused
from bot.store import uploads
from bot.store.uploads import Upload
from bot.web.accounts import face
from bot.web.admin.exchange import pages_of_rows as pages
from bot.web.admin.given import Given
from bot.web.permissions import STAFF
from knowledge.amend import SORT_WORDS, Sort

_STANDING_WORDS = {"new": "新的", "changed": "有改动"}
# Where an editor goes on with a thing.
_WHERE: Mapping[Sort, str] = {
    "entry": "/admin/entries/{}",
    "listing": "/admin/services/listing/{}",
    "activity": "/admin/services/activity/{}",
    "duty": "/admin/services/duty/{}",
    "source": "/admin/services/source/{}",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it."""

    number: int
    place: str
    sort: str
    title: str
    standing: str
    changed: tuple[str, ...]
    advice: list[dict[str, str]]
    faults: list[dict[str, str]]
    held: str


@dataclass(frozen=True, slots=True)
class Imports:
    """The handlers."""

    given: Given

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/exchange/imports/{id}?page=&bad=`: how far it is, what it would change, what is wrong with it."""
        return self._page(request, await self._upload(request))

    async def choose(self, request: web.Request) -> web.Response:
        """`POST /admin/exchange/imports/{id}`: let the chosen rows be imported as drafts, or turn the page.

        What is ticked on one page is kept while others are looked at, so that a long file is chosen from as a whole.
        """
        upload = await self._upload(request)
        given = await fields(request)
        open_ = [number for number, row in enumerate(upload.rows) if choosable(row)]
        page = pages.numbered(given.get("page"))
        here = set(pages.of(open_, page).shown)
        picked = {number for number in picked_of(upload) if number not in here} | {n for n in here if f"r{n}" in given}
        if turned := next((name for name in ("go", "bad") if given.get(name)), ""):
            async with self.given.engine.begin() as conn:
                await uploads.pick(conn, upload.id, sorted(picked))
            to = {"page": page, "bad": pages.numbered(given.get("at_bad"))}
            to["page" if turned == "go" else "bad"] = pages.numbered(given[turned])
            where = f"/admin/exchange/imports/{upload.id}?{urlencode(to)}#{'choose' if turned == 'go' else 'bad'}"
            return web.Response(status=303, headers={"Location": where})
        chosen = [n for n in open_ if not upload.rows[n]["advice"]] if given.get("all") else sorted(picked)
        if not chosen and upload.state == "read":
            return self._page(request, upload, problem="还没有选。请在要导入的那几行前面打勾。", status=422)
        async with self.given.engine.begin() as conn:
            await uploads.choose(conn, upload.id, chosen)
        return web.Response(status=303, headers={"Location": f"/admin/exchange/imports/{upload.id}"})

    async def _upload(self, request: web.Request) -> Upload:
        number = int(request.match_info["id"])
        async with self.given.engine.connect() as conn:
            found = None
            if number <= HIGHEST:
                found = await uploads.find(conn, number, request[STAFF].id, self.given.clock())
        if found is None:
            raise Refused(404, "没有这个文件。上传的文件只留一个小时，请再上传一次。", "no-upload")
        return found

    def _page(self, request: web.Request, upload: Upload, *, problem: str = "", status: int = 200) -> web.Response:
        lines = [_line(number, row) for number, row in enumerate(upload.rows)]
        open_ = [line for line, row in zip(lines, upload.rows, strict=True) if choosable(row)]
        bad, saved = [line for line in lines if line.faults], _saved(upload)
        picked = frozenset() if problem else picked_of(upload)
        context = {
            "staff": face(request),
            "here": "exchange",
            "upload": upload,
            "busy": upload.state in uploads.WAITING,
            "problem": problem,
            "open": pages.of(open_, pages.asked(request, "page")),
            "picked": picked,
            "picked_count": len(picked),
            "sound": sum(not line.advice for line in open_),
            "bad": pages.of(bad, pages.asked(request, "bad")),
            "held": [line for line in lines if line.held],
            "same": sum(row["standing"] == "unchanged" for row in upload.rows),
            "saved": pages.of(
                [(row["title"], _WHERE[row["sort"]].format(row["key"])) for row in saved], pages.asked(request, "page")
            ),
        }
        return render_template("admin/import.html", request, context, status=status)


def choosable(row: dict[str, Any]) -> bool:
    """Whether a row can be imported."""
    return row["standing"] in _STANDING_WORDS and not row["held"]


def picked_of(upload: Upload) -> frozenset[int]:
    """Give the rows that are ticked so far: at first all about which there is nothing to be looked at."""
    kept = upload.report.get("picked")
    if kept is not None:
        return frozenset(kept)
    return frozenset(n for n, row in enumerate(upload.rows) if choosable(row) and not row["advice"])


def _saved(upload: Upload) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = upload.report.get("saved", [])
    return found


def _line(number: int, row: dict[str, Any]) -> Line:
    standing = _STANDING_WORDS.get(row["standing"], "")
    sort = SORT_WORDS[row["sort"]]
    changed = tuple(row["changed"])
    return Line(number, row["place"], sort, row["title"], standing, changed, row["advice"], row["faults"], row["held"])
