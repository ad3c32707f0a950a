"""The admin's first page: what is live, what is wrong, how the settings stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_browser import Browser, text
from pydantic import SecretStr

from bot.app import SERVICES
from bot.settings import Settings
from bot.store import releases
from bot.web.admin.views import standing
from indexes.engine import SearchEngine
from knowledge.model import Entry, Library
from tests.house import House


@pytest.fixture
async def editor(house: House) -> Browser:
    return await house.staff("lin", "林编辑", "editor")


@pytest.fixture
def library(house: House) -> Library:
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    return engine.release.library


async def test_the_overview_says_what_is_live_and_how_much_there_is(
    house: House, editor: Browser, library: Library
) -> None:
    page = await text(editor, "/admin")
    assert "在用第 1 版" in page
    for label, number in (("条目", len(library.entries)), ("机构与热线", len(library.listings))):
        assert f"<span>{label}</span><strong>{number}</strong>" in page
    for topic in library.taxonomy.topics.values():
        assert topic.name in page
    engine = house.app[SERVICES].live.engine
    assert engine is not None
    async with house.app_engine.begin() as conn:
        await releases.record(
            conn, number=1, digest=engine.release.digest, directory="1-x", at=house.clock() - timedelta(days=1)
        )
    assert "昨天 20:41 建成" in await text(editor, "/admin")


async def test_the_overview_names_what_is_wrong(
    house: House, editor: Browser, library: Library, index_path: Path
) -> None:
    entry = next(iter(library.entries.values()))
    await swapped(house, library, index_path, entry, wordings=entry.wordings[:1])
    page = await text(editor, "/admin")
    assert entry.id in page
    assert "没有要改的" not in page
    assert "1 处要改" in page


async def swapped(house: House, library: Library, index_path: Path, entry: Entry, **changes: Any) -> None:
    """Let an engine answer in which one entry is another; its index is as before."""
    engine = SearchEngine.open(index_path)
    entries = {**library.entries, entry.id: replace(entry, **changes)}
    engine.release = replace(engine.release, library=replace(library, entries=entries))
    house.app[SERVICES].live.swap(engine)


async def test_without_an_index_the_overview_says_what_to_do(house: House, editor: Browser) -> None:
    house.app[SERVICES].live.engine = None
    page = await text(editor, "/admin")
    assert "没有索引" in page
    assert "python -m bot index build" in page


async def test_an_index_without_its_dense_leg_says_so(editor: Browser) -> None:
    assert "语义查找还在载入" in await text(editor, "/admin")


def settings_of(tmp_path: Path, **given: Any) -> dict[str, tuple[str, str]]:
    return {name: (state, words) for name, state, words in standing(Settings(data_dir=tmp_path, **given))}


def test_settings_that_are_missing_are_told_and_no_secret_is_shown(tmp_path: Path) -> None:
    bare = settings_of(tmp_path)
    assert {state for state, _ in bare.values()} == {"warn"}
    assert "消息加密" not in bare
    secrets = {"wechat_token": SecretStr("tell nobody"), "wechat_aes_key": SecretStr("k" * 43)}
    full = settings_of(
        tmp_path,
        wechat_app_id="wx1",
        duty_hours="workday 08:30-17:30",
        public_url="https://bot.example.cn",
        alert_webhook=SecretStr("https://robot.example.cn/?key=hidden"),
        **secrets,
    )
    assert {state for state, _ in full.values()} == {"good"}
    assert "消息加密" in full
    for secret in ("tell nobody", "k" * 43, "hidden"):
        assert secret not in str(full)
