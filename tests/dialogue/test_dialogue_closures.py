"""What parents read of a line that is shut for some days, and that a number too long unchecked is not given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from a_talk import LIBRARY, TREE

from bot.dialogue.answers import card, status_words
from bot.dialogue.decision import Tools
from knowledge.calendar import CHINA, china
from knowledge.directory import Directory
from knowledge.hours import status
from knowledge.model import DAYS, Closure, Span, Verification

NOW = datetime(2026, 5, 12, 20, 41, tzinfo=CHINA)
DAYTIME = (Span(DAYS, time(9), time(17)),)


def told(hours: tuple[Span, ...] | None, *closures: Closure) -> str:
    listing = replace(next(iter(LIBRARY.listings.values())), hours=hours, closures=closures)
    return status_words(listing, status(hours, NOW, china(), closures), NOW)


def test_why_and_until_when_is_said() -> None:
    move = Closure(date(2026, 5, 12), date(2026, 5, 14), "站里搬家")
    assert told(DAYTIME, move) == "现在休息（站里搬家），下次周五 9:00"
    assert told(None, move) == "现在休息（站里搬家），5 月 15 日起恢复"
    assert told(None, Closure(date(2026, 5, 12), date.max, "停办")).startswith("现在休息（停办）")
    assert told(DAYTIME) == "现在休息，下次明天 9:00"


def test_the_card_of_a_shut_line_is_closed() -> None:
    move = Closure(date(2026, 5, 12), date(2026, 5, 14), "站里搬家")
    listing = replace(next(one for one in LIBRARY.listings.values() if one.phone), closures=(move,))
    [(_, standing)] = Directory(LIBRARY, TREE, china()).with_status([listing], NOW)
    shown = card(listing, standing, NOW, tree=TREE)
    assert (shown.open, "站里搬家" in shown.status) == ("no", True)


def test_a_line_too_long_unchecked_is_in_no_list_and_the_national_ones_are() -> None:
    local = next(one for one in LIBRARY.listings.values() if one.phone and one.region != "china")
    old = replace(local, kind="hotline", verified=Verification(NOW.date() - timedelta(days=400), "编辑"))
    library = replace(LIBRARY, listings={**LIBRARY.listings, local.id: old})
    tools = Tools(library, Directory(library, TREE, china()), TREE)
    given = [one.id for one in tools.directory.listings(local.region, today=NOW.date())]
    assert local.id not in given
    assert any(library.listings[one].phone for one in given)
    assert local.id in [one.id for one in tools.directory.listings(local.region, today=NOW.date() - timedelta(days=50))]
