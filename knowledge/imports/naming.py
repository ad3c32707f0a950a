"""The id of a thing that a file brings without one: nobody is asked to think of it."""

from __future__ import annotations

import re

from pypinyin import lazy_pinyin

from knowledge import amend
from knowledge.amend import SORTS, Sort
from knowledge.model import Library

_LONGEST = 48


class Namer:
    """Gives ids that nothing else has, within one file too."""

    def __init__(self, library: Library) -> None:
        self._taken: dict[Sort, set[str]] = {sort: set(amend.of(library, sort)) for sort in SORTS}
        self._by_title: dict[Sort, dict[str, str]] = {
            sort: {amend.title(sort, thing): key for key, thing in amend.of(library, sort).items()} for sort in SORTS
        }

    def key(self, sort: Sort, title: str, topics: object, library: Library) -> str:
        """Give the id of the thing that has this very title; else a new one from its topic and the sound of it."""
        if title in self._by_title[sort]:
            return self._by_title[sort][title]
        parts = [topics[0]] if isinstance(topics, list) and topics and topics[0] in library.taxonomy.topics else []
        sounds = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title[:40], errors="ignore")).lower())
        whole = "-".join([*parts, *sounds, *([] if parts or sounds else [sort])])
        base = whole[:_LONGEST].rstrip("-")
        number, key = 1, base
        while key in self._taken[sort]:
            number += 1
            key = f"{base}-{number}"
        self._taken[sort].add(key)
        return key
