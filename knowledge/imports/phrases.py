"""Opening hours, recurrences and verifications as people write them in one cell: 工作日 08:30-17:30；每年 5 月 15 日.

A phrase says all of a value or none is used: what it cannot say is written in full by `values`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from knowledge.model import DAYS

ALL: tuple[str, ...] = DAYS
DAY_WORDS: Mapping[str, str] = dict(zip(ALL, (f"周{day}" for day in "一二三四五六日"), strict=True))
_DAYS: Mapping[str, str] = {word: day for day, word in DAY_WORDS.items()} | {"周天": "sun"}
_ON = {"工作日": "workday", "休息日": "day-off"}
_CLOCK = r"(\d{1,2})[:：](\d{2})"
_SPAN = re.compile(
    rf"(?P<days>[^\d:：]*?)\s*(?:(?P<round>24 ?小时|全天)|{_CLOCK}\s*[-–—~至到]\s*{_CLOCK})(?:\s+(?P<tier>\S.*))?",
    re.DOTALL,
)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
HOURS_LIKE = "写成“工作日 08:30-17:30”“周六、周日 09:00-12:00”“每天 24 小时”的样子，几段时间各写一行"
RECURS_LIKE = "写成“每年 5 月 15 日”“5 月 15 日所在的一周”“5 月第 3 个周一”“每年 3 月、4 月”“每学期 2 次”“全年”的样子"


def date_of(text: str) -> str | None:
    """Read a date however it is written: 2026-01-31, 2026/1/31, 2026 年 1 月 31 日; None if it is none."""
    found = _DATE.fullmatch(text.strip())
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else None


def span_words(span: Mapping[str, Any]) -> str:
    """Write one stretch of opening."""
    days = _days_words(span["days"])
    on = {kind: word for word, kind in _ON.items()}.get(span.get("on", "any"), "")
    times = "24 小时" if (span["from"], span["to"]) == ("00:00", "00:00") else f"{span['from']}-{span['to']}"
    when = on if on and days == "每天" else on + days
    return " ".join(filter(None, (when, times, span.get("tier"))))


def span_of(text: str) -> dict[str, Any] | None:
    """Read one stretch of opening; None if it is none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    words, on = found["days"].strip(), None
    for word, kind in _ON.items():
        if words.startswith(word):
            words, on = words.removeprefix(word).strip("的 "), kind
    days = _days_of(words or "每天") if words or on else None
    if days is None:
        return None
    start, end = ("00:00", "00:00") if found["round"] else (_time(*found.group(3, 4)), _time(*found.group(5, 6)))
    if start is None or end is None:
        return None
    span: dict[str, Any] = {"days": days, "from": start, "to": end}
    return span | ({"tier": found["tier"].strip()} if found["tier"] else {}) | ({"on": on} if on else {})


def verified_words(value: Mapping[str, Any]) -> str:
    """Write who rang or went there, and when."""
    return f"{value['on']} {value['by']}"


def verified_of(text: str) -> dict[str, Any] | None:
    """Read it; None if it is none."""
    on, _, by = text.strip().partition(" ")
    day = date_of(on)
    return {"on": day, "by": by.strip()} if day and by.strip() else None


_CLOSED = re.compile(r"(?P<start>[\d\-/.年月日 ]+?)\s*(?:至\s*(?P<end>[\d\-/.年月日 ]+?))?\s+(?P<note>\S.*)", re.DOTALL)
CLOSED_LIKE = "写成“2026-10-01 至 2026-10-07 国庆放假”的样子，几次各写一行"


def closure_words(value: Mapping[str, Any]) -> str:
    """Write for which days somewhere is closed, and why."""
    return f"{value['start']} 至 {value['end']} {value['note']}"


def closure_of(text: str) -> dict[str, Any] | None:
    """Read it; None if it is none."""
    found = _CLOSED.fullmatch(text.strip())
    start = date_of(found["start"]) if found else None
    end = date_of(found["end"]) if found and found["end"] else start
    return {"start": start, "end": end, "note": found["note"]} if found and start and end else None


def recurrence_words(value: Mapping[str, Any]) -> str:
    """Write when an activity is on."""
    v: dict[str, Any] = {"month": "", "day": "", "nth": "", "months": (), "start": "", "end": ""} | dict(value)
    weekday = DAY_WORDS.get(v.get("weekday", ""), "")
    nth = "最后一个" if v["nth"] == -1 else f"第 {v['nth']} 个"
    often = f" {v['times']} 次" if "times" in v else ""
    return {
        "week-of": f"{v['month']} 月 {v['day']} 日所在的一周",
        "months": "每年 " + "、".join(f"{month} 月" for month in v["months"]),
        "month-end": "每月月底",
        "monthly": "每月一次",
        "nth-weekday": f"{v['month']} 月{nth}{weekday}",
        "date": f"每年 {v['month']} 月 {v['day']} 日",
        "term": f"每学期{often}",
        "yearly": f"每年{often}",
        "ongoing": "全年",
        "once": f"{v['start']} 至 {v['end']}",
    }[v["rule"]]


_FIXED = {"每月月底": "month-end", "每月月末": "month-end", "每月一次": "monthly", "每学期": "term", "每年": "yearly"}
_FIXED |= {"每年一次": "yearly", "全年": "ongoing", "常年": "ongoing"}
_RECURRENCES: Mapping[str, re.Pattern[str]] = {
    "week-of": re.compile(r"(?:每年)?(?P<month>\d+)月(?P<day>\d+)日所在的?一?周"),
    "months": re.compile(r"每年(?P<months>\d+月(?:[、,，]\d+月)*)"),
    "nth-weekday": re.compile(
        r"(?:每年)?(?P<month>\d+)月(?:第(?P<nth>\d+)个|(?P<last>最后一个))(?P<weekday>周[一二三四五六日天])"
    ),
    "date": re.compile(r"(?:每年)(?P<month>\d+)月(?P<day>\d+)日"),
    "term": re.compile(r"每学期(?P<times>\d+)次"),
    "yearly": re.compile(r"每年(?P<times>\d+)次"),
}


def recurrence_of(text: str) -> dict[str, Any] | None:
    """Read when an activity is on; None if it cannot be read."""
    words = re.sub(r"\s+", "", text)
    if words in _FIXED:
        return {"rule": _FIXED[words]}
    for rule, pattern in _RECURRENCES.items():
        if found := pattern.fullmatch(words):
            return {"rule": rule} | _filled(found.groupdict())
    start, _, end = words.partition("至")
    first, last = date_of(start), date_of(end)
    return {"rule": "once", "start": first, "end": last} if first and last else None


def _filled(found: Mapping[str, str | None]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in found.items():
        if text is None:
            continue
        if name == "months":
            made[name] = [int(number) for number in re.findall(r"\d{1,9}", text)]
        elif name == "last":
            made["nth"] = -1
        elif name == "weekday":
            made[name] = _DAYS[text]
        else:
            made[name] = int(text[:9])
    return made


def _days_words(days: str | list[str]) -> str:
    if isinstance(days, str):
        return {"all": "每天", "mon-fri": "周一至周五"}[days]
    return "、".join(word for day in days for one, word in DAY_WORDS.items() if one == day)


def _days_of(words: str) -> str | list[str] | None:
    if words in ("每天", "每日"):
        return "all"
    days: list[str] = []
    for piece in re.split(r"[、,，和]", words.replace("星期", "周").replace("礼拜", "周")):
        run = _run(re.split(r"[至到\-–—~]", piece))
        if run is None:
            return None
        days += run
    if len(set(days)) != len(days):
        return None
    return {ALL: "all", ALL[:5]: "mon-fri"}.get(tuple(days), days)


def _run(ends: list[str]) -> list[str] | None:
    """Give the days from the first to the last of one or two."""
    known = [ALL.index(day) for part in ends if (day := _DAYS.get(part.strip()))]
    if len(known) != len(ends) or len(ends) > 2:
        return None
    first, last = known[0], known[-1]
    return [ALL[(first + step) % 7] for step in range((last - first) % 7 + 1)]


def _time(hour: str, minute: str) -> str | None:
    if (int(hour), int(minute)) == (24, 0):
        return "00:00"
    return f"{int(hour):02}:{minute}" if int(hour) < 24 and int(minute) < 60 else None
