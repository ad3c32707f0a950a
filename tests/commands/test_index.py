"""The index and the library from the command line: publishing, rolling back, measuring, checking, moving content."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands import index
from bot.settings import Settings
from bot.store import embedded
from indexes.live import read_pointer
from knowledge import files
from knowledge.files import CONTENT
from tests.commands.conftest import Operator

ROOT = CONTENT.parents[1]


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


def good(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def refused(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    assert done.returncode == code, (done.stdout, done.stderr[-2000:])
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_roll_back_is_not_undone_at_the_next_start(publisher: Operator) -> None:
    first = live(publisher)
    own = publisher.data_dir.parent / "own"
    good(publisher.run("knowledge", "export", str(own)))
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


def test_content_with_a_fault_is_not_published_and_the_fault_is_named(publisher: Operator) -> None:
    first, own = live(publisher), publisher.data_dir.parent / "own"
    good(publisher.run("knowledge", "export", str(own)))
    broken = next(own.glob("entries/*/*.md"))
    broken.write_text("no head at all", encoding="utf-8")
    assert broken.name in refused(publisher.run("index", "build", str(own)))
    assert broken.name in refused(publisher.run("knowledge", "check", str(own)), 1)
    assert live(publisher) == first


def test_the_exam_is_an_exit_code(operator: Operator) -> None:
    entry = next(iter(files.load().entries.values()))
    cases = operator.data_dir.parent / "cases.jsonl"
    right = [{"question": entry.title, "entries": [entry.id]}]
    wrong = [{"question": entry.title, "entries": ["nothing-of-this-name"]}]
    for held, code in ((right, 0), (wrong, 1)):
        cases.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in held), encoding="utf-8")
        done = operator.run("eval", "retrieval", str(cases), "--json")
        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout)["found"]["entry1"]["value"] == 1 - code
        assert "BM25, 1+2-grams of titles and text" in json.loads(done.stdout)["rivals"]
    cases.write_text('{"question": "没有说该找到什么"}')
    assert "cases.jsonl" in refused(operator.run("eval", "retrieval", str(cases)))


def test_the_packaged_library_has_nothing_to_mend(operator: Operator) -> None:
    done = operator.run("knowledge", "check")
    assert done.returncode == 0, done.stderr
    assert "没有要改的" in done.stderr


def test_a_rule_that_is_broken_is_named_with_its_file(operator: Operator) -> None:
    own = operator.data_dir.parent / "own"
    good(operator.run("knowledge", "export", str(own)))
    path = next(own.glob("entries/*/*.md"))
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(\nwordings:\n\s*- .*\n)(\s*- .*\n)+?(?=\w)", r"\1", text), encoding="utf-8")
    said = refused(operator.run("knowledge", "check", str(own)), 1)
    assert path.stem in said
    assert "处要改" in said
    assert "没有导入" in refused(operator.run("knowledge", "import", str(own)), 1)


@pytest.fixture
def copied(operator: Operator) -> Path:
    """Copy the product, so that an import changes the copy's content."""
    place = operator.data_dir.parent / "product"
    for room in ("bot", "indexes", "knowledge"):
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def test_what_was_exported_is_imported_as_it_was_or_not_at_all(operator: Operator, copied: Path) -> None:
    own = operator.data_dir.parent / "own"
    good(operator.run("knowledge", "export", str(own)))
    assert files.load(own) == files.load()
    gone = next(entry for entry in files.load(own).entries.values() if not cited(entry.id))
    next(own.glob(f"entries/*/{gone.id}.md")).unlink()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=copied, env=operator.environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    content = copied / "knowledge" / "content"
    assert "去掉 --dry-run" in run("knowledge", "import", str(own), "--dry-run").stderr
    assert gone.id in files.load(content).entries
    done = run("knowledge", "import", str(own))
    assert done.returncode == 0, done.stderr
    given = files.load(own)
    kept = {name: lines for name, lines in given.paraphrases.items() if name in given.entries}
    assert files.load(content) == replace(given, paraphrases=kept)  # those of an entry that is gone go with it
    assert gone.id not in files.load(content).entries
    assert (content / "exam").is_dir()
    assert gone.id in files.load().entries  # the product itself is as it was


def cited(id_: str) -> bool:
    return any(id_ in entry.related for entry in files.load().entries.values())
