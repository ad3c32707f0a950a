"""Thresholds for administrators: what they do to the exam is shown first, and only what was shown is saved.

Saved limits reach every process by `bot/jobs/edits.py`. Nothing here changes what parents are answered before that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot import observe
from bot.channels.web.forms import fields, text_of
from bot.channels.web.refused import Refused
from bot.store import audit, edits
from bot.store.audit import Act
from bot.store.edits import LIMITS, Version
from bot.web.accounts import face
from bot.web.admin.account import effects
from bot.web.admin.account.effects import GROUPS, Effects, NotAskedError
from bot.web.admin.asking import thresholds
from bot.web.admin.given import Given
from bot.web.permissions import STAFF
from indexes.effect import Effect, Outcome
from indexes.engine import SearchEngine
from indexes.evaluate import Step
from indexes.limits import NAMES, RANGES, BadLimitsError, Limits, decode, encode, faults, of_percents, percents

KEY = "limits"
SHOWN = 50  # questions whose answer changes
MISSED = 20  # questions by which limits are refused
UNREADY = "还没有建好的资料，没法考。等一会儿再试。"
BROKEN = "没有考成，什么也没有变。您填的还在，请再按一次。"
UNCHANGED = "和现在一样，不用保存。"
RETYPED = "您又改了数。下面是改后的样子，看过再保存。"
REFUSED = "这样存不了：考题没有过关，家长得到的会更差。"
RELEASED = "刚才换了在用的资料或考题。下面是重新考的，看过再保存。"

_log = observe.logger("limits")


@dataclass(frozen=True, slots=True)
class _Table:
    """What was saved, newest first, and what of it is in force."""

    history: tuple[Version, ...]

    @property
    def newest(self) -> int:
        return self.history[0].id if self.history else 0

    @property
    def limits(self) -> Limits:
        """As every process reads it: what nobody may set is not in force."""
        try:
            return decode(self.history[0].body if self.history else None)
        except BadLimitsError:
            return Limits()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody typed, by the field. `seen` is the number of the saving that they began from."""

    typed: Mapping[str, str]
    seen: int
    shown: str = ""


@dataclass(frozen=True, slots=True)
class _Measured:
    """What limits would do to the release `index`; `shown` says which of it is shown, in the words of a form."""

    index: SearchEngine
    effect: Effect
    shown: str


@dataclass(slots=True)
class LimitPages:
    """The handlers."""

    given: Given
    effects: Effects = field(init=False)

    def __post_init__(self) -> None:
        """Make what measures."""
        self.effects = Effects(self.given.engine)

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/limits`: what holds, what it means, and who changed it."""
        table = await self._table()
        return self._show(request, _wish_of(table.limits, table.newest), table)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /admin/limits`: see what other limits would do, save what was seen, or look at earlier ones again."""
        given, table = await fields(request), await self._table()
        step, seen = text_of(given, "step"), text_of(given, "seen")
        if step == "restore":
            return await self._answer(request, _earlier(table, text_of(given, "version")), table, save=False)
        number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else 0
        wish = _Wish({name: text_of(given, name)[:20] for name in RANGES}, number, text_of(given, "shown"))
        return await self._answer(request, wish, table, save=step == "save")

    async def _answer(self, request: web.Request, wish: _Wish, table: _Table, *, save: bool) -> web.Response:
        """Show what the limits would do; save them if it is what was shown before, and nothing speaks against it."""
        limits, wrong = _understood(wish.typed)
        if wrong:
            return self._show(request, wish, table, {"faults": wrong}, status=422)
        found = await self._measured(table.limits, limits)
        if not isinstance(found, _Measured):
            return self._show(request, wish, table, found, status=409 if save else 200)
        context = {"shown": found.shown, **_told(found.effect, table.limits, limits)}
        if save:
            context["note"] = _refusal(wish, table, limits, found)
            if self.given.live.engine is not found.index:
                context["note"] = RELEASED
            if not context["note"]:
                if await self._saved(request, table, limits):
                    raise web.HTTPSeeOther("/admin/limits?saved=1")
                return await self._answer(request, wish, await self._table(), save=True)  # somebody was quicker
        return self._show(request, replace(wish, seen=table.newest), table, context, status=409 if save else 200)

    async def _measured(self, before: Limits, after: Limits) -> _Measured | dict[str, Any]:
        """Ask the exam of the live release; where that cannot be had now, what to tell instead."""
        index = self.given.live.engine
        if index is None or index.dense_ready != (index.manifest.model is not None):
            return {"note": UNREADY}
        try:
            name, held = await self.effects.exam(index)
        except NotAskedError as error:
            _log.error("limits not tried", error=type(error.__cause__).__name__)
            return {"note": BROKEN}
        if held is None:
            return {"waiting": self.effects.done}
        effect = await self.effects.of(index, name, held, before, after)
        return _Measured(index, effect, effects.shown(name, before, after))

    async def _saved(self, request: web.Request, table: _Table, limits: Limits) -> bool:
        """Keep them, and let this process answer by them at once; False if somebody else saved meanwhile."""
        staff, now = request[STAFF], self.given.clock()
        values = {"sort": LIMITS[0], "key": KEY, "body": encode(limits), "author": staff.name, "at": now}
        async with self.given.engine.begin() as conn:
            number = await edits.add(conn, values, among=LIMITS, seen=table.newest)
            if number is None:
                return False
            detail = {"from": _summary(table.limits, limits), "to": _summary(limits, table.limits)}
            await audit.record(conn, staff, Act.LIMITS, KEY, now, detail)
        _log.info("limits saved", staff=staff.id, version=number)
        await self.given.look()
        return True

    def _show(
        self,
        request: web.Request,
        wish: _Wish,
        table: _Table,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
    ) -> web.Response:
        packaged = Limits()
        held: dict[str, Any] = {
            "staff": face(request),
            "here": "limits",
            "wish": wish,
            "names": NAMES,
            "ranges": RANGES,
            "now": percents(table.limits),
            "packaged": percents(packaged),
            "others": packaged,
            "edited": table.limits != packaged,
            "history": [(one, _said(one)) for one in table.history],
            "saved_now": request.method == "GET" and request.query.get("saved") == "1",
            "faults": {},
            "note": "",
            "shown": "",
            "waiting": None,
            "effect": None,
        }
        return render_template("admin/limits.html", request, held | dict(context or {}), status=status)

    async def _table(self) -> _Table:
        async with self.given.engine.connect() as conn:
            return _Table(tuple(await edits.history(conn, LIMITS[0], KEY)))


def _understood(typed: Mapping[str, str]) -> tuple[Limits, dict[str, str]]:
    """Read percents as people type them; what is wrong with them, by the field."""
    numbers: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name, (low, high) in RANGES.items():
        said = unicodedata.normalize("NFKC", typed[name]).strip().removesuffix("%").strip()
        if said.isascii() and said.isdecimal() and len(said) < 4:
            numbers[name] = int(said)
        else:
            wrong[name] = f"请写一个整数，{low} 到 {high} 之间。"
    limits = of_percents(numbers)
    return limits, {**faults(limits), **wrong}


def _wish_of(limits: Limits, seen: int) -> _Wish:
    return _Wish({name: str(share) for name, share in percents(limits).items()}, seen)


def _earlier(table: _Table, version: str) -> _Wish:
    """Give the limits of an earlier saving as if somebody had typed them; version 0 are the packaged ones."""
    body = next((one.body for one in table.history if str(one.id) == version), "")
    if body == "" and version != "0":
        raise Refused(404, "没有这一版。", "no-version")
    try:
        return _wish_of(decode(body or None), table.newest)
    except BadLimitsError as error:
        raise Refused(409, "这一版的数现在不能用了。", "bad-version") from error


def _refusal(wish: _Wish, table: _Table, limits: Limits, found: _Measured) -> str:
    """Why limits are not saved; empty where nothing speaks against it. What is packaged always may be."""
    if wish.seen != table.newest:
        who = table.history[0].author if table.history else "有人"
        return f"{who}刚刚存过别的数。您填的还在，下面是和新的数比，看过再保存。"
    if wish.shown != found.shown:
        return RETYPED if wish.shown.split(" ")[0] == found.shown.split(" ", maxsplit=1)[0] else RELEASED
    if limits == table.limits:
        return UNCHANGED
    return REFUSED if found.effect.failed and limits != Limits() else ""


def _summary(limits: Limits, other: Limits) -> str:
    """Say those that differ."""
    there = percents(other)
    return "，".join(f"{NAMES[name]} {share}%" for name, share in percents(limits).items() if share != there[name])


def _said(version: Version) -> str:
    """Say what was saved, for the history."""
    try:
        limits = decode(version.body)
    except BadLimitsError:
        return "用不了的数"
    return _summary(limits, Limits()) or "都是出厂的数"


def _told(effect: Effect, before: Limits, after: Limits) -> dict[str, Any]:
    """Put an effect as the page shows it."""
    return {
        "effect": effect,
        "same": before == after,
        "changes": [
            (name, old, percents(after)[name]) for name, old in percents(before).items() if old != percents(after)[name]
        ],
        "sums": [
            (words, effect.total(outcome, after=False, inside=inside), effect.total(outcome, after=True, inside=inside))
            for words, outcome, inside in _SUMS
        ],
        "tables": [(GROUPS[one.group], one, effects.words_of(inside=one.group != "outside")) for one in effect.counts],
        "turned": [
            (one, effects.words(one.before, inside=one.inside), effects.words(one.after, inside=one.inside))
            for one in effect.turned[:SHOWN]
        ],
        "missed": effect.failed.missed[:MISSED] if effect.failed else (),
        "chart": thresholds.chart(effect.steps, before.first, after.first),
        "curve": [(step, _mark(effect.steps, step, before, after)) for step in effect.steps],
    }


_SUMS: tuple[tuple[str, Outcome, bool], ...] = (
    ("直接答对", "right", True),
    ("直接答错", "wrong", True),
    ("让家长选，有对的", "among", True),
    ("该答却说没有", "refused", True),
    ("不归我们的硬答了", "wrong", False),
)


def _mark(steps: Sequence[Step], step: Step, before: Limits, after: Limits) -> str:
    """Say of a row of the curve that it is the one in force, or the one that may follow."""
    marks = {"现在": before.first, "改后": after.first}
    return "、".join(words for words, limit in marks.items() if thresholds.at(steps, limit) is step)
