"""The index from the command line: publishing, rolling back, and when it has to be made anew."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import index
from bot.settings import Settings
from bot.store import embedded
from indexes.live import read_pointer
from knowledge import files
from knowledge.model import Library
from knowledge.release import digest
from tests.commands.conftest import Operator, good, refused


@pytest.fixture
def publisher(operator: Operator, built: Path) -> Iterator[Operator]:
    """An operator with indexes of their own to change, and the database held running between the commands."""
    (operator.data_dir / "indexes").unlink()
    shutil.copytree(built, operator.data_dir / "indexes")
    with embedded.running(operator.data_dir):
        yield operator


def settings(operator: Operator) -> Settings:
    return Settings(data_dir=operator.data_dir, embedding_model="hashing")


def live(operator: Operator) -> str:
    return str(read_pointer(operator.data_dir / "indexes"))


def test_a_roll_back_is_not_undone_at_the_next_start(publisher: Operator, tmp_path: Path, thinner: Library) -> None:
    first, own = live(publisher), tmp_path / "own"
    files.dump(thinner, own)
    path = next(own.glob("entries/*/*.md"))
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(\nwordings:\n\s*- ).*", r"\1这样问的家长眼下只有这一位", text), encoding="utf-8")
    second = good(publisher.run("index", "build", str(own)))
    assert second.splitlines()[-1] == live(publisher) != first
    assert not index.stale(settings(publisher)), "one's own folder is replaced by the packaged library at a start"
    good(publisher.run("index", "rollback", first))
    assert live(publisher) == first
    assert not index.stale(settings(publisher))
    assert "0-nothing" in refused(publisher.run("index", "rollback", "0-nothing"))
    assert live(publisher) == first


def test_an_index_of_another_model_or_none_at_all_is_stale(publisher: Operator) -> None:
    assert not index.stale(settings(publisher))
    assert index.stale(Settings(data_dir=publisher.data_dir, embedding_model="another/model"))
    assert index.stale(Settings(data_dir=publisher.data_dir / "elsewhere"))
    [held] = (publisher.data_dir / "indexes").glob("*/manifest.json")
    held.write_text("{}")
    assert index.stale(settings(publisher))


def test_an_index_of_another_library_is_stale(publisher: Operator) -> None:
    """That of an installation from before it was kept which packaged library was taken."""
    (publisher.data_dir / "indexes" / "PACKAGED").unlink()
    assert index.stale(settings(publisher)), "it holds no paraphrases"
    [held] = (publisher.data_dir / "indexes").glob("*/manifest.json")
    manifest = json.loads(held.read_text(encoding="utf-8")) | {"digest": digest(files.load())}
    held.write_text(json.dumps(manifest), encoding="utf-8")
    assert not index.stale(settings(publisher))


def test_content_with_a_fault_is_not_published_and_the_fault_is_named(publisher: Operator, own: Path) -> None:
    first = live(publisher)
    broken = next(own.glob("entries/*/*.md"))
    broken.write_text("no head at all", encoding="utf-8")
    assert broken.name in refused(publisher.run("index", "build", str(own)))
    assert broken.name in refused(publisher.run("knowledge", "check", str(own)), 1)
    assert live(publisher) == first
