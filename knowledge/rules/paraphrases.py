"""Rules about paraphrases: the same words stand only once in the library. Those of an entry that is gone lie unused."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.likeness import squash
from knowledge.model import Library
from knowledge.rules.problem import Problem, place


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at every line that is of an entry of `part`, or the same as a wording there; wordings come first."""
    held = {squash(wording): entry.id for entry in library.entries.values() for wording in entry.wordings}
    for name, lines in library.paraphrases.items():
        entry = library.entries.get(name)
        where = f"paraphrases/{entry.topics[0] if entry and entry.topics else '?'}.yaml#{name}"
        for line in lines:
            letters = squash(line)
            if name not in part.entries and held.get(letters) not in part.entries:
                held.setdefault(letters, name)
                continue
            if not letters:
                yield Problem(where, "paraphrases", f"“{line}”没有文字，请删去。")
            elif letters in held:
                owner = library.entries.get(held[letters])
                other = place(owner) if owner else held[letters]
                yield Problem(where, "paraphrases", f"“{line}”在 {other} 里已有，请删去一处。")
            held.setdefault(letters, name)
