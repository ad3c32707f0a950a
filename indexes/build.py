"""From a release to an index directory: written beside, checked as a stranger would, then renamed into place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from indexes import manifest
from indexes.documents import Document, documents
from indexes.embed import OWN, open_embedder
from indexes.engine import GATE, LEXICAL, MODEL, RELEASE, VECTORS, SearchEngine
from indexes.evaluate import evaluate
from indexes.lexical import LexicalIndex
from indexes.limits import Limits
from indexes.manifest import BadIndex, Manifest
from indexes.scope import train_gate
from knowledge.exam import Question
from knowledge.release import Release, write

BAR = 0.7  # of the exam's questions found among the first three; far below what is usual, so only a real fault fails


class MissingTitle(BadIndex):
    """Documents that are not found by their own title."""

    def __init__(self, lost: Sequence[str]) -> None:
        super().__init__("self-test", f"这些条目用自己的标题也找不到：{'、'.join(lost[:5])}")


class FailedExam(BadIndex):
    """An index that finds too little; `missed` are the questions."""

    def __init__(self, sentence: str, missed: Sequence[str]) -> None:
        super().__init__("exam", sentence)
        self.missed = tuple(missed)


Progress = Callable[[str, float], None]


class BuildError(Exception):
    """A release that could not be made into an index; the sentence is for the one who publishes."""


def build(
    release: Release,
    root: Path,
    *,
    model: str | None = None,
    dense: bool = True,
    progress: Progress | None = None,
    exam: Sequence[Question] = (),
    limits: Limits | None = None,
) -> Path:
    """Build an index below `root` and return its directory, named after the release's number and digest.

    `model` None trains our own from the library; otherwise a sentence-transformers path or name, or "hashing".
    `exam` is asked before it takes its place, under `limits`: below the bar it is refused, with what it missed.
    A failed build leaves nothing behind and raises BuildError. An index that is there and sound is kept.
    """
    told = progress or (lambda _step, _share: None)
    name = model or OWN
    place = place_of(release, root)
    if there(place, name if dense else None):
        return place

    def fill(beside: Path) -> None:
        _write(release, beside, name if dense else None, told)
        _try(beside, told, exam, limits or Limits())

    settled(place, release, fill)
    told("done", 1.0)
    return place


def place_of(release: Release, root: Path) -> Path:
    """Where a release's index lies."""
    return root / f"{release.number}-{release.digest[:8]}"


def kept_library(root: Path, directory: str) -> Path:
    """Where the library of a release lies whose index has made way; from it the index can be built again."""
    return root / "kept" / f"{directory}.json"


def settled(place: Path, release: Release, fill: Callable[[Path], None]) -> None:
    """Let `fill` write an index into a folder beside, then rename that into place.

    Raises:
        BuildError: whatever went wrong; the disk is as before.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fill(beside)
        _open_to_readers(beside)
        manifest.sync(beside)
        _settle(beside, place)
    except Exception as error:  # whatever went wrong, the publisher is told
        raise BuildError(f"第 {release.number} 版的索引没有建成：{error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def there(place: Path, model: str | None) -> bool:
    """Whether a sound index with this model lies there."""
    with suppress(BadIndex):
        return manifest.verify(place).model == model
    return False


def _write(release: Release, folder: Path, model: str | None, told: Progress) -> None:
    told("words", 0.0)
    held = documents(release)
    if not held:
        raise BadIndex("empty", "这一版里还没有内容")
    write(release, folder / RELEASE)
    lexical = LexicalIndex.build(held)
    lexical.save(folder / LEXICAL)
    train_gate([text for document in held for text in document.ways]).save(folder / GATE)
    if model is not None:
        _write_dense(held, lexical, folder, model, told)
    manifest.write(folder, Manifest(release.number, release.digest, len(held), model, manifest.digests(folder)))


def _write_dense(held: Sequence[Document], lexical: LexicalIndex, folder: Path, model: str, told: Progress) -> None:
    from indexes.dense import DenseIndex  # noqa: PLC0415 - a lexical build needs neither faiss nor torch
    from indexes.train import Recipe, train  # noqa: PLC0415 - the same

    if model == OWN:
        told("model", 0.1)
        train(held, lexical, folder / MODEL, Recipe(), lambda share: told("model", 0.1 + 0.6 * share))
    told("vectors", 0.8)
    DenseIndex.build(held, open_embedder(model, folder / MODEL)).save(folder / VECTORS)


def _try(folder: Path, told: Progress, exam: Sequence[Question], limits: Limits) -> None:
    """Open it as a stranger and ask for every title: each must find itself, with and without the dense leg."""
    told("check", 0.9)
    engine = SearchEngine.open(folder)
    engine.limits = limits
    _ask_titles(engine)
    engine.load_dense()
    if engine.dense_ready:
        _ask_titles(engine)
    if exam:
        told("exam", 0.95)
        sit(engine, exam)


def sit(engine: SearchEngine, exam: Sequence[Question]) -> None:
    """Ask the exam: an index that finds too little is worse than the one before it, FailedExam says so."""
    report = evaluate(engine, exam, rivals=False)
    if failed := below_bar(report.found.cases, report.found.entry3.value, report.missed):
        raise failed


def below_bar(cases: int, found: float, missed: Sequence[str]) -> FailedExam | None:
    """Why nothing may be answered so; None if enough of the exam is found, which `missed` are not."""
    if not cases or found >= BAR:
        return None
    named = "；".join(missed[:5])
    return FailedExam(f"考题只找到 {found:.0%}，不到 {BAR:.0%}。没找到的有：{named}", missed)


def _ask_titles(engine: SearchEngine) -> None:
    if lost := [document.id for document in engine.documents if not engine.finds(document)]:
        raise MissingTitle(lost)


def _open_to_readers(folder: Path) -> None:
    """Temporary folders and weights are written for their owner only; other processes read them too."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _settle(beside: Path, place: Path) -> None:
    """Rename into place; a broken or different index of the same name makes way first."""
    if place.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{place.name}-old-", dir=place.parent))
        place.rename(old / place.name)
        shutil.rmtree(old, ignore_errors=True)
    beside.rename(place)
    manifest.sync_one(place.parent)
