"""What machines ask: alive while the loop turns, ready only with database and index, counters without a word said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import SERVICES, build
from bot.settings import Settings
from indexes.engine import SearchEngine
from indexes.live import Live
from tests.house import House

Browser = TestClient[Any, Any]


@pytest.fixture
async def without_database(tmp_path: Path, search_engine: SearchEngine) -> AsyncIterator[Browser]:
    app = build(
        Settings(data_dir=tmp_path), "postgresql://nobody@127.0.0.1:1/nowhere", only="web", live=Live(search_engine)
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def ready(browser: Browser) -> tuple[int, dict[str, Any]]:
    answer = await browser.get("/health/ready")
    return answer.status, await answer.json()


async def test_ready_tells_what_is_loaded(house: House) -> None:
    status, told = await ready(house.browser())
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    assert status == 200
    assert told == {
        "ready": True,
        "database": True,
        "index": {
            "release": 1,
            "digest": engine.release.digest[:8],
            "entries": len(engine.release.library.entries),
            "lexical": True,
            "dense": False,
        },
    }


async def test_without_an_index_it_is_not_ready_and_says_what_is_missing(house: House) -> None:
    house.app[SERVICES].live.engine = None
    assert await ready(house.browser()) == (503, {"ready": False, "database": True, "index": None})


async def test_without_a_database_it_is_alive_and_not_ready(without_database: Browser) -> None:
    status, told = await ready(without_database)
    assert (status, told["ready"], told["database"]) == (503, False, False)
    assert told["index"] is not None
    answer = await without_database.get("/health/live")
    assert (answer.status, await answer.json()) == (200, {"live": True})


async def test_metrics_count_turns_and_say_no_words_and_no_names(house: House) -> None:
    await house.say("孩子写作业磨蹭到十点，我电话 13812345678")
    answer = await house.browser().get("/metrics")
    page = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert 'bot_received_total{channel="wechat",kind="text"}' in page
    assert "bot_turns_total" in page
    for private in ("作业", "13812345678", "o-mei"):
        assert private not in page


async def test_the_jobs_process_answers_machines_only(database_url: str, tmp_path: Path) -> None:
    app = build(Settings(data_dir=tmp_path), database_url, only="jobs", live=Live(None))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/health/live")).status == 200
        assert (await client.get("/metrics")).status == 200
        for path in ("/chat", "/desk", "/admin", "/wechat"):
            assert (await client.get(path)).status == 404
