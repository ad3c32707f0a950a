"""Trials: many questions put to one or two releases, compared side by side, kept and run again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from bot.channels.web.forms import HIGHEST
from bot.channels.web.refused import Refused
from bot.store import audit, trials
from bot.store.audit import Act
from bot.store.trials import Run, Trial
from bot.web.accounts import face
from bot.web.admin.asking import expected, lines
from bot.web.admin.asking.reasons import VERDICTS
from bot.web.admin.asking.receiving import received
from bot.web.admin.asking.releases import Releases, said
from bot.web.admin.given import Given
from bot.web.permissions import STAFF

LOOK_AGAIN = "2"  # seconds until the page of a running trial asks again, by itself and without script
STATES = {"asked": "等着试", "running": "正在试", "done": "试完了", "failed": "没有试完"}


@dataclass(frozen=True, slots=True)
class Batches:
    """The handlers."""

    given: Given
    releases: Releases

    async def listing(self, request: web.Request) -> web.Response:
        """`GET /admin/trials`: the form, and those that were run."""
        return await self._form(request, {})

    async def ask(self, request: web.Request) -> web.Response:
        """`POST /admin/trials`: read the questions, keep them, and let a job ask them."""
        held, data = await received(request)
        tools = self.given.tools()
        known = [name for name, _ in await self.releases.choices()]
        wanted = list(dict.fromkeys(held[name] for name in ("first", "second") if held.get(name)))
        try:
            if any(name not in known for name in wanted) or not wanted:
                raise lines.LinesError("请选一版来试；选的那一版可能已经清理掉了。")
            text = lines.decoded(data) if data else held.get("questions", "")
            read = await asyncio.to_thread(
                lines.read, text, lambda words: expected.chosen(tools.library, tools.tree, words)
            )
        except lines.LinesError as error:
            return await self._form(request, held, str(error))
        now, staff = self.given.clock(), request[STAFF]
        name = held.get("name", "").strip()[:60] or f"{len(read)} 句"
        async with self.given.engine.begin() as conn:
            number = await trials.ask(conn, name, read, wanted, staff.name, now)
            await audit.record(conn, staff, Act.TRIAL, f"trial:{number}", now, {"questions": len(read)})
        raise web.HTTPSeeOther(f"/admin/trials/{number}")

    async def page(self, request: web.Request) -> web.Response:
        """`GET /admin/trials/{id}`: how far it is, and two of its runs side by side."""
        trial = await self._trial(request)
        runs = trial.runs
        a, b = _picked(request, "a", len(runs), len(runs) - 2), _picked(request, "b", len(runs), len(runs) - 1)
        context = {
            "staff": face(request),
            "here": "try",
            "trial": trial,
            "state": STATES[trial.state],
            "running": trial.state in ("asked", "running"),
            "asking": said(trial.wanted[0]) if trial.wanted else "",
            "runs": [(at, f"{said(run.directory)}，{run.at[:16].replace('T', ' ')}") for at, run in enumerate(runs)],
            "a": a,
            "b": b,
            "heads": [said(runs[at].directory) for at in (a, b) if at is not None and runs],
            "rows": _compared(trial, a, b),
            "sums": [_sum(trial, runs[at]) for at in (a, b) if at is not None and runs],
            "live": (await self.releases.choices())[:1],
        }
        answer = render_template("admin/trial.html", request, context)
        if context["running"]:
            answer.headers["Refresh"] = LOOK_AGAIN
        return answer

    async def again(self, request: web.Request) -> web.Response:
        """`POST /admin/trials/{id}`: ask it of today's live release, or what did not come to its end."""
        trial = await self._trial(request)
        choices = await self.releases.choices()
        if not choices:
            raise Refused(409, "现在没有在用的一版，请先发布。", "no-release")
        async with self.given.engine.begin() as conn:
            now = self.given.clock()
            if await trials.again(conn, trial.id, [choices[0][0]], now):
                await audit.record(conn, request[STAFF], Act.TRIAL, f"trial:{trial.id}", now, {"again": True})
        raise web.HTTPSeeOther(f"/admin/trials/{trial.id}")

    async def _trial(self, request: web.Request) -> Trial:
        number = int(request.match_info["id"])
        async with self.given.engine.begin() as conn:
            await trials.give_up_silent(conn, self.given.clock())
            trial = await trials.find(conn, number) if number <= HIGHEST else None
        if trial is None:
            raise Refused(404, "没有这一次试问。", "no-trial")
        return trial

    async def _form(self, request: web.Request, held: Mapping[str, str], fault: str = "") -> web.Response:
        async with self.given.engine.connect() as conn:
            found = await trials.listed(conn)
        context = {
            "staff": face(request),
            "here": "try",
            "held": {name: held.get(name, "") for name in ("name", "questions", "first", "second")},
            "fault": fault,
            "releases": await self.releases.choices(),
            "trials": [(one, STATES[one.state], [said(run.directory) for run in one.runs]) for one in found],
            "most": lines.MOST,
        }
        return render_template("admin/trials.html", request, context, status=422 if fault else 200)


def _picked(request: web.Request, name: str, count: int, usual: int) -> int | None:
    value = request.query.get(name, "")
    at = int(value) if value.isascii() and value.isdecimal() and len(value) < 3 else usual
    return at if 0 <= at < count else None


def _compared(trial: Trial, a: int | None, b: int | None) -> list[dict[str, Any]]:
    """Give a row for each question, those that differ first, then those that are wrong."""
    picked = [trial.runs[at].found for at in (a, b) if at is not None]
    rows = []
    for at, line in enumerate(trial.lines):
        cells = [found[at] for found in picked if at < len(found)]
        differs = len(cells) == 2 and (cells[0].id, cells[0].verdict) != (cells[1].id, cells[1].verdict)
        told = [(cell, VERDICTS.get(cell.verdict, "")) for cell in cells]  # type: ignore[call-overload]  # kept as text in the trial
        wrong = bool(cells) and cells[-1].right is False
        rows.append({"text": line.text, "cells": told, "differs": differs, "wrong": wrong})
    return sorted(rows, key=lambda row: (not row["differs"], not row["wrong"]))


def _sum(trial: Trial, run: Run) -> dict[str, Any]:
    judged = [found.right for found in run.found if found.right is not None]
    answered = sum(found.verdict == "answer" for found in run.found)
    return {
        "name": said(run.directory),
        "answered": answered,
        "all": len(trial.lines),
        "right": sum(judged),
        "judged": len(judged),
    }
