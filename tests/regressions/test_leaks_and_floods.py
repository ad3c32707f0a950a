"""Faults that an attack found, outside the pages: what logs tell, keys, hostile questions, texts that keep us busy."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.commands.ask import AskError, _line, _moment, _person, _read, _turn
from bot.settings import Settings, SettingsError
from bot.store import tables
from knowledge import files
from knowledge.regions import RegionTree
from tests.house import House

SECRET = "孩子说不想活了"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Give what would stand on standard error, with logging set up as in production and put back afterwards."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    observe.configure(json=True)
    return written


def fail(words: str) -> None:
    """Fail as a library does that quotes what it was given."""
    try:
        raise KeyError(words)
    except KeyError as error:
        message = f"cannot read {words}"
        raise ValueError(message) from error


def test_a_traceback_in_the_logs_says_where_but_never_what(logs: io.StringIO) -> None:
    try:
        fail(SECRET)
    except ValueError:
        observe.logger("test").error("request failed", exc_info=True)
        logging.getLogger("aiohttp.server").exception("Error handling request")
    told = logs.getvalue()
    assert "ValueError" in told
    assert "KeyError" in told
    assert "fail" in told
    assert SECRET not in told.encode().decode("unicode_escape", "ignore") + told


async def test_a_task_that_fails_unseen_is_logged_without_its_words(logs: io.StringIO) -> None:
    async def task() -> None:
        fail(SECRET)

    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": ValueError(SECRET), "future": SECRET}
    )
    assert "never retrieved" in logs.getvalue()
    assert SECRET not in logs.getvalue()


async def test_an_error_of_the_database_does_not_carry_what_was_written(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        with pytest.raises(DBAPIError) as caught:
            await conn.execute(text("SELECT CAST(:words AS integer)"), {"words": 5 * 10**30})
    assert "[parameters" not in str(caught.value)


class Full(io.StringIO):
    """Standard error on a full disk."""

    def write(self, _text: str, /) -> int:
        raise OSError

    def flush(self) -> None:
        raise OSError


def test_logging_on_a_full_disk_does_not_fail(logs: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", cast("TextIO", Full()))
    observe.configure(json=False)
    observe.logger("test").error("turn without record")
    logging.getLogger("test").error("turn without record")
    assert logs.getvalue() == ""


def test_an_empty_key_is_refused_and_a_new_one_is_whole_and_private(tmp_path: Path) -> None:
    key = Settings(data_dir=tmp_path).secret()
    assert len(key) >= 48
    assert Settings(data_dir=tmp_path).secret() == key
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(SettingsError, match="empty"):
        Settings(data_dir=tmp_path).secret()


@pytest.mark.parametrize("line", ["[" * 100_000, '{"question": "\\ud800"}', "\udcff", "9" * 5000, "[]", "{}", "NaN"])
def test_a_line_that_is_no_question_is_an_error_not_the_end(line: str) -> None:
    with pytest.raises(AskError):
        _read(line)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1999-01-01", [], {}, 1])
def test_a_time_outside_of_ours_is_an_error(moment: object) -> None:
    with pytest.raises(AskError):
        _moment(moment)


async def test_a_question_from_the_command_line_leaves_no_row_even_when_it_tells_of_danger(house: House) -> None:
    from bot.app import SERVICES  # noqa: PLC0415  (only here)

    made = house.app[SERVICES]
    async with _person(made, "putuo") as sender:
        told = await _turn(made, sender, "孩子站在楼顶\0说要跳下去", datetime(2026, 5, 12, tzinfo=UTC))
    assert told["risk"] == "urgent"
    assert told["intent"] == "crisis"
    for question in ({"question": "在吗", "region": ["putuo"]}, {"question": "在吗", "region": "\ud800"}):
        assert "error" in await _line(made, json.dumps(question))
    async with made.engine.connect() as conn:
        for table in (tables.parents, tables.cases, tables.case_events, tables.proofs, tables.messages):
            assert not list(await conn.execute(table.select())), table.name


def test_a_sentence_of_nothing_but_places_keeps_nobody_waiting() -> None:
    tree = RegionTree(files.load().regions)
    words = "常州天宁" * 500
    tree.find("常州")
    began = time.perf_counter()
    found = tree.find(words)
    assert found is not None
    assert time.perf_counter() - began < 0.3
