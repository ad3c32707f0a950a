"""The names that people write for the ids of a library: topics, stages, families, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from knowledge.model import Library, Region


@dataclass(frozen=True, slots=True)
class Names:
    """One vocabulary: `words` are what is written for an id, `ids` what may be written, and for which id."""

    words: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def nearest(self, word: str) -> str:
        """Give the word that was probably meant; empty if none is near."""
        near = get_close_matches(word, [one for one in self.ids if not one.isascii()], n=1, cutoff=0.5)
        return near[0] if near else ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All of them, by the name of the field."""

    names: Mapping[str, Names]

    @classmethod
    def of(cls, library: Library) -> Vocabulary:
        """Take them from a library."""
        taxonomy = library.taxonomy
        return cls(
            {
                "topics": plain((topic.id, topic.name) for topic in taxonomy.topics.values()),
                "stages": plain((stage.id, stage.name) for stage in taxonomy.stages.values()),
                "families": plain(taxonomy.families.items()),
                "region": places(library.regions),
            }
        )


def plain(pairs: Iterable[tuple[str, str]]) -> Names:
    """Make a vocabulary; a word that two ids share stands for neither."""
    held = dict(pairs)
    counts = Counter(held.values())
    words = {one: word for one, word in held.items() if counts[word] == 1 and word not in held}
    return Names(words, {word: one for one, word in words.items()} | {one: one for one in held})


def places(regions: Mapping[str, Region]) -> Names:
    """Name places in full, from the province down; the own name does where there is one such place."""
    full = plain((slug, _path(slug, regions)) for slug in regions)
    short = plain((slug, region.name) for slug, region in regions.items())
    return Names(full.words, {**short.ids, **full.ids})


def _path(slug: str, regions: Mapping[str, Region]) -> str:
    names: list[str] = []
    place: str | None = slug
    while place and place in regions and len(names) < 8:
        region = regions[place]
        if region.level != "country" or not names:
            names.insert(0, region.name)
        place = region.parent
    return "".join(names)
