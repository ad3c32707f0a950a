"""Where the threshold stands: of what is answered how much is right, of what should be answered how much is.

Measured once for each release on a part of the exam by which thresholds may be set, in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from indexes.engine import SearchEngine
from indexes.evaluate import Step, evaluate
from indexes.limits import Limits
from knowledge import exam
from knowledge.files import CONTENT

EVERY = 4  # of the exam's questions one in so many: three hundred, within a second
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 508, 20, 140


@dataclass(slots=True)
class Thresholds:
    """Measures and remembers the release that was asked for last."""

    _of: tuple[str, bool, Limits] | None = None
    _steps: tuple[Step, ...] = ()
    _measuring: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def steps(self, engine: SearchEngine) -> tuple[Step, ...]:
        """Give what every threshold of the first answer would do."""
        name = engine.release.digest, engine.dense_ready, engine.limits
        async with self._measuring:
            if self._of != name:
                self._steps = await asyncio.to_thread(_measured, engine)
                self._of = name
            return self._steps


def _measured(engine: SearchEngine) -> tuple[Step, ...]:
    questions = [one for one in exam.load(CONTENT / exam.FOLDER) if not one.sealed][::EVERY]
    return evaluate(engine, questions, rivals=False).curves["first"]


def at(steps: Sequence[Step], limit: float) -> Step | None:
    """The step nearest to a threshold."""
    return min(steps, key=lambda step: abs(step.at - limit), default=None)


def chart(steps: Sequence[Step], limit: float, planned: float | None = None) -> Markup:
    """Draw both shares over the threshold, with the one in force marked, and one that may follow it."""
    if len(steps) < 2:
        return Markup("")
    low, high = steps[0].at, steps[-1].at

    def x(value: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (value - low) / (high - low), 1)

    def y(share: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * share, 1)

    def line(name: str, shares: Sequence[float]) -> Markup:
        points = " L".join(f"{x(step.at)} {y(share)}" for step, share in zip(steps, shares, strict=True))
        return Markup('<path class="{}" d="M{}"/>').format(name, points)

    now = at(steps, limit)
    said = f"门槛 {limit:.2f}：答对 {now.right:.0%}，该答的答了 {now.given:.0%}" if now else ""
    body = [
        Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_LEFT, _RIGHT, y(share), y(share))
        + Markup('<text x="38" y="{}" text-anchor="end">{:.0%}</text>').format(y(share) + 4, share)
        for share in (0, 0.5, 1)
    ]
    body += [
        Markup('<text x="{}" y="158" text-anchor="middle">{}</text>').format(x(step.at), step.at) for step in steps[::2]
    ]
    body += [line("l1", [step.right for step in steps]), line("l2", [step.given for step in steps])]
    mark = Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    body.append(mark.format("axis", x(limit), x(limit), _TOP - 6, _BOTTOM))
    if planned is not None and planned != limit:
        body.append(mark.format("axis planned", x(planned), x(planned), _TOP - 6, _BOTTOM))
        side = {False: "end", True: "start"}  # the words stand away from each other
        name = Markup('<text x="{}" y="11" text-anchor="{}">{}</text>')
        body += [name.format(x(limit), side[limit > planned], "现在")]
        body += [name.format(x(planned), side[planned > limit], "改后")]
        said = f"{said}；改后 {planned:.2f}"
    head = Markup('<svg class="chart" viewBox="0 0 540 166" role="img" aria-label="{}">').format(said)
    return head + Markup("").join(body) + Markup("</svg>")
