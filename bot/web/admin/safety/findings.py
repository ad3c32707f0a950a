"""What was found in parents' messages, for administrators: listed masked, marked right or wrong, handed out.

Every page that shows words leaves a line in the log: who looked at how many, never what they read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.messages import LEVELS
from bot.privacy import mask
from bot.safety import names
from bot.store import detections
from bot.store.detections import Detection, Filter, Mark
from bot.web.accounts import STAFF, face
from bot.web.admin.paging import PAGE, page_of, pager

RECENT = timedelta(days=14)  # how far back messages are offered in which nothing was found
VERDICTS = (("open", "还没看"), ("right", "判断对"), ("wrong", "判断不对"), ("missed", "补记的漏判"))
LAYERS = (("classifier", "分类器"), ("conversation", "前后对话"))

_log = observe.logger("safety-admin")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; `shown` where it is evidence."""

    text: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the page shows it: `pieces` is the message, masked; `elsewhere` evidence that is not in it."""

    path: str
    level: str
    kind: str
    kind_name: str
    found: tuple[str, ...]
    child_writing: bool
    at: datetime
    case_id: int | None
    pieces: tuple[Piece, ...]
    elsewhere: tuple[str, ...]
    verdict: str
    right_level: str
    right_kind: str
    right_name: str
    marked_by: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The handlers."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/safety/detections`: newest first, with filters in the address."""
        chosen = {name: request.query.get(name, "") for name in ("level", "kind", "verdict", "by")}
        page = page_of(request)
        async with self.engine.connect() as conn:
            total = await detections.count(conn, Filter(**chosen))
            found = await detections.listing(conn, Filter(**chosen), limit=PAGE, offset=(page - 1) * PAGE)
        self._read(request, "detections", len(found))
        context = {
            "staff": face(request),
            "here": "detections",
            "chosen": chosen,
            "kinds": list(names.kinds().items()),
            "verdicts": VERDICTS,
            "layers": LAYERS,
            "findings": [finding(one) for one in found],
            "back": request.path_qs,
            **pager("/admin/safety/detections", chosen, page, len(found), total),
        }
        return render_template("admin/safety_findings.html", request, context)

    async def mark(self, request: web.Request) -> web.Response:
        """`POST /admin/safety/detections/{conversation}/{id}`: right, wrong with what it is, or the mark taken back."""
        given = await fields(request)
        conversation, id_ = _ids(request)
        async with self.engine.begin() as conn:
            if text_of(given, "verdict") == "open":
                await detections.unmark(conn, conversation, id_)
            elif not await detections.mark(conn, conversation, id_, self._mark(request, given)):
                raise Refused(404, "这条记录不在了，可能家长删除了自己的内容。", "no-detection")
        return _back(given, "/admin/safety/detections")

    async def silent(self, request: web.Request) -> web.Response:
        """`GET /admin/safety/missed`: recent messages in which nothing was found, to add what was missed."""
        words = request.query.get("q", "").strip()[:60].replace("\0", "")
        page = page_of(request)
        async with self.engine.connect() as conn:
            found, total = await detections.silent(
                conn, self.clock() - RECENT, words, limit=PAGE, offset=(page - 1) * PAGE
            )
        self._read(request, "silent messages", len(found))
        context = {
            "staff": face(request),
            "here": "missed",
            "q": words,
            "days": RECENT.days,
            "kinds": list(names.kinds().items()),
            "messages": [(f"{one.conversation_id}/{one.id}", mask(one.text), one.at) for one in found],
            "back": request.path_qs,
            **pager("/admin/safety/missed", {"q": words}, page, len(found), total),
        }
        return render_template("admin/safety_missed.html", request, context)

    async def miss(self, request: web.Request) -> web.Response:
        """`POST /admin/safety/missed/{conversation}/{id}`: this message should have been found."""
        given = await fields(request)
        conversation, id_ = _ids(request)
        async with self.engine.begin() as conn:
            said = self._mark(request, {**given, "verdict": "missed"})
            if not await detections.miss(conn, conversation, id_, said):
                raise Refused(409, "这句话已经有记录，或者不在了。请刷新再看。", "not-silent")
        return _back(given, "/admin/safety/missed")

    async def export(self, request: web.Request) -> web.Response:
        """`GET /admin/safety/marks`: everything marked, masked, as JSON lines or, `?format=tsv`, for training."""
        async with self.engine.connect() as conn:
            found = await detections.marked(conn)
        self._read(request, "export", len(found))
        table = request.query.get("format") == "tsv"
        rows = (_tsv(one) if table else _json(one) for one in found)
        name = f"marks.{'tsv' if table else 'jsonl'}"
        return web.Response(
            text="".join(f"{row}\n" for row in rows),
            content_type="text/tab-separated-values" if table else "application/jsonl",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _mark(self, request: web.Request, given: Mapping[str, object]) -> Mark:
        verdict = text_of(given, "verdict")
        level, kind = text_of(given, "level"), text_of(given, "kind")
        if verdict == "right":
            return Mark("right", None, None, request[STAFF].id, self.clock())
        known = level in LEVELS and (kind in names.kinds() if level != "none" else True)
        if verdict not in ("wrong", "missed") or not known or (verdict == "missed" and level == "none"):
            raise Refused(400, "请选好应当是哪一级、哪一类。", "no-level")
        return Mark(verdict, level, kind if level != "none" else None, request[STAFF].id, self.clock())

    def _read(self, request: web.Request, what: str, number: int) -> None:
        _log.info("parents' words read", staff=request[STAFF].id, what=what, number=number)


def finding(one: Detection) -> Finding:
    """Make a finding as the page shows it."""
    pieces, elsewhere = marked_up(mask(one.text), one.evidence)
    kind = one.kind or ""
    return Finding(
        path=f"{one.conversation_id}/{one.id}",
        level=one.level,
        kind=kind,
        kind_name=names.kind(one.kind),
        found=names.found_by(one.found),
        child_writing=one.child_writing,
        at=one.at,
        case_id=one.case_id,
        pieces=pieces,
        elsewhere=tuple(mask(piece) for piece in elsewhere),
        verdict=one.verdict or "",
        right_level=one.right_level or one.level,
        right_kind=one.right_kind or kind,
        right_name=names.kind(one.right_kind),
        marked_by=one.marked_by or "",
    )


def marked_up(text: str, evidence: tuple[str, ...]) -> tuple[tuple[Piece, ...], tuple[str, ...]]:
    """Give a message cut at its evidence, and evidence that is not in it letter by letter.

    Evidence comes from the normalised message: spaces and marks may stand between its characters.
    """
    spans, elsewhere = [], []
    for piece in evidence:
        found = re.search(r"\W*".join(map(re.escape, re.findall(r"\w", piece))) or "(?!)", text, re.IGNORECASE)
        if found:
            spans.append(found.span())
        else:
            elsewhere.append(piece)
    return tuple(_cut(text, spans)), tuple(elsewhere)


def _cut(text: str, spans: list[tuple[int, int]]) -> Iterator[Piece]:
    place = 0
    for start, end in sorted(spans):
        if end > place:
            if start > place:
                yield Piece(text[place:start])
            yield Piece(text[max(start, place) : end], shown=True)
            place = end
    if place < len(text):
        yield Piece(text[place:])


def _label(one: Detection) -> tuple[str, str]:
    if one.verdict == "right":
        return one.level, one.kind or "other"
    return one.right_level or "none", one.right_kind or ""


def _json(one: Detection) -> str:
    level, kind = _label(one)
    at = one.marked_at.isoformat() if one.marked_at else ""
    row = {"text": mask(one.text), "level": level, "kind": kind, "voice": "", "marked_at": at}
    return json.dumps(row, ensure_ascii=False)


def _tsv(one: Detection) -> str:
    """Give a line as `bot/safety/labelled.py` reads it: what looked like danger and is none is a hard negative."""
    level, kind = _label(one)
    voice = "child" if one.child_writing else "parent"
    return "\t".join((level, kind or "-", voice, "h" if level == "none" else "s", " ".join(mask(one.text).split())))


def _ids(request: web.Request) -> tuple[int, int]:
    return int(request.match_info["conversation"]), int(request.match_info["id"])


def _back(given: Mapping[str, object], home: str) -> web.Response:
    """Lead back to the list as it was, and nowhere else."""
    back = text_of(given, "back")
    inside = re.fullmatch(re.escape(home) + r"(\?[^\s\\]*)?", back)
    return web.Response(status=303, headers={"Location": back if inside else home})
