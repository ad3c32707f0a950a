"""An answer is of one release, however often another one goes live while it is being made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import cycle
from pathlib import Path

from bot.messages import Inbound
from bot.services import services
from bot.settings import Settings
from indexes.engine import SearchEngine
from indexes.live import Live
from indexes.patch import patched
from knowledge.amend import Amendment, amended
from knowledge.release import freeze

PATIENT = 60.0  # seconds: on a machine that stalls an answer would be sent later, from its row
KEY = "screens-junior-phone-conflict"
WORDS = "把路由器藏进米缸里他也翻得出来"
MARK = "先把路由器从米缸里请出来"


class Restless(Live):
    """At every look another release is live."""

    def __init__(self, *engines: SearchEngine) -> None:
        self._engines = cycle(engines)
        super().__init__()

    @property  # type: ignore[override]
    def engine(self) -> SearchEngine | None:  # type: ignore[override]
        return next(self._engines)

    @engine.setter
    def engine(self, engine: SearchEngine | None) -> None:
        """Stay restless."""


async def test_hits_and_words_are_of_one_release(
    database_url: str, tmp_path: Path, search_engine: SearchEngine, now: datetime
) -> None:
    library = search_engine.release.library
    entry = library.entries[KEY]
    brief = entry.brief.replace("1. ", f"1. {MARK}。", 1)
    other = replace(entry, title="路由器藏进米缸也没有用", brief=brief, wordings=(*entry.wordings[1:], WORDS))
    newer = patched(freeze(amended(library, (Amendment("entry", KEY, other),)), 2), tmp_path, search_engine)
    assert newer is not None
    made = services(
        Settings(data_dir=tmp_path), database_url, clock=lambda: now, live=Restless(search_engine, newer, newer)
    )
    seen = set()
    try:
        for number in range(24):
            inbound = Inbound("web", f"visitor-{number}", f"key-{number}", "text", WORDS, now)
            outcome = await made.turns.handle(inbound, window=PATIENT)
            assert outcome.decision is not None
            if outcome.hits is None:  # the search was given up: nothing of either release was said
                assert MARK not in str(outcome.replies)
                continue
            new = outcome.hits.items[0].title == other.title
            assert (MARK in str(outcome.replies)) == new
            seen.add(new)
    finally:
        await made.turns.settle()
        await made.engine.dispose()
    assert seen == {True, False}
