"""How values are written in pages: Chinese dates, telephone numbers that can be pressed, Markdown made safe."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from datetime import date, datetime
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from bot.times import weekday
from knowledge.calendar import CHINA

# Numbers that stand in our texts as numbers to call. What follows tells a number from a quantity: 120 厘米, 110 元.
_PHONE = re.compile(
    r"(?<![\d.\-/:：〔])"
    r"(110|119|120|122|12\d{3}|96\d{3}|0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d{9})"
    r"(?![\d.\-/:：%])(?!\s?(?:年|月|日|号|条|岁|分|秒|元|块|名|位|次|天|周|个|厘米|千克|斤|页|章|多|余|字|平方))"
)

_TAGS = {"p", "h3", "h4", "h5", "ul", "ol", "li", "strong", "em", "blockquote", "a", "br", "hr", "code"}


def clock(at: datetime) -> str:
    """Write the time of day in China: 20:41."""
    return f"{at.astimezone(CHINA):%H:%M}"


def day(at: datetime, now: datetime) -> str:
    """Write the day as people say it: 今天, 昨天, 周日 (within a week), 5 月 12 日, 2025 年 5 月 12 日."""
    then, today = at.astimezone(CHINA).date(), now.astimezone(CHINA).date()
    past = (today - then).days
    if past in (0, 1):
        return ("今天", "昨天")[past]
    if 1 < past < 7:
        return weekday(then)
    return calendar_day(then) if then.year != today.year else calendar_day(then).split("年 ")[1]


def when(at: datetime, now: datetime) -> str:
    """Write day and time: 今天 20:41, 周日 23:10, 5 月 12 日 20:41."""
    return f"{day(at, now)} {clock(at)}"


def calendar_day(on: date) -> str:
    """Write a date in full: 2025 年 5 月 12 日."""
    return f"{on.year} 年 {on.month} 月 {on.day} 日"


def phones(text: str) -> Markup:
    """Escape a text and make the telephone numbers in it links that dial."""
    # split() with one group gives text and number in turn.
    parts = _PHONE.split(str(text))
    return Markup("").join(
        Markup('<a href="tel:{0}">{0}</a>').format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


class _Renderer(RendererHTML):
    """Markdown to HTML in which numbers dial, except inside links."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """Render one run of text."""
        inside = sum({"link_open": 1, "link_close": -1}.get(token.type, 0) for token in tokens[:idx])
        content = tokens[idx].content
        return str(escape(content) if inside else phones(content))


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)


def markdown(text: str) -> Markup:
    """Render Markdown of the library; raw HTML in it is shown as text, and what is left is cleaned once more."""
    html = nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"https", "http", "tel"},
        link_rel="noopener noreferrer",
    )
    return Markup(html)  # noqa: S704 - cleaned on the line above
