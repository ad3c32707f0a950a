"""Hours as people of a station write and read them: 工作日 8:30-12:00、13:30-17:30；周六 9:00-12:00. Pure.

The grammar of `knowledge.spans` is read too; what is kept is always that grammar.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import time
from itertools import groupby, pairwise

from knowledge import spans
from knowledge.model import DAYS, Span
from knowledge.spans import parse

_DAYS = dict(zip("一二三四五六日", DAYS, strict=True)) | {"天": "sun", "末": "sat,sun"}
_TIMES = re.compile(r"(\d{1,2}:\d{2})\s*(?:-|~|—|–|至|到)+\s*(\d{1,2}:\d{2})")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天末])")
LONGEST = 300  # characters: seven days with three periods each
_EXAMPLE = "工作日 8:30-12:00、13:30-17:30；周六 9:00-12:00"


def read(words: str) -> str:
    """Read hours and give them in the grammar; no words are no hours.

    Raises:
        ValueError: they cannot be read; the message is a Chinese sentence.
    """
    plain = _plain(words)
    parts = [_part(part.strip()) for part in re.split(r"[;\n。]", plain) if part.strip()]
    return "; ".join(piece for pieces in parts for piece in pieces)


def _plain(words: str) -> str:
    """Give the words with usual signs and single spaces; the patterns take long on long ones, so none are read."""
    plain = unicodedata.normalize("NFKC", words) if len(words) <= LONGEST else words
    if len(plain) > LONGEST:
        message = f"时间最多写 {LONGEST} 个字，现在是 {len(plain)} 个。请这样写：{_EXAMPLE}。"
        raise ValueError(message)
    return re.sub(r"[^\S\n]+", " ", plain)


def _part(words: str) -> list[str]:
    """Read one group of days with its periods."""
    times = _TIMES.findall(words)
    first = _TIMES.search(words)
    days = _days(words[: first.start()].strip(" ,、:")) if first else ""
    rest = _TIMES.sub("", words[first.start() :]).strip(" ,、和") if first else words
    pieces = [f"{days} {start.zfill(5)}-{_end(end)}" for start, end in times]
    try:
        if not days or rest:
            raise ValueError(words)
        parse("; ".join(pieces))
    except (ValueError, IndexError) as error:
        message = f"“{words}”没有看懂。请这样写：{_EXAMPLE}。"
        raise ValueError(message) from error
    return pieces


def _end(moment: str) -> str:
    return "00:00" if moment == "24:00" else moment.zfill(5)


def _days(words: str) -> str:
    """Translate the days; what is no Chinese stays as it is, for the grammar to judge."""
    plain = {"": "", "工作日": "workday", "每天": "all", "天天": "all"}.get(words)
    if plain is not None:
        return plain
    named = _WEEKDAY.sub(lambda found: _DAYS[found[1]], words)
    return re.sub(r"\s*(?:至|到|~|—|–|-)\s*", "-", re.sub(r"\s*[、,和]\s*", ",", named))


def say(hours: str) -> str:
    """Say hours of the grammar in Chinese; what cannot be read is given as it is."""
    try:
        found = spans.parse(hours)
    except ValueError:
        return hours
    groups = groupby(found, key=lambda span: (span.days, span.on))
    return "；".join(f"{_said(days, on)} {'、'.join(map(period, held))}" for (days, on), held in groups)


def period(span: Span) -> str:
    """Say one period: 8:30-12:00; the whole day as 全天."""
    if span.start == span.end:
        return "全天"
    end = "24" if span.end == time() else str(span.end.hour)
    return f"{span.start.hour}:{span.start.minute:02d}-{end}:{span.end.minute:02d}"


def _said(days: tuple[str, ...], on: str) -> str:
    if on == "workday":
        return "工作日"
    if set(days) == set(DAYS):
        return "每天"
    numbers = [DAYS.index(day) for day in days]
    names = ["周" + "一二三四五六日"[number] for number in numbers]
    run = len(numbers) > 2 and all((after - before) % 7 == 1 for before, after in pairwise(numbers))
    return f"{names[0]}至{names[-1]}" if run else "、".join(names)
