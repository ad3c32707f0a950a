"""The sentences of the bot: code names them by key and fills their placeholders.

Packaged are those of `phrases.yaml`; administrators put others over them (see `bot.dialogue.editing`). A turn reads
several and may, in the second of a change, read one of before and one of after: each is whole by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from bot.in_force import InForce

Text = str | tuple[str, ...]  # one sentence, or several short texts such as the labels of taps
Phrases = Mapping[str, Text]  # by key: `welcome.hello`


class PhraseError(Exception):
    """A phrase is missing, has the wrong shape, or lacks a placeholder's value."""


def phrase(key: str, **values: object) -> str:
    """Give one sentence with its placeholders filled; a mistake in key or values is an error, not a gap."""
    found = in_force().get(key)
    if not isinstance(found, str):
        raise PhraseError(key)
    try:
        return found.format_map({name: str(value) for name, value in values.items()})
    except KeyError as missing:
        message = f"{key}: no value for {missing}"
        raise PhraseError(message) from missing


def phrase_list(key: str) -> tuple[str, ...]:
    """Give several short texts, such as the labels of taps."""
    found = in_force().get(key)
    if not isinstance(found, tuple):
        raise PhraseError(key)
    return found


def has_phrase(key: str) -> bool:
    """Whether there is such a sentence, for keys made of a subtype with a general fallback."""
    return isinstance(in_force().get(key), str)


@cache
def packaged() -> Phrases:
    """Give the phrases of the package, in the order of their file."""
    text = files("bot.dialogue").joinpath("phrases.yaml").read_text("utf-8")
    made: dict[str, Text] = {}
    _flatten("", yaml.safe_load(text), made)
    return MappingProxyType(made)


def _flatten(at: str, node: object, made: dict[str, Text]) -> None:
    if isinstance(node, Mapping):
        for name, part in node.items():
            _flatten(f"{at}.{name}" if at else str(name), part, made)
    elif isinstance(node, list):
        made[at] = tuple(str(item) for item in node)
    else:
        made[at] = str(node)


_PLACE: InForce[Phrases] = InForce("phrases", packaged)
in_force = _PLACE.get
install = _PLACE.put
trying = _PLACE.trying
