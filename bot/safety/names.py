"""What kinds of danger, layers and patterns are called where administrators read of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from bot.safety.patterns import read_yaml

LEVEL_NAMES: Mapping[str, str] = {"none": "平常", "concern": "关注", "high": "高", "urgent": "紧急"}


@functools.cache
def _names() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = read_yaml("names.yaml")
    return loaded


def kinds() -> Mapping[str, str]:
    """Every kind of danger with its Chinese name, in the order in which pages list them."""
    return _names()["kinds"]


def kind(name: str | None) -> str:
    """The Chinese name of a kind; nothing for none."""
    return kinds().get(name, name) if name else ""


def pattern(key: str) -> str:
    """The Chinese name of a pattern; one that an administrator added goes by its key."""
    return _names()["patterns"].get(key, key)


def found_by(found: Iterable[str]) -> tuple[str, ...]:
    """The Chinese names of layers and patterns that found something."""
    layers = _names()["layers"]
    return tuple(layers[one] if one in layers else pattern(one) for one in found)
