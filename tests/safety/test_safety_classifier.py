"""The trained layer: it is packaged, it can be made again, it helps, and it cannot make anybody silent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.messages import LEVELS
from bot.safety import assess, training
from bot.safety.assess import by_patterns
from bot.safety.classifier import load, trained
from bot.safety.features import LONGEST, units
from bot.safety.labelled import LEARN, TEST, read

module = sys.modules[assess.__module__]
SOME = read(LEARN)[::60]


def quiet(_: str) -> None:
    """Training reports to nobody here."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("classifier") / "classifier.npz"
    training.train(SOME, path, quiet)
    return path


def test_the_same_messages_give_the_same_classifier(small: Path, tmp_path: Path) -> None:
    training.train(SOME, tmp_path / "again.npz", quiet)
    with np.load(small) as one, np.load(tmp_path / "again.npz") as other:
        assert one.files == other.files
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_it_knows_what_it_has_learned(small: Path) -> None:
    classifier = load(small)
    grave = [one for one in SOME if one.level in ("high", "urgent")]
    found = [classifier.opinion(by_patterns(one.text)[1].text) for one in grave]
    assert np.mean([opinion.levels[0] < 0.5 for opinion in found]) > 0.8
    assert np.mean([opinion.kinds[0] == one.kind for one, opinion in zip(grave, found, strict=True)]) > 0.5


def test_an_opinion_is_whole(small: Path) -> None:
    text = "他把校服叠好放在桌上。窗户开着，人站在外面，怎么喊都不下来"
    opinion = load(small).opinion(text)
    assert sum(opinion.levels) == pytest.approx(1, abs=1e-3)
    assert opinion.level in LEVELS
    assert 0 <= opinion.child <= 1
    assert opinion.clause is None or 0 <= opinion.clause[0] < opinion.clause[1] <= len(text)


@pytest.mark.parametrize("text", ["", "。", "哦", "a" * 5000, "□□□"])
def test_odd_texts_are_no_trouble(small: Path, text: str) -> None:
    assert load(small).opinion(text).level in LEVELS


def test_of_a_long_message_the_beginning_and_the_end_are_seen() -> None:
    seen = units("头一句" + "中" * LONGEST + "最后说")["grams"]
    assert {"头一句", "最后说"} <= seen


def test_the_packaged_one_finds_what_the_patterns_miss() -> None:
    """A floor under the figures of docs/safety.md: a classifier that was trained badly does not pass."""
    assert trained() is not None
    messages = read(TEST)
    grave = [one for one in messages if one.level == "urgent"]
    harmless = [one for one in messages if one.level == "none"]
    found = np.mean([assess(one.text).crisis for one in grave])
    assert found > np.mean([by_patterns(one.text)[0].crisis for one in grave]) + 0.1
    assert found > 0.8
    assert np.mean([assess(one.text).crisis for one in harmless]) < 0.06


def test_it_is_read_without_what_trains_it() -> None:
    code = (
        "import sys; from bot.safety import assess; assess('孩子不见了');"
        "sys.exit(1 if {'sklearn', 'scipy', 'torch'} & set(sys.modules) else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_fault_inside_leaves_the_word_to_the_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def opinion(self, *_: object) -> None:
            raise RuntimeError

    monkeypatch.setattr(module, "trained", Broken)
    assert assess("他站在楼顶边上，说不想活了").level == "urgent"
    harmless = assess("怎么辅导数学")
    assert harmless.level == "concern"
    assert harmless.found == ("failure",)
