"""Words for WeChat: made harmless, measured in bytes, and cut only where a reader would pause.

WeChat cuts nothing: a text over 2048 bytes fails as a whole and the parent sees a fault. So every text is divided
before it goes, at a sentence's end if there is one, never inside a link or an emoji.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Everything that XML 1.0 or WeChat cannot carry: controls but tab and line feed, surrogates, non-characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ALIVE = str.maketrans({"<": "＜", ">": "＞", "&": "＆"})
_SENTENCE = re.compile(r"[^。！？!?…；;]*(?:[。！？!?…；;]+[”’」』）)]*|$)")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what stands between it and the one before; a `whole` piece is never cut."""

    text: str
    before: str = ""
    whole: bool = False


def size(text: str) -> int:
    """The length in UTF-8 bytes, as WeChat counts."""
    return len(text.encode())


def tidy(text: str) -> str:
    """Drop what no message can carry: control characters and halves of characters."""
    return _CONTROLS.sub("", text)


def harmless(text: str) -> str:
    """Make words unable to form a tag or an entity: the characters become their full-width twins."""
    return tidy(text).translate(_ALIVE)


def sentences(text: str, before: str = "") -> Iterator[Piece]:
    """Divide words at sentence ends and line ends; nothing is lost."""
    for line in text.split("\n"):
        for match in _SENTENCE.finditer(line):
            if match[0]:
                yield Piece(match[0], before)
                before = ""
        before += "\n"


def pack(pieces: Iterable[Piece], limit: int) -> list[str]:
    """Fill parts of at most `limit` bytes piece by piece; only a piece that exceeds a whole part is cut."""
    parts = [""]
    for piece in pieces:
        before = piece.before if parts[-1] else ""
        if size(parts[-1] + before + piece.text) <= limit:
            parts[-1] += before + piece.text
        elif piece.whole or size(piece.text) <= limit:
            parts.append(piece.text)
        else:
            parts.extend(cut(piece.text, limit))
    return [part for part in parts if part]


def cut(text: str, limit: int) -> list[str]:
    """Cut words that have no sentence ends into stretches of at most `limit` bytes, between characters as seen."""
    parts = [""]
    room = limit
    for seen in _clusters(text):
        for bit in (seen,) if size(seen) <= limit else seen:
            if size(bit) > room:
                parts.append("")
                room = limit
            parts[-1] += bit
            room -= size(bit)
    return parts


def _clusters(text: str) -> Iterator[str]:
    """Characters as a reader sees them: an emoji with its modifiers, a flag, a letter with its marks."""
    cluster = ""
    for character in text:
        if cluster and not _joins(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _joins(cluster: str, character: str) -> bool:
    if character in _JOINERS or cluster[-1] == "\u200d" or unicodedata.combining(character):
        return True
    if "\U000e0020" <= character <= "\U000e007f":  # the spelling of a region's flag
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or unicodedata.category(character) in ("Mn", "Me"):
        return True
    return _flag(character) and len(cluster) == 1 and _flag(cluster)


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
