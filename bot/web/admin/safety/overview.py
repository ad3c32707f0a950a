"""The administrators' pages on danger: the overview. Findings and rules have modules of their own beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp_jinja2 import render_template
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.safety import names
from bot.store import detections
from bot.store.detections import Tally
from bot.store.funnel import Funnel, Spread, funnel
from bot.web.accounts import face

PERIODS = (7, 30)  # days


@dataclass(frozen=True, slots=True)
class Safety:
    """The overview."""

    engine: AsyncEngine
    clock: Callable[[], datetime]

    async def overview(self, request: web.Request) -> web.Response:
        """`GET /admin/safety`: what became of dangers, and how well they are found."""
        now = self.clock()
        days = 30 if request.query.get("days") == "30" else 7
        async with self.engine.connect() as conn:
            tallies = [await detections.tally(conn, now - timedelta(days=period)) for period in PERIODS]
            passed = await funnel(conn, now - timedelta(days=days), now + timedelta(seconds=1))
        context = {
            "staff": face(request),
            "here": "safety",
            "days": days,
            "periods": PERIODS,
            "funnel": _steps(passed),
            "outcomes": list(passed.outcomes.items()),
            "levels": [(level, [one.by_level.get(level, 0) for one in tallies]) for level in _LEVELS],
            "kinds": [
                (id_, name, [one.by_kind.get(id_, 0) for one in tallies])
                for id_, name in names.kinds().items()
                if tallies[-1].by_kind.get(id_)
            ],
            "marks": [_marks(one) for one in tallies],
        }
        return render_template("admin/safety.html", request, context)


_LEVELS = ("urgent", "high", "concern")


def _steps(passed: Funnel) -> list[tuple[str, int, str]]:
    """Give the steps of the funnel: what, how many, and how long it took."""
    return [
        ("判为高或紧急的话", sum(passed.detected.values()), ""),
        ("开了个案", passed.opened, ""),
        ("提醒过值班", passed.alerted, _took(passed.to_alert)),
        ("提醒送到群里", passed.reached, ""),
        ("有人确认", passed.acknowledged, _took(passed.to_acknowledge)),
        ("老师回复", passed.answered, _took(passed.to_answer)),
        ("结案", passed.closed, ""),
    ]


def _took(spread: Spread | None) -> str:
    return f"一半在 {_span(spread.median)}内，九成在 {_span(spread.p90)}内" if spread else ""


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} 秒"
    return f"{round(seconds / 60)} 分" if seconds < 5400 else f"{seconds / 3600:.1f} 小时"


def _marks(tally: Tally) -> tuple[int, str, str, int]:
    """Give how many were found, the share looked at, the share of these that was right, and how many were missed."""
    looked = f"{tally.marked / tally.total:.0%}" if tally.total else "—"
    right = f"{tally.right / tally.marked:.0%}" if tally.marked else "—"
    return tally.total, looked, right, tally.missed
