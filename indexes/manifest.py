"""What a built index says of itself: the release, the model, the digest of each file; and whether that is true."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 2
NAME = "manifest.json"


class BadIndex(Exception):  # noqa: N818 - the name is what it says: the index is bad
    """An index that must not be used. `code` is for logs, the sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Manifest:
    """`model` None means that there is no dense leg. No time of building: equal input gives equal digests."""

    release: int
    digest: str
    documents: int
    model: str | None
    files: Mapping[str, str]
    format: int = FORMAT
    learned: str = ""  # the digest of the release that the model and the worths were learned from, where it is another
    since: int = 0  # documents that came after it was learned: their words are known by chance

    def same_model(self, other: Manifest) -> bool:
        """Whether both have the same model, byte for byte."""
        return self.model == other.model and _model_files(self) == _model_files(other)


def _model_files(manifest: Manifest) -> dict[str, str]:
    return {name: digest for name, digest in manifest.files.items() if name.startswith("model/")}


def digests(folder: Path, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The SHA-256 of every file below the folder but the manifest, by relative path; those `known` are not read."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == NAME:
            continue
        if known and name in known:
            found[name] = known[name]
        else:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest beside the files it lists."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Read the manifest; raise BadIndex where there is none or it is of another format."""
    try:
        held = json.loads((folder / NAME).read_text(encoding="utf-8"))
        manifest = Manifest(**held)
    except FileNotFoundError as error:
        raise BadIndex("missing", f"没有找到索引：{folder.name}") from error
    except (OSError, ValueError, TypeError) as error:
        raise BadIndex("manifest", f"索引 {folder.name} 的清单读不出来") from error
    if manifest.format != FORMAT:
        raise BadIndex("format", f"索引 {folder.name} 的格式是 {manifest.format}，这里只认 {FORMAT}，请重新建立索引")
    return manifest


def verify(folder: Path, expect_model: str | None = None, known: Mapping[str, str] | None = None) -> Manifest:
    """Read the manifest and hold it against the files and against the model that is configured.

    The digests of files that are `known` are believed.
    """
    manifest = read(folder)
    there = digests(folder, known)
    if there != dict(manifest.files):
        names = sorted(there.keys() | manifest.files.keys())
        wrong = [name for name in names if there.get(name) != manifest.files.get(name)]
        raise BadIndex("digest", f"索引 {folder.name} 的文件与清单不符：{'、'.join(wrong)}")
    if expect_model is not None and manifest.model is not None and manifest.model != expect_model:
        raise BadIndex(
            "model", f"索引 {folder.name} 是用模型 {manifest.model} 建的，设置里要的是 {expect_model}，请重新建立索引"
        )
    return manifest


def sync(folder: Path) -> None:
    """Bring a folder and all that is in it to the disk, so that a rename after it cannot show half a file."""
    for path in (*sorted(folder.rglob("*")), folder):
        sync_one(path)


def sync_one(path: Path) -> None:
    """Bring one file or one folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
