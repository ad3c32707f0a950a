from pathlib import Path

import numpy as np
import pytest

from indexes import dense
from indexes.dense import DenseIndex
from indexes.documents import documents
from indexes.embed import HashingEmbedder, open_embedder, prefixes, unit
from indexes.manifest import BadIndex
from knowledge.release import Release


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("BAAI/bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("/models/BGE-large-zh", "为这个句子生成表示以用于检索相关文章：", ""),
        ("BAAI/bge-small-en-v1.5", "", ""),
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("moka-ai/m3e-base", "", ""),
        ("library", "", ""),
    ],
)
def test_each_family_of_models_gets_its_own_prefixes(name: str, query: str, passage: str) -> None:
    assert prefixes(name) == (query, passage)


def test_hashed_vectors_have_length_one_and_lie_near_for_like_words() -> None:
    rows = HashingEmbedder().encode(["手机一收就翻脸", "手机拿走就翻脸", "青菜一口不碰", ""])
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1, 0])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_an_empty_row_stays_empty() -> None:
    assert unit(np.zeros((1, 4), dtype=np.float32)).tolist() == [[0, 0, 0, 0]]


def test_the_nearest_document_is_the_one_that_says_it(release: Release, tmp_path: Path) -> None:
    held = documents(release)
    embedder = open_embedder("hashing", tmp_path)
    DenseIndex.build(held, embedder).save(tmp_path / "vectors.faiss")
    scores = DenseIndex.load(tmp_path / "vectors.faiss", len(held)).score(embedder.encode(["青菜进嘴就吐"]))[0]
    assert len(scores) == len(held)
    assert held[int(np.argmax(scores))].id == "eating-picky"
    assert scores.max() <= 1.0001


def test_vectors_of_other_documents_or_another_model_are_refused(release: Release, tmp_path: Path) -> None:
    held = documents(release)
    DenseIndex.build(held, HashingEmbedder(64)).save(tmp_path / "vectors.faiss")
    with pytest.raises(BadIndex, match="行"):
        DenseIndex.load(tmp_path / "vectors.faiss", len(held) - 1)
    with pytest.raises(BadIndex, match="512 维，索引是 64 维"):
        DenseIndex.load(tmp_path / "vectors.faiss", len(held)).score(HashingEmbedder(512).encode(["手机"]))
    (tmp_path / "vectors.faiss").write_bytes(b"not vectors")
    with pytest.raises(BadIndex, match="向量文件读不出来"):
        DenseIndex.load(tmp_path / "vectors.faiss", len(held))


def test_many_documents_are_searched_through_cells_and_the_nearest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(3)
    centres = unit(luck.standard_normal((40, 32), dtype=np.float32))
    rows = unit(centres[luck.integers(40, size=3000)] + 0.2 * luck.standard_normal((3000, 32), dtype=np.float32))
    asked = unit(rows[:50] + 0.1 * luck.standard_normal((50, 32), dtype=np.float32))
    exact = DenseIndex.of(rows).score(asked)
    monkeypatch.setattr(dense, "EXACT_UP_TO", 1000)
    index = DenseIndex.of(rows)
    found = index.score(asked)
    assert found.shape == exact.shape
    shared = [set(np.argsort(-a)[:10]) & set(np.argsort(-b)[:10]) for a, b in zip(exact, found, strict=True)]
    assert sum(map(len, shared)) / 500 >= 0.99
    assert found.min() >= exact.min() - 1e-6
    assert np.allclose(index.rows(), rows)
