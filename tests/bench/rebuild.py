"""`python -m tests.bench.rebuild`: how long a large change takes to be live, and to be learned, by the library's size.

The packaged entries with others made of their lines, cut and joined anew: real grams in real proportions, no meaning.
Both are made as publishing makes them, in a process of its own at the lowest priority, with the whole exam.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.jobs import building
from indexes.limits import Limits
from knowledge import exam, files
from knowledge.exam import Question
from knowledge.release import Release, freeze
from tests.bench.retrieval import mixed

LINES = 12  # ways to ask of an entry, with those that are made of them
CHANGED = 1_000  # entries of the larger library that the change is about


def grown(size: int, number: int, last: str = "") -> Release:
    """The packaged library with made entries up to a size; the text of some ends otherwise if `last` says how."""
    library = files.load()
    more = mixed(library, max(size - len(library.entries), 0), LINES, random.Random(20)).entries
    taken = {one.title for one in library.entries.values()}
    fresh = {}
    for at, (key, one) in enumerate(more.items()):
        title = one.title if one.title not in taken else f"{one.title}{key}"
        taken.add(title)
        fresh[key] = replace(one, title=title, full=one.full + last if at < CHANGED else one.full)
    return freeze(replace(library, entries={**library.entries, **fresh}), number)


class Steps:
    """The seconds of each step."""

    def __init__(self) -> None:
        """Begin to count."""
        self.seconds: dict[str, float] = {}
        self._last, self._since = "start", time.perf_counter()

    async def told(self, step: str, _share: float) -> None:
        """Hear that a step begins."""
        now = time.perf_counter()
        self.seconds[self._last] = self.seconds.get(self._last, 0.0) + now - self._since
        self._last, self._since = step, now

    def __str__(self) -> str:
        """All of it in a line."""
        return ", ".join(f"{step} {seconds:.1f}" for step, seconds in self.seconds.items())


async def measured(size: int, root: Path) -> None:
    """Learn what is packaged, import entries up to a size, change many of them, and learn it all."""
    questions = [one for one in exam.load(files.CONTENT / exam.FOLDER) if not one.sealed]
    base = await _learned(grown(0, 1), root, questions)
    imported, changed = grown(size, 2), grown(size, 3, "这一条又添了一句话。")
    base = await _live(imported, root, base, questions, "an import, now {} entries".format)
    base = await _live(changed, root, base, questions, f"a change of {CHANGED} of {{}}".format)
    await _learned(changed, root / "learned", questions)


async def _learned(release: Release, root: Path, questions: Sequence[Question]) -> str:
    steps, began = Steps(), time.perf_counter()
    base = await building.build(release, root, model=None, dense=True, exam=questions, told=steps.told)
    await steps.told("end", 1.0)
    entries = len(release.library.entries)
    print(f"{entries} entries learned: {time.perf_counter() - began:.1f} s ({steps})", flush=True)
    return base


async def _live(
    release: Release, root: Path, base: str, questions: Sequence[Question], name: Callable[[int], str]
) -> str:
    steps, began = Steps(), time.perf_counter()
    made = await building.patch(release, root, root / base, exam=questions, told=steps.told, limits=Limits())
    await steps.told("end", 1.0)
    entries = len(release.library.entries)
    print(f"{name(entries)}: live in {time.perf_counter() - began:.1f} s ({steps})", flush=True)
    return made


def main() -> None:
    """Measure 5,000, or the sizes that are given."""
    for size in [int(word) for word in sys.argv[1:]] or [5_000]:
        root = Path(tempfile.mkdtemp(prefix="bench-rebuild-"))
        try:
            asyncio.run(measured(size, root))
        finally:
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
