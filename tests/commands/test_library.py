"""The content files from the command line: checked, copied out, taken in."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import files
from knowledge.files import CONTENT
from tests.commands.conftest import Operator, good, refused

ROOT = CONTENT.parents[1]


def test_the_packaged_library_has_nothing_to_mend(operator: Operator) -> None:
    done = operator.run("knowledge", "check")
    assert done.returncode == 0, done.stderr
    assert "没有要改的" in done.stderr


def test_a_rule_that_is_broken_is_named_with_its_file(operator: Operator, own: Path) -> None:
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
