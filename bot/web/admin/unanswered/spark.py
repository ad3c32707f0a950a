"""The little chart of eight weeks beside a cluster: distinct parents a week. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.web.sheets import FEW

_STEP, _WIDTH, _HIGH = 15, 11, 36


def spark(weeks: Sequence[int]) -> Markup:
    """Draw the bars, this week's in another colour; a small count has one height, whatever it is."""
    top = max(*weeks, FEW)
    body = [_bar(at, number, top, last=at == len(weeks) - 1) for at, number in enumerate(weeks)]
    told = "、".join(str(number) if number >= FEW or not number else f"不足 {FEW}" for number in weeks)
    head = Markup('<svg class="chart spark" viewBox="0 0 120 {}" role="img" aria-label="近八周：{}">')
    return head.format(_HIGH, told) + Markup("").join(body) + Markup("</svg>")


def _bar(at: int, number: int, top: int, *, last: bool) -> Markup:
    shown = FEW / 2 if 0 < number < FEW else number
    height = max(round((_HIGH - 4) * shown / top), 2)
    shape = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>')
    return shape.format("f2" if last else "f3", at * _STEP, _HIGH - height, _WIDTH, height)
