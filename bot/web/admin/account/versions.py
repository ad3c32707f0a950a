"""The versions of the privacy notice as administrators read them: their texts, who saved them, who agreed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from bot.dialogue.editing.notices import MisshapenError, Notice, of, parsed
from bot.dialogue.phrases import packaged
from bot.store.edits import Version
from knowledge.differences import FieldDifference, differences

FEW = 5  # of fewer it may be known who they are
NAMES: Mapping[str, str] = {
    "short": "简短的说明",
    "full": "全文",
    "agreed": "点了“知道了”以后",
    "agreed_waiting": "点了以后，还在等家长回话时",
    "why": "改了什么",
}


@dataclass(frozen=True, slots=True)
class Saved:
    """One saving of the notice; `id` 0 is the packaged one, which nobody saved."""

    id: int
    notice: Notice
    author: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """One version: how many agreed to it, in words, and its savings, newest first."""

    name: str
    agreed: str
    savings: tuple[Saved, ...]


def savings(history: Sequence[Version]) -> list[Saved]:
    """Read the savings, newest first, the packaged one last; what cannot be read is left out."""
    made = []
    for one in history:
        try:
            made.append(Saved(one.id, parsed(one.body or ""), one.author, one.at))
        except MisshapenError:
            continue
    return [*made, Saved(0, of(packaged()), "", None)]


def versions(saved: Sequence[Saved], counts: Mapping[str, int]) -> list[Told]:
    """Give the versions, newest first, and those of which only the consent is known."""
    names = list(dict.fromkeys(one.notice.version for one in saved))
    older = sorted(set(counts) - set(names), reverse=True)
    return [
        Told(name, agreed(counts.get(name, 0)), tuple(one for one in saved if one.notice.version == name))
        for name in (*names, *older)
    ]


def agreed(count: int) -> str:
    """Say how many agreed."""
    if not count:
        return "还没有家长同意"
    return f"{count} 位家长同意" if count >= FEW else f"不足 {FEW} 人同意"


def compared(before: Notice, after: Notice) -> list[FieldDifference]:
    """Give what differs between two texts of the notice; why and whether somebody was told is no text of it."""
    one, other = replace(before, why="", ask_again=False), replace(after, why="", ask_again=False)
    found: Any = differences(cast("Any", one), cast("Any", other))
    return [replace(field, name=NAMES[field.field]) for field in found if field.field in NAMES]
