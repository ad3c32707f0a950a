"""Charts as SVG made on the server: bars and lines. Pure: numbers in, markup out; the table beside it is the page's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 1110, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 20, 28, 158


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers under a name; None at a place draws nothing there (it is not known, or not over)."""

    name: str
    values: Sequence[float | None]


def lines(label: str, ticks: Sequence[str], series: Sequence[Series], *, every: int = 1, note: str = "") -> Markup:
    """Draw up to two lines over named places; `every` which tick is written, `note` what stands at the highest point.

    `label` says in a sentence what the chart shows, for those who listen.
    """
    top = _top([value for one in series for value in one.values])
    body = [_grid(top), _ticks(ticks, every)]
    body += [_line(one.values, len(ticks), top, n) for n, one in reversed(list(enumerate(series, 1)))]
    if note and series:
        body.append(_note(series[0].values, len(ticks), top, note))
    return _svg(label, body)


def bars(label: str, ticks: Sequence[str], values: Sequence[float | None], *, every: int = 1) -> Markup:
    """Draw a bar for each named place; None leaves its place empty."""
    top = _top(list(values))
    step = _step(len(ticks))
    width = max(min(step * 0.7, 48.0), 1.0)
    body = [_grid(top), _ticks(ticks, every)]
    for n, value in enumerate(values):
        if value:
            y = _y(value, top)
            shape = Markup('<rect class="f1" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}：{}</title></rect>')
            place = _short(_x(n, len(ticks)) - width / 2), _short(y), _short(width), _short(_BOTTOM - y)
            body.append(shape.format(*place, ticks[n], _short(value)))
    return _svg(label, body)


def top_of(highest: float) -> int:
    """Give the round number at which the scale ends: 4, 10, 20, 40, 50, 100, 200 and so on."""
    if highest <= 4:
        return 4
    power = 10
    while True:
        for factor in (1, 2, 4, 5):
            if highest <= factor * power:
                return factor * power
        power *= 10


def _top(values: Sequence[float | None]) -> int:
    return top_of(max((value for value in values if value is not None), default=0))


def _svg(label: str, body: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="chart wide" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(WIDTH, HEIGHT, label) + Markup("").join(body) + Markup("</svg>")


def _step(places: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(places, 1)


def _x(place: int, places: int) -> float:
    return _LEFT + _step(places) * (place + 0.5)


def _y(value: float, top: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * value / top


def _short(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)


def _grid(top: int) -> Markup:
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>')
    made = []
    for part in (0, top // 2, top):
        y = _short(_y(part, top))
        made.append(line.format(_LEFT, WIDTH - _RIGHT, y, y, _LEFT - 6, _short(_y(part, top) + 4), part))
    return Markup("").join(made)


def _ticks(ticks: Sequence[str], every: int) -> Markup:
    one = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
    return Markup("").join(
        one.format(_short(_x(n, len(ticks))), _BOTTOM + 22, tick) for n, tick in enumerate(ticks) if n % every == 0
    )


def _line(values: Sequence[float | None], places: int, top: int, number: int) -> Markup:
    path, drawing = [], False
    for n, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        path.append(f"{'L' if drawing else 'M'}{_short(_x(n, places))} {_short(_y(value, top))}")
        drawing = True
    return Markup('<path class="l{}" d="{}"/>').format(number, " ".join(path)) if path else Markup("")


def _note(values: Sequence[float | None], places: int, top: int, note: str) -> Markup:
    known = [(value, n) for n, value in enumerate(values) if value is not None]
    if not known or max(known)[0] <= 0:
        return Markup("")
    value, n = max(known, key=lambda one: (one[0], -one[1]))
    x = min(max(_x(n, places), _LEFT + 60), WIDTH - _RIGHT - 60)
    text = Markup('<text class="strong" x="{}" y="{}" text-anchor="middle">{}</text>')
    return text.format(_short(x), _short(_y(value, top) - 9), note)
