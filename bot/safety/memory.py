"""What a conversation's risk is remembered as, and how later messages are read in its light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.messages import LEVELS, Assessment, Level

LASTING = timedelta(hours=24)
# The kinds that add up with each other: all are about whether somebody will go on living.
_FAMILY = {"self-harm": "suicide", "parent-despair": "suicide"}


@dataclass(frozen=True, slots=True)
class Memory:
    """The risk of a conversation so far: the worst level, of which kind, when it was last shown.

    `signs` are the names of the scenes seen, so that two different ones can add up; without them nothing does.
    `child_writing`: a child wrote of it.
    """

    level: Level
    kind: str | None
    at: datetime
    signs: tuple[str, ...] = ()
    child_writing: bool = False


def family(kind: str | None) -> str | None:
    """The kind under which signs are added up."""
    return _FAMILY.get(kind, kind) if kind else None


def fresh(memory: Memory | None, now: datetime | None) -> Memory | None:
    """The memory while it lasts. Without `now` the caller vouches for it."""
    if memory is None or memory.level == "none" or (now is not None and now - memory.at > LASTING):
        return None
    return memory


def merge(assessment: Assessment, memory: Memory | None) -> Assessment:
    """The assessment in the light of what was said before.

    A harmless message after a risk stays at `concern` with the remembered kind and no evidence of its own; a
    second, different sign of the same family makes two concerns `high`.
    """
    if memory is None:
        return assessment
    if assessment.level == "none":
        child = assessment.child_writing or memory.child_writing
        return Assessment("concern", memory.kind, child_writing=child, found=("memory",))
    same = family(assessment.kind) == family(memory.kind)
    if assessment.level == "concern" and same and memory.signs and set(assessment.signs) - set(memory.signs):
        return replace(assessment, level="high")
    return assessment


def remember(assessment: Assessment, memory: Memory | None, at: datetime) -> Memory | None:
    """What to keep after a message. A message without a sign of its own leaves the memory as it was."""
    known, signs = fresh(memory, at), assessment.signs
    if assessment.level == "none" or not (signs or assessment.evidence or known is None):
        return known
    if known is None:
        return Memory(assessment.level, assessment.kind, at, signs, assessment.child_writing)
    worse = LEVELS.index(assessment.level) >= LEVELS.index(known.level)
    return Memory(
        level=assessment.level if worse else known.level,
        kind=assessment.kind if worse else known.kind,
        at=at,
        signs=tuple(dict.fromkeys((*known.signs, *signs))),
        child_writing=assessment.child_writing or known.child_writing,
    )
