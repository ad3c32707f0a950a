"""The sentences of the bot, from `phrases.yaml`: code names them by key and fills their placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import cast

import yaml


class PhraseError(Exception):
    """A phrase is missing, has the wrong shape, or lacks a placeholder's value."""


def phrase(key: str, **values: object) -> str:
    """Give one sentence with its placeholders filled; a mistake in key or values is an error, not a gap."""
    found = _node(key)
    if not isinstance(found, str):
        raise PhraseError(key)
    try:
        return found.format_map({name: str(value) for name, value in values.items()})
    except KeyError as missing:
        message = f"{key}: no value for {missing}"
        raise PhraseError(message) from missing


def phrase_list(key: str) -> tuple[str, ...]:
    """Give several short texts, such as the labels of taps."""
    found = _node(key)
    if not isinstance(found, list):
        raise PhraseError(key)
    return tuple(str(item) for item in found)


def has_phrase(key: str) -> bool:
    """Whether there is such a sentence, for keys made of a subtype with a general fallback."""
    try:
        return isinstance(_node(key), str)
    except PhraseError:
        return False


def _node(key: str) -> object:
    found: object = _tree()
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise PhraseError(key)
        found = found[part]
    return found


@cache
def _tree() -> Mapping[str, object]:
    text = files("bot.dialogue").joinpath("phrases.yaml").read_text("utf-8")
    return MappingProxyType(cast("dict[str, object]", yaml.safe_load(text)))
