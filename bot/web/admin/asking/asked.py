"""What somebody typed to try: the parent's words, where and when. Reads and checks the form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.web.forms import text_of
from bot.dialogue.decision import Tools
from bot.parents.profile import Profile
from knowledge.calendar import CHINA

TURNS, LENGTH = 8, 600
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was typed."""

    says: str = ""
    region: str = ""
    stage: str = ""
    at: str = ""
    release: str = ""

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Asked:
        """Take the fields."""
        return cls(*(text_of(given, name).strip() for name in ("says", "region", "stage", "at", "release")))

    @property
    def turns(self) -> tuple[str, ...]:
        """What is said, one line a turn."""
        return tuple(line.strip() for line in self.says.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form as it was understood; `faults` by the name of the field."""

    turns: tuple[str, ...]
    profile: Profile
    at: datetime
    faults: Mapping[str, str]


def understood(asked: Asked, tools: Tools, now: datetime) -> Wanted:
    """Check what was typed."""
    faults: dict[str, str] = {}
    if not asked.turns:
        faults["says"] = "请写一句家长会说的话。"
    elif len(asked.turns) > TURNS:
        faults["says"] = f"有 {len(asked.turns)} 行，一次最多 {TURNS} 行。"
    elif any(len(turn) > LENGTH for turn in asked.turns):
        faults["says"] = f"有一行太长了，一行最多 {LENGTH} 字。"
    place = tools.tree.find(asked.region) if asked.region else None
    if asked.region and place is None:
        faults["region"] = f"没有认出“{asked.region[:20]}”是哪里，请写到市或区，例如“常州天宁”。"
    if asked.stage and asked.stage not in tools.library.taxonomy.stages:
        faults["stage"] = "没有这个阶段，请重新选。"
    at = moment(asked.at, now)
    if at is None:
        faults["at"] = "时间没有认出来，请重新选。"
    profile = Profile(region=place.slug if place else None, stage=asked.stage or None)
    return Wanted(asked.turns, profile, at or now, faults)


def moment(value: str, now: datetime) -> datetime | None:
    """Read what a date-and-time field gives, in China's time; nothing typed is now."""
    if not value:
        return now
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=CHINA)
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
