"""The reviewed messages of `messages.yaml` as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages import LEVELS

FILE = Path(__file__).with_name("messages.yaml")


@dataclass(frozen=True, slots=True)
class Row:
    """One message: the section it stands in, the level and kind it was given, every level that is right for it."""

    section: str
    text: str
    level: str
    right: tuple[str, ...]
    kinds: tuple[str, ...]


def rows() -> list[Row]:
    """Every reviewed message."""
    return list(_walk("", yaml.safe_load(FILE.read_text("utf-8"))))


def _walk(section: str, node: Any) -> Iterator[Row]:
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _walk(f"{section}/{name}".strip("/"), inner)
        return
    for text, level, *rest in node:
        right = (level, *(word for word in rest if word in LEVELS))
        yield Row(section, text, level, right, tuple(word for word in rest if word not in LEVELS))
