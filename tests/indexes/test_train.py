"""The model trained from the library. These are the only tests of the room that import torch: a few seconds."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexes import manifest
from indexes.build import build
from indexes.embed import OWN, LibraryEmbedder, SentenceEmbedder
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.manifest import BadIndex
from indexes.text import grams
from knowledge.release import Release


@pytest.fixture(scope="module")
def trained(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(release, tmp_path_factory.mktemp("trained"))


def test_training_twice_gives_the_same_bytes(trained: Path, release: Release, tmp_path: Path) -> None:
    again = build(release, tmp_path)
    assert manifest.read(again) == manifest.read(trained)
    assert any(name.startswith("model/") for name in manifest.read(again).files)


def test_the_model_opens_by_its_path_and_gives_unit_vectors(trained: Path) -> None:
    embedder = LibraryEmbedder(trained / "model")
    rows = embedder.encode(["手机一收就翻脸", "手机拿走就踹门", "青菜进嘴就吐"], query=True)
    assert rows.shape == (3, 384)
    assert (rows**2).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_our_own_mean_is_that_of_sentence_transformers(trained: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - torch, for this test only

    texts = ["手机一收就翻脸", "青菜进嘴就吐，一口不碰", "螺蛳粉 abc 2024", ""]
    theirs = SentenceTransformer(str(trained / "model"), device="cpu").encode(
        [" ".join(grams(text)) for text in texts], normalize_embeddings=True
    )
    assert np.allclose(LibraryEmbedder(trained / "model").encode(texts), theirs, atol=1e-5)


def test_wordings_of_one_entry_lie_nearer_to_each_other_than_to_others(trained: Path, release: Release) -> None:
    embedder = LibraryEmbedder(trained / "model")
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


def test_any_sentence_transformers_model_can_take_its_place(trained: Path, release: Release, tmp_path: Path) -> None:
    other = tmp_path / "bge-tiny-zh"
    shutil.copytree(trained / "model", other)
    built = build(release, tmp_path / "indexes", model=str(other))
    engine = SearchEngine.open(built, str(other))
    engine.load_dense()
    assert engine.search(Query("孩子手机被我拿走了就踹东西")).dense
    assert not (built / "model").exists()
    with pytest.raises(BadIndex, match="设置里要的是 library"):
        SearchEngine.open(built, OWN)


def test_a_models_own_prompts_go_before_what_its_name_suggests(trained: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - torch, for this test only

    named = tmp_path / "bge-tiny-zh"
    model = SentenceTransformer(str(trained / "model"), device="cpu")
    model.save(str(named), create_model_card=False)
    model.prompts = {"query": "青菜 ", "document": ""}
    told = tmp_path / "bge-told-zh"
    model.save(str(told), create_model_card=False)

    def same(embedder: SentenceEmbedder, asked: str, plain: str) -> bool:
        return bool(np.allclose(embedder.encode([asked], query=True), embedder.encode([plain]), atol=1e-6))

    assert same(SentenceEmbedder(str(told)), "挑食", "青菜 挑食")
    assert same(SentenceEmbedder(str(named)), "挑食", "为这个句子生成表示以用于检索相关文章：挑食")
