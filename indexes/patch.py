"""A change of the library, live without learning anew: what is as it was is taken over, the rest is added.

Model, worths and gate stay those of the last full build (`Manifest.learned`); the index differs from a full one of the
same release by that alone. `indexes.build` makes the full one, which takes minutes where there is much to learn.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from indexes import manifest
from indexes.build import BAR, FailedExam, MissingTitle, Progress, place_of, settled, sit, there
from indexes.documents import Document, documents
from indexes.engine import GATE, LEXICAL, MODEL, RELEASE, VECTORS, SearchEngine
from indexes.evaluate import found_among_three
from indexes.manifest import Manifest
from knowledge.exam import Question
from knowledge.release import Release, write

SMALL = 30  # documents that go or come, a changed one doing both: beyond, it takes seconds, and is worth learning


def patch(release: Release, root: Path, base: SearchEngine, exam: Sequence[Question] = ()) -> Path | None:
    """Do as `patched` does, and give the place of the index alone."""
    engine = patched(release, root, base, exam)
    return engine.path if engine is not None else None


def patched(
    release: Release,
    root: Path,
    base: SearchEngine,
    exam: Sequence[Question] = (),
    *,
    most: int | None = SMALL,
    progress: Progress | None = None,
) -> SearchEngine | None:
    """Build the index of a release on that of `base`; None where more than `most` documents come or go.

    `base` is open with its dense leg, if it has one. Of the exam those questions are asked that name what changed;
    where anything may have changed (`most` None), all of it, as after a full build. What is given is open and warm,
    so that the process that made it need not read it again.

    Raises:
        BuildError: as `build` does, and the disk is as before.
    """
    held = documents(release)
    origin = _origin(base.documents, held)
    gone = set(range(len(base.documents))) - set(origin)
    complete = base.dense_ready == (base.manifest.model is not None)
    if not held or not complete or (most is not None and len(gone) + origin.count(None) > most):
        return None
    told = progress or (lambda _step, _share: None)
    place = place_of(release, root)
    if there(place, base.manifest.model):
        engine = SearchEngine.open(place, like=base)
        engine.load_dense(base)
        return engine
    made: list[SearchEngine] = []

    def fill(beside: Path) -> None:
        told("words", 0.1)
        made.append(_write(release, held, origin, base, beside))
        told("check", 0.6)
        _find(made[0], fresh := [held[at] for at, old in enumerate(origin) if old is None])
        told("exam", 0.8)
        if most is None:
            sit(made[0], exam)
        else:
            _sit_again(made[0], base, fresh, exam)

    settled(place, release, fill)
    made[0].path = place
    return made[0]


def _origin(before: Sequence[Document], after: Sequence[Document]) -> list[int | None]:
    """Of each document, where it stood before, if it is as it was."""
    stood = {(document.kind, document.id): at for at, document in enumerate(before)}
    was = [stood.get((document.kind, document.id)) for document in after]
    return [at if at is not None and before[at] == document else None for document, at in zip(after, was, strict=True)]


def _write(
    release: Release, held: Sequence[Document], origin: Sequence[int | None], base: SearchEngine, folder: Path
) -> SearchEngine:
    """Write what differs, link what does not; the engine over it, made of what was written."""
    write(release, folder / RELEASE)
    lexical = base.lexical.patched(held, origin)
    lexical.save(folder / LEXICAL)
    taken = [GATE]
    vectors = None
    if base.embedder is not None and base.vectors is not None:
        vectors = base.vectors.patched(held, origin, base.embedder)
        vectors.save(folder / VECTORS)
        taken += [path.relative_to(base.path).as_posix() for path in (base.path / MODEL).rglob("*") if path.is_file()]
    for name in taken:
        _link(base.path / name, folder / name)
    files = manifest.digests(folder, {name: base.manifest.files[name] for name in taken})
    learned = base.manifest.learned or base.manifest.digest
    since = base.manifest.since + origin.count(None)
    made = Manifest(release.number, release.digest, len(held), base.manifest.model, files, learned=learned, since=since)
    manifest.write(folder, made)
    engine = SearchEngine(folder, made, release, lexical, base.gate, like=base)
    if base.embedder is not None and vectors is not None:
        engine.add_dense(base.embedder, vectors)
    return engine


def _link(there: Path, here: Path) -> None:
    """The same file under a second name; a copy where the disk knows no such thing. Files of an index never change."""
    here.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(there, here)
    except OSError:
        shutil.copyfile(there, here)


def _find(engine: SearchEngine, fresh: Sequence[Document]) -> None:
    """Ask for what is new by its title."""
    if lost := [document.id for document in fresh if not engine.finds(document)]:
        raise MissingTitle(lost)


def _sit_again(engine: SearchEngine, base: SearchEngine, fresh: Sequence[Document], exam: Sequence[Question]) -> None:
    """Ask what the exam asks of what is new: what was found before must be found."""
    names = {document.id for document in fresh}
    asked = [question for question in exam if names & set(question.entries)]
    before = [question for question in asked if found_among_three(base, question)]
    missed = [question for question in before if not found_among_three(engine, question)]
    if before and 1 - len(missed) / len(before) < BAR:
        told = [one.question for one in missed if not one.sealed]  # nobody learns the sealed ones from here
        named = f"：{'；'.join(told[:5])}" if told else "（封存的题，不列）"
        raise FailedExam(f"这些考题原来找得到，改过以后找不到了{named}", told)
