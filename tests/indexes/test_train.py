"""The model trained from the library. These are the only tests of the room that import torch: a few seconds."""

from pathlib import Path

import pytest

from indexes import manifest
from indexes.build import build
from indexes.embed import OWN, SentenceEmbedder
from indexes.engine import SearchEngine
from indexes.hits import Query
from knowledge.release import Release


@pytest.fixture(scope="module")
def trained(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(release, tmp_path_factory.mktemp("trained"))


def test_training_twice_gives_the_same_bytes(trained: Path, release: Release, tmp_path: Path) -> None:
    again = build(release, tmp_path)
    assert manifest.read(again) == manifest.read(trained)
    assert any(name.startswith("model/") for name in manifest.read(again).files)


def test_the_model_opens_by_its_path_and_gives_unit_vectors(trained: Path) -> None:
    embedder = SentenceEmbedder(OWN, str(trained / "model"))
    rows = embedder.encode(["手机一收就翻脸", "手机拿走就踹门", "青菜进嘴就吐"], query=True)
    assert rows.shape == (3, 512)
    assert (rows**2).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_wordings_of_one_entry_lie_nearer_to_each_other_than_to_others(trained: Path, release: Release) -> None:
    embedder = SentenceEmbedder(OWN, str(trained / "model"))
    own: list[float] = []
    other: list[float] = []
    entries = list(release.library.entries.values())
    rows = {entry.id: embedder.encode(entry.wordings) for entry in entries}
    for entry in entries:
        for another in entries:
            (own if entry is another else other).append(float((rows[entry.id] @ rows[another.id].T).mean()))
    assert sum(own) / len(own) > sum(other) / len(other) + 0.3


def test_the_trained_leg_takes_part_in_the_search(trained: Path) -> None:
    engine = SearchEngine.open(trained, OWN)
    engine.load_dense()
    found = engine.search(Query("孩子手机被我拿走了就踹东西"))
    assert found.dense
    assert found.items[0].id == "phone-junior"
    assert "dense" in found.items[0].parts
