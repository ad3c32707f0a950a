"""How much the library holds of what: entries by topic and stage, by family, by intent, by region. Counts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from knowledge.model import Library


def by_stage(library: Library) -> Mapping[str, Mapping[str, int | None]]:
    """Count, for each topic and stage, the entries of that primary topic which hold for that stage.

    None where the topic does not occur at that stage and nothing is held for it.
    """
    counts = Counter(
        (entry.topics[0], stage)
        for entry in library.entries.values()
        if entry.topics
        for stage in entry.stages or library.taxonomy.stages
    )
    return {
        topic.id: {stage: counts[topic.id, stage] or _none(topic.stages, stage) for stage in library.taxonomy.stages}
        for topic in library.taxonomy.topics.values()
    }


def _none(occurs: tuple[str, ...], stage: str) -> int | None:
    return 0 if not occurs or stage in occurs else None


def by_topic(library: Library) -> Mapping[str, int]:
    """Count the entries of each primary topic, in the order of the taxonomy."""
    counts = Counter(entry.topics[0] for entry in library.entries.values() if entry.topics)
    return {topic: counts[topic] for topic in library.taxonomy.topics}


def by_family(library: Library) -> Mapping[str, int]:
    """Count the entries that are special to each family type."""
    counts = Counter(family for entry in library.entries.values() for family in entry.families)
    return {family: counts[family] for family in library.taxonomy.families}


def by_intent(library: Library) -> Mapping[str, int]:
    """Count the entries by what the parent who asks them is after."""
    return dict(sorted(Counter(entry.intent for entry in library.entries.values()).items()))
