"""Whatever else is broken, an urgent message is answered in the passive reply, within WeChat's five seconds."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import SERVICES
from bot.dialogue.turn import CRISIS_WINDOW
from bot.safety import classifier, hotlines, patterns, protocols
from bot.store.tables import cases
from indexes.engine import SearchEngine
from tests.house import House, rows

URGENT = "孩子站在阳台栏杆外面，说不想活了"
WINDOW = 5.0  # WeChat's


async def answered(house: House) -> str:
    """Say it, and give the first line of what came back at once."""
    began = time.monotonic()
    assert await house.act("say", text=URGENT) == "passive"
    assert time.monotonic() - began < WINDOW
    await house.app[SERVICES].turns.written()
    first = house.thread()[-1].text.splitlines()[0]
    assert "110" in first
    return str(first)


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files are read again by the test, and once more by whoever comes after it; nothing is waited for longer here."""
    monkeypatch.setattr("bot.dialogue.turn.CRISIS_WINDOW", CRISIS_WINDOW)
    forget()
    yield
    forget()


def forget() -> None:
    for read in (classifier.trained, patterns.packaged, patterns.compiler, protocols.packaged, protocols.words):
        read.cache_clear()
    hotlines.lines.cache_clear()


async def test_with_everything_well_it_is_answered_and_a_case_opened(house: House) -> None:
    await answered(house)
    assert [case.level for case in await rows(house.database_url, cases)] == ["urgent"]


async def test_the_database_hangs(house: House, engine: AsyncEngine) -> None:
    await house.say("你好")
    async with engine.begin() as conn:
        await conn.execute(text("LOCK TABLE inbounds IN ACCESS EXCLUSIVE MODE"))
        await answered(house)


async def test_the_disk_is_full(house: House, engine: AsyncEngine) -> None:
    """Every write fails as PostgreSQL says it of a full disk."""
    async with engine.begin() as conn:
        await conn.execute(
            text("""
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$
            """)
        )
        for table in ("inbounds", "messages", "cases", "parents"):
            await conn.execute(
                text(f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION full_disk()")
            )
    await answered(house)


async def test_there_is_no_index(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.app[SERVICES].live, "engine", None)
    await answered(house)
    assert len(await rows(house.database_url, cases)) == 1


async def test_the_index_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = threading.Event()
    monkeypatch.setattr("bot.dialogue.turn.SEARCH_SECONDS", 0.1)
    monkeypatch.setattr(SearchEngine, "search_many", lambda *_given: (ends.wait(), [])[1])
    try:
        assert "查不了资料" in await house.say("三岁上幼儿园天天哭，怎么办")
        await answered(house)
    finally:
        ends.set()
    assert len(await rows(house.database_url, cases)) == 1


@pytest.mark.parametrize("content", [None, b"", b"not a classifier"])
async def test_the_classifier_is_missing_or_broken(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    beside = tmp_path / "classifier.npz"
    if content is not None:
        beside.write_bytes(content)
    monkeypatch.setattr(classifier, "load", functools.partial(classifier.load, beside))
    assert classifier.trained() is None
    await answered(house)
    assert len(await rows(house.database_url, cases)) == 1


@pytest.mark.parametrize("name", ["patterns.yaml", "words.yaml", "protocols.yaml", "hotlines.yaml"])
@pytest.mark.parametrize("content", [None, "", "- [", "x: 1"])
async def test_a_packaged_file_is_missing_or_broken(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, content: str | None
) -> None:
    real = Path.read_text

    def read_text(path: Path, *given: str, **named: str) -> str:
        if path.name != name:
            return real(path, *given, **named)
        if content is None:
            raise FileNotFoundError(path)
        return content

    monkeypatch.setattr(Path, "read_text", read_text)
    await answered(house)
    assert len(await rows(house.database_url, cases)) == 1


@pytest.mark.parametrize(
    "moment",
    [datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), datetime(2000, 2, 29, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)],
)
async def test_the_clock_is_wrong_by_decades(house: House, moment: datetime) -> None:
    house.clock.set(moment)
    await answered(house)


async def test_the_clock_jumps_back_in_the_middle_of_a_danger(house: House) -> None:
    await answered(house)
    house.clock.forward(-timedelta(days=400))
    await answered(house)
    await asyncio.sleep(0)
