"""What somebody typed of a person of the pool, of a half day or of a training: values, or what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from bot.dialogue.decision import Tools
from bot.store.engagements import PARTS
from bot.store.people import Staff
from bot.store.pool import WORDS
from bot.web.admin.pool import places
from bot.web.admin.pool.words import TIMES, day

NAME, LINE, NOTE = 30, 100, 500  # characters
LINK = 500
MOST_HOURS = 200
_LISTS = ("topic", "stage", "time")


@dataclass(slots=True)
class Read:
    """What was typed: `values` by column, `faults` in sentences by field."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, given: Mapping[str, str], name: str, most: int, missing: str = "") -> None:
        """Take a line or note; `missing` is what is said where it has to be there."""
        words = given.get(name, "").strip()
        self.values[name] = words
        if not words and missing:
            self.faults[name] = missing
        elif len(words) > most:
            self.faults[name] = f"最多 {most} 个字，现在 {len(words)} 个。"

    def place(self, given: Mapping[str, str], staff: Staff, tools: Tools) -> None:
        """Take the place that stands in `region`."""
        found = places.read(given.get("region", "").strip()[:LINE], staff, tools)
        if found is None:
            self.faults["region"] = places.unread(staff, tools)
        else:
            self.values["region"] = found

    def day(self, given: Mapping[str, str], today: date) -> None:
        """Take the day that stands in `on_day`."""
        found = day(given.get("on_day", ""), today)
        if found is None:
            self.faults["on_day"] = "请选一个日子，最早 2000 年，最晚后年。"
        else:
            self.values["on_day"] = found


def ticked(given: Mapping[str, str], name: str) -> list[str]:
    """Give what was ticked of a group; each box has a name of its own, as topic-screens."""
    head = f"{name}-"
    return [key.removeprefix(head) for key in given if key.startswith(head)]


def person(given: Mapping[str, str], staff: Staff, tools: Tools) -> Read:
    """Read what was typed of a person."""
    made = Read()
    made.text(given, "name", NAME, "请写姓名，比如“周老师”或“周某某”。")
    made.text(given, "contact", LINE)
    made.text(given, "note", NOTE)
    made.place(given, staff, tools)
    made.values["sort"] = given.get("sort", "")
    if made.values["sort"] not in WORDS:
        made.faults["sort"] = "请选一种身份。"
    taxonomy = tools.library.taxonomy
    for name, known in (("topic", taxonomy.topics), ("stage", taxonomy.stages), ("time", TIMES)):
        chosen = set(ticked(given, name))
        made.values[f"{name}s"] = [one for one in known if one in chosen]
    return made


def engagement(given: Mapping[str, str], staff: Staff, tools: Tools, today: date) -> Read:
    """Read what was typed of a half day."""
    made = Read()
    made.day(given, today)
    made.place(given, staff, tools)
    made.values["part"] = given.get("part", "")
    if made.values["part"] not in PARTS:
        made.faults["part"] = "请选上午、下午或晚上。"
    made.text(given, "place", LINE, "请写在哪里，比如“某某小学报告厅”。")
    made.text(given, "topic", LINE, "请写讲什么、做什么。")
    made.text(given, "note", NOTE)
    return made


def training(given: Mapping[str, str], staff: Staff, tools: Tools, today: date) -> Read:
    """Read what was typed of a training."""
    made = Read()
    made.text(given, "title", LINE, "请写培训的名称。")
    made.day(given, today)
    made.place(given, staff, tools)
    made.text(given, "by_whom", LINE)
    made.text(given, "note", NOTE)
    made.text(given, "link", LINK)
    if made.values["link"] and not _safe(made.values["link"]):
        made.faults["link"] = "网址要以 https:// 开头，中间没有空格。"
    hours = _hours(given.get("hours", ""))
    if hours is None:
        made.faults["hours"] = f"请写学时，比如 3 或 1.5，最多 {MOST_HOURS}。"
    else:
        made.values["hours"] = hours
    return made


def kept(given: Mapping[str, str]) -> dict[str, Any]:
    """Give what was typed as pages show it again: the boxes of a group together."""
    return {**given, **{f"{name}s": ticked(given, name) for name in _LISTS}}


def _hours(text: str) -> Decimal | None:
    """Read hours with at most one digit behind the point."""
    plain = text.strip()
    if not plain or len(plain) > 6 or not plain.isascii():
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    whole = found.is_finite() and 0 < found <= MOST_HOURS and found == found.quantize(Decimal("0.1"))
    return found if whole else None


def _safe(link: str) -> bool:
    """Whether an address leads out by https, names a host, and carries nobody's name or password."""
    try:
        parts = urlsplit(link)
        plain = not any(sign.isspace() or sign in "<>\"'\\" for sign in link)
        return plain and parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
