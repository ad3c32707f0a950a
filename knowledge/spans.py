"""Opening hours in one line, as an operator writes them: workday 08:30-17:30; sat 09:00-12:00."""

from __future__ import annotations

import re
from datetime import time

from knowledge.model import DAYS, Day, Span

_PART = re.compile(r"(?P<days>[a-z,-]+)\s+(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})")


def _days(words: str) -> tuple[tuple[Day, ...], bool]:
    """Read `workday`, `all`, `mon-fri` or `mon,wed`; the flag says that only working days count."""
    if words == "workday":
        return DAYS, True
    if words == "all":
        return DAYS, False
    chosen: list[Day] = []
    for piece in words.split(","):
        first, _, last = piece.partition("-")
        start, stop = DAYS.index(first), DAYS.index(last or first)
        chosen += [DAYS[(start + step) % 7] for step in range((stop - start) % 7 + 1)]
    return tuple(dict.fromkeys(chosen)), False


def parse(words: str) -> tuple[Span, ...]:
    """Read hours such as "workday 08:30-17:30; sat 09:00-12:00"; no words are no hours.

    Raises:
        ValueError: the words are not of that form.
    """
    spans: list[Span] = []
    for part in filter(None, (piece.strip() for piece in words.split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            message = f'cannot read hours "{part}": write e.g. workday 08:30-17:30; sat 09:00-12:00'
            raise ValueError(message)
        days, workdays = _days(match["days"])
        spans.append(
            Span(
                days=days,
                start=time.fromisoformat(match["from"].zfill(5)),
                end=time.fromisoformat(match["to"].zfill(5)),
                on="workday" if workdays else "any",
            )
        )
    return tuple(spans)
