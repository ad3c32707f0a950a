"""Long words cut into as few messages as a channel takes, at the ends of sentences. Pure.

Nothing is lost but the white space at a cut. A sentence longer than a whole message is cut at a comma, else anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MESSAGE_BYTES = 2048  # UTF-8 bytes of one WeChat message: some 680 characters; longer ones are refused as a whole
_SENTENCES = re.compile(r"[^。！？!?…；;\n]*(?:[。！？!?…；;\n]+[”’」』）)]*|$)")
_CLAUSES = re.compile(r"[^，、,：: ]*(?:[，、,：: ]+|$)")


def messages(words: str, author: str) -> tuple[str, ...]:
    """Give the messages in which a person's words go out, each with the name of who says them."""
    name = f"{author}：" if author else ""
    return tuple(name + part for part in cut(words, MESSAGE_BYTES - len(name.encode())))


def joined(first: str, second: str, author: str) -> str | None:
    """Put two messages of one person into one, their name once; None where they do not fit."""
    both = f"{first}\n{second.removeprefix(f'{author}：')}"
    return both if len(both.encode()) <= MESSAGE_BYTES else None


def cut(words: str, limit: int) -> list[str]:
    """Fill parts of at most `limit` bytes sentence by sentence."""
    parts = [""]
    for piece in _pieces(words.strip(), limit):
        if parts[-1] and len((parts[-1] + piece).rstrip().encode()) > limit:
            parts.append("")
        parts[-1] += piece if parts[-1] else piece.lstrip()
    return [part.strip() for part in parts if part.strip()]


def _pieces(words: str, limit: int) -> Iterator[str]:
    """Divide into sentences; those too long for a part into clauses, and those into characters."""
    for sentence in _SENTENCES.findall(words):
        if len(sentence.encode()) <= limit:
            yield sentence
            continue
        for clause in _CLAUSES.findall(sentence):
            if len(clause.encode()) <= limit:
                yield clause
            else:
                yield from clause
