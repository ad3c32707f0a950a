"""Reading labelled messages: the classifier learns from `messages/learn`, and `messages/test` only measures.

A line of a file: level, kind, voice, form and text, parted by tabs. The level may name others that are right too
(`high|urgent`, the best first); kind is `-` for none. Voice: parent, elder, teacher, child or other. Form: `p` says the
danger by name, `s` describes a scene, `h` is harmless and looks like danger, `-` is harmless and looks so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.messages import LEVELS, Level
from bot.safety.patterns import HERE, read_yaml_file

LEARN, TEST = HERE / "messages" / "learn", HERE / "messages" / "test"
VOICES = frozenset({"parent", "elder", "teacher", "child", "other"})
FORMS = frozenset("psh-")


class LabelError(ValueError):
    """A line that is not a labelled message; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message; `right` are all levels that a careful reader accepts, `level` the best of them."""

    text: str
    right: tuple[Level, ...]
    kind: str | None
    voice: str
    form: str

    @property
    def level(self) -> Level:
        """The best level."""
        return self.right[0]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation: each turn's words with the levels that are right in the light of those before."""

    turns: tuple[tuple[str, tuple[Level, ...]], ...]


def read(folder: Path, files: str = "*.tsv") -> list[Labelled]:
    """Every message of a folder, or of some of its files, in their order; one that stands twice is given once.

    Raises:
        LabelError: a line cannot be read.
    """
    found: dict[str, Labelled] = {}
    for path in sorted(folder.glob(files)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            one = _labelled(line.split("\t"), f"{path.name}:{number}")
            found.setdefault(one.text, one)
    return list(found.values())


def _labelled(fields: list[str], where: str) -> Labelled:
    if len(fields) != 5:
        message = f"{where}: five fields parted by tabs are expected"
        raise LabelError(message)
    levels, kind, voice, form, text = fields
    right = levels_of(levels, where)
    if voice not in VOICES or form not in FORMS or not text.strip():
        message = f"{where}: unknown voice or form, or no text"
        raise LabelError(message)
    if (right[0] == "none") != (kind == "-"):
        message = f"{where}: a danger has a kind and nothing else has"
        raise LabelError(message)
    return Labelled(text, right, None if kind == "-" else kind, voice, form)


def levels_of(written: str, where: str) -> tuple[Level, ...]:
    """The levels of `high|urgent`."""
    levels = tuple(written.split("|"))
    if any(level not in LEVELS for level in levels):
        message = f"{where}: {written!r} is no level"
        raise LabelError(message)
    return cast("tuple[Level, ...]", levels)


def dialogues(path: Path) -> list[Dialogue]:
    """Every conversation of a file."""
    rows: Iterable[dict[str, Any]] = read_yaml_file(path)
    return [Dialogue(tuple(_turns(row, f"{path.name}:{n}"))) for n, row in enumerate(rows, start=1)]


def _turns(row: dict[str, Any], where: str) -> Iterator[tuple[str, tuple[Level, ...]]]:
    for text, levels in row["turns"]:
        yield str(text), levels_of(levels, where)
