"""The packaged hotlines: which of them hold for a place, and whether somebody answers now. Reads no library."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from bot.messages import ListingCard
from bot.safety.patterns import read_yaml
from knowledge.calendar import Calendar
from knowledge.hours import OpenStatus, status
from knowledge.model import DAYS, Listing, Span

_EVERYWHERE = "china"
_NO_HOLIDAYS = Calendar()  # none of these lines keeps other hours on days off


@functools.cache
def lines() -> Mapping[str, Listing]:
    """Every packaged line by its id."""
    return {raw["id"]: _listing(raw) for raw in read_yaml("hotlines.yaml")}


def cards(ids: Iterable[str], regions: tuple[str, ...], now: datetime) -> list[ListingCard]:
    """The named lines that hold in these regions, as they stand now; those that are closed come last."""
    found = [lines()[one] for one in ids]
    shown = [_card(line, now) for line in found if line.region in (_EVERYWHERE, *regions)]
    return sorted(shown, key=lambda card: card.open == "no")


def _card(line: Listing, now: datetime) -> ListingCard:
    state = status(line.hours, now, _NO_HOLIDAYS)
    return ListingCard(
        id=line.id,
        name=line.name,
        region=line.region,
        about=line.about,
        open=state.open,
        status=_words(line, state),
        phone=line.phone,
        checked=_checked(line),
    )


def _words(line: Listing, state: OpenStatus) -> str:
    """The state in words: open with who answers, or the note that hours are local. Nothing is guessed."""
    if state.open == "yes":
        return f"现在有人接 · {state.tier}" if state.tier else "现在有人接"
    return "现在休息" if state.open == "no" else line.hours_note or "时段以当地为准"


def _checked(line: Listing) -> str:
    """When a person dialled it. The emergency numbers need no such word."""
    if line.kind == "emergency":
        return ""
    if line.verified:
        return f"{line.verified.on:%Y-%m-%d} 拨打核实"
    return f"待核实 · 依据 {line.source_date.year} 年文件"


def _listing(raw: Mapping[str, Any]) -> Listing:
    hours = raw["hours"] and tuple(_span(span) for span in raw["hours"])
    return replace(Listing(**{**raw, "hours": None}), hours=hours)


def _span(raw: Mapping[str, Any]) -> Span:
    return Span(DAYS, time.fromisoformat(raw["from"]), time.fromisoformat(raw["to"]), raw.get("tier"))
