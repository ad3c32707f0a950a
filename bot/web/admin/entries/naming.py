"""The id of a new entry, made of its topic and title: nobody is asked for one."""

from __future__ import annotations

import re
from collections.abc import Container

from pypinyin import lazy_pinyin

SYLLABLES = 6
LONGEST = 56


def slug(topic: str, title: str) -> str:
    """Write topic and the first syllables of a title as an id: screens-shou-ji-gui-ju."""
    words = [re.sub(r"[^a-z0-9]", "", word.lower().replace("ü", "v")) for word in lazy_pinyin(title)]
    kept = [topic or "entry", *[word for word in words if word][:SYLLABLES]]
    return "-".join(kept)[:LONGEST].strip("-")


def free(wanted: str, taken: Container[str]) -> str:
    """Give the id, with a number where it is taken."""
    if wanted not in taken:
        return wanted
    return next(name for at in range(2, 10_000) if (name := f"{wanted}-{at}") not in taken)
