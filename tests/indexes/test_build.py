import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexes import manifest
from indexes.build import BuildError, build
from indexes.engine import SearchEngine
from indexes.hits import Query
from indexes.manifest import BadIndex
from knowledge.model import Library
from knowledge.release import Release, freeze


def test_the_directory_is_named_after_the_release_and_holds_it(built: Path, release: Release) -> None:
    assert built.name == f"7-{release.digest[:8]}"
    assert SearchEngine.open(built).release == release
    assert {path.name for path in built.iterdir()} >= {"library.json", "lexical.npz", "gate.npz", "manifest.json"}


def test_two_builds_of_one_release_have_the_same_digests(release: Release, tmp_path: Path) -> None:
    one = build(release, tmp_path / "a", model="hashing")
    two = build(release, tmp_path / "b", model="hashing")
    assert manifest.read(one) == manifest.read(two)


def test_a_sound_index_is_kept_and_a_broken_one_is_built_again(release: Release, tmp_path: Path) -> None:
    place = build(release, tmp_path, dense=False)
    born = place.stat().st_ino
    assert build(release, tmp_path, dense=False).stat().st_ino == born
    (place / "lexical.npz").write_bytes(b"broken")
    assert build(release, tmp_path, dense=False).stat().st_ino != born
    manifest.verify(place)


def test_another_model_makes_another_index(release: Release, tmp_path: Path) -> None:
    assert manifest.read(build(release, tmp_path, dense=False)).model is None
    assert manifest.read(build(release, tmp_path, model="hashing")).model == "hashing"
    assert [path.name for path in tmp_path.iterdir()] == [f"7-{release.digest[:8]}"]


def test_a_lexical_index_stays_lexical(release: Release, tmp_path: Path) -> None:
    engine = SearchEngine.open(build(release, tmp_path, dense=False))
    engine.load_dense()
    assert not engine.dense_ready
    assert engine.search(Query("手机一收就翻脸")).items[0].id == "phone-junior"


def test_progress_is_told_and_ends_at_one(release: Release, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    build(release, tmp_path, model="hashing", progress=lambda step, share: told.append((step, share)))
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1] == ("done", 1.0)


def test_a_failed_build_leaves_nothing_behind(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_folder: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(manifest, "sync", broken)
    with pytest.raises(BuildError, match="第 7 版的索引没有建成"):
        build(release, tmp_path, dense=False)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_build_leaves_the_older_index_as_it_was(release: Release, library: Library, tmp_path: Path) -> None:
    old = build(release, tmp_path, dense=False)
    with pytest.raises(BuildError):
        build(freeze(library, 8), tmp_path, model="/nowhere/no-such-model")
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    manifest.verify(old)


def test_a_title_that_cannot_find_itself_stops_the_build(library: Library, tmp_path: Path) -> None:
    entries = {name: replace(entry, title="怎么办") for name, entry in library.entries.items()}
    with pytest.raises(BuildError, match="用自己的标题也找不到"):
        build(freeze(replace(library, entries=entries), 9), tmp_path, dense=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_library_is_not_built(library: Library, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="还没有内容"):
        build(freeze(Library(library.taxonomy), 1), tmp_path, dense=False)


@pytest.mark.parametrize("name", ["library.json", "lexical.npz", "gate.npz", "vectors.faiss"])
def test_a_file_with_one_changed_byte_is_refused(release: Release, tmp_path: Path, name: str) -> None:
    place = build(release, tmp_path, model="hashing")
    path = place / name
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)
    with pytest.raises(BadIndex, match=name) as raised:
        SearchEngine.open(place)
    assert raised.value.code == "digest"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda place: (place / "lexical.npz").unlink(), "digest"),
        (lambda place: (place / "extra.txt").write_text("?"), "digest"),
        (lambda place: (place / "manifest.json").unlink(), "missing"),
        (lambda place: (place / "manifest.json").write_text("{"), "manifest"),
        (lambda place: (place / "manifest.json").write_text('{"a": 1}'), "manifest"),
        (
            lambda place: (place / "manifest.json").write_text(
                (place / "manifest.json").read_text().replace('"format": 2', '"format": 99')
            ),
            "format",
        ),
    ],
)
def test_what_is_not_as_its_manifest_says_is_refused(
    release: Release, tmp_path: Path, spoil: object, code: str
) -> None:
    place = build(release, tmp_path, dense=False)
    spoil(place)  # type: ignore[operator]  # one of the callables above
    with pytest.raises(BadIndex) as raised:
        SearchEngine.open(place)
    assert raised.value.code == code


def test_an_index_of_another_model_than_configured_is_refused(built: Path) -> None:
    assert SearchEngine.open(built, "hashing").manifest.model == "hashing"
    with pytest.raises(BadIndex, match="是用模型 hashing 建的，设置里要的是 library") as raised:
        SearchEngine.open(built, "library")
    assert raised.value.code == "model"


def test_an_index_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadIndex, match="没有找到索引：3-abc"):
        SearchEngine.open(tmp_path / "3-abc")


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_others_may_read_the_index(built: Path) -> None:
    assert built.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in built.rglob("*") if path.is_file()} == {0o644}
