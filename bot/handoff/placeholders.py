"""Placeholders of canned replies, filled in when the words are laid into the draft. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from bot.times import clock, day
from knowledge.calendar import CHINA

NAMES: Mapping[str, str] = {
    "老师": "您的名字",
    "站点": "站点的名字",
    "时间": "现在几点，如 20:41",
    "日期": "今天，如 5 月 12 日",
    "问候": "早上好、下午好或晚上好",
}
_PLACE = re.compile(r"[{｛]\s*([^{}｛｝\s]{1,12})\s*[}｝]")


def filled(words: str, *, staff: str, station: str, now: datetime) -> str:
    """Fill in what is known; a name that is not known stays, so that it is seen before anything is sent."""
    known = {
        "老师": staff,
        "站点": station or "社区家庭教育指导站",
        "时间": clock(now),
        "日期": day(now.astimezone(CHINA).date()),
        "问候": _greeting(now.astimezone(CHINA).hour),
    }
    return _PLACE.sub(lambda match: known.get(match[1], match[0]), words)


def unknown(words: str) -> tuple[str, ...]:
    """Name the placeholders that nothing fills."""
    return tuple(dict.fromkeys(name for name in _PLACE.findall(words) if name not in NAMES))


def _greeting(hour: int) -> str:
    return "早上好" if 5 <= hour < 11 else "下午好" if 12 <= hour < 18 else "中午好" if hour == 11 else "晚上好"
