"""Which characters a written rule cannot do without: looked at first, so that most rules are never run at all."""

from __future__ import annotations

import re

_GAP = re.compile(r"\.\.\d+|~\d+|\.\d*|\{\d+(?:,\d*)?\}|\s+")
_MAYBE = re.compile(r"\{0,\d*\}")
_GROUP = re.compile(r"\{[a-z-]+\}\??")
_CLASS = re.compile(r"\[[^\]]*\]")
_LITERAL = re.compile(r"[\w]")


def required(written: str) -> tuple[frozenset[str], ...]:
    """Sets of characters: a text that holds none of one of the sets cannot match this part of a rule.

    Choices give the first characters of their alternatives; what is optional or not literal gives nothing.
    """
    text = _CLASS.sub("^", _GROUP.sub("^", _GAP.sub("^", _MAYBE.sub("?", written))))
    found: list[frozenset[str]] = []
    place = 0
    while place < len(text):
        end = _closing(text, place) if text[place] == "(" else place + 1
        optional = text[end : end + 1] in ("?", "*")
        if text[place] == "|":
            return ()  # a choice of whole rules: nothing is common to them
        if not optional:
            found += _of(text[place:end])
        place = end
    return tuple(dict.fromkeys(found))


def _of(piece: str) -> list[frozenset[str]]:
    """What one literal character or one bracket requires."""
    if not piece.startswith("("):
        return [frozenset(piece)] if _LITERAL.fullmatch(piece) else []
    if piece.startswith(("(?!", "(?=", "(?<")):
        return []
    inner = piece[1:-1].removeprefix("?:")
    starts = [alternative[:2] for alternative in _alternatives(inner)]
    plain = all(start and _LITERAL.match(start) and start[1:] not in ("?", "*") for start in starts)
    return [frozenset(start[0] for start in starts)] if plain else []


def _closing(text: str, start: int) -> int:
    """The place after the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    message = f"a bracket is not closed: {text}"
    raise ValueError(message)


def _alternatives(inner: str) -> list[str]:
    """The alternatives of a bracket, split at its own bars only."""
    pieces, depth = [""], 0
    for char in inner:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "|" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += char
    return pieces
