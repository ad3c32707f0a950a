"""What a conversation remembers between two messages, as one frozen value with a tolerant JSON round trip.

Rows written by an older or newer version are read without fault: missing fields take their default,
unknown ones are ignored, values of the wrong shape are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from bot.messages import LEVELS, Level
from bot.safety import Memory
from bot.safety.memory import LASTING

Holder = Literal["bot", "queue", "person"]
_OFFERED = ("entry", "listing", "slot", "booking")
HOLDERS: tuple[Holder, ...] = ("bot", "queue", "person")

# After so long a silence a new message is a new conversation: nothing is carried over but the risk.
CONTEXT_LASTS = timedelta(hours=2)
RISK_LASTS = LASTING
# What is told piece by piece is told within minutes: so many of the last messages, so many characters of each.
PIECES_LAST = timedelta(minutes=10)
PIECES, PIECE_LENGTH = 3, 160


@dataclass(frozen=True, slots=True)
class Offer:
    """One numbered choice that was shown: 第二个 or a tap on its label means this document."""

    kind: Literal["entry", "listing", "slot", "booking"]
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What we asked back (`stage`, `region` or `scene`), and the question that waits for it."""

    what: str
    question: str
    intent: str = "guidance"


@dataclass(frozen=True, slots=True)
class State:
    """The memory of one conversation.

    `question` is the last question that was answered or clarified, `others` are entries found with it and
    not shown, `listings` all that were shown for it. `awaiting` names the one thing that the next message
    is taken for (`erase`, `suggestion`). `quiet`: somebody dangerous may read this phone. `asked` is what the
    last reply asked back; it is there for one turn, so that two such questions never follow each other.
    `said` are the last words of the parent, oldest first: a danger may be told in pieces.
    """

    topic: str | None = None
    entry: str | None = None
    question: str = ""
    intent: str = ""
    offered: tuple[Offer, ...] = ()
    others: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    misses: int = 0
    asked: Asked | None = None
    awaiting: str | None = None
    risk: Memory | None = None
    said: tuple[str, ...] = ()
    notice_shown: bool = False
    notice_version: str = ""  # the version shown last; empty in rows from before it was kept
    quiet: bool = False
    holder: Holder = "bot"
    acknowledged: bool = False
    at: datetime | None = None

    def fresh(self, now: datetime) -> bool:
        """Whether the last turn is recent enough for its words to be context."""
        return self.at is not None and now - self.at <= CONTEXT_LASTS

    def danger(self, now: datetime) -> Memory | None:
        """Give the risk that is still to be remembered, if it was high or urgent."""
        if self.risk is None or self.risk.level not in ("high", "urgent") or now - self.risk.at > RISK_LASTS:
            return None
        return self.risk

    def pieces(self, now: datetime) -> tuple[str, ...]:
        """Give the last words, if they were said just now."""
        return self.said if self.at is not None and now - self.at <= PIECES_LAST else ()

    def saying(self, words: str, now: datetime) -> tuple[str, ...]:
        """Give the last words with these as the newest."""
        return (*self.pieces(now), words[-PIECE_LENGTH:])[-PIECES:] if words else self.pieces(now)

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON values; `from_json` reads them back."""
        raw = asdict(self)
        raw["at"] = self.at.isoformat() if self.at else None
        raw["risk"] = _memory_json(self.risk)
        return raw

    @classmethod
    def from_json(cls, raw: object) -> State:
        """Read a state; whatever is missing, unknown or misshapen falls back to the default."""
        if not isinstance(raw, Mapping):
            return cls()
        return cls(
            topic=_text(raw.get("topic")),
            entry=_text(raw.get("entry")),
            question=_text(raw.get("question")) or "",
            intent=_text(raw.get("intent")) or "",
            offered=_offers(raw.get("offered")),
            others=_texts(raw.get("others")),
            listings=_texts(raw.get("listings")),
            misses=raw["misses"] if isinstance(raw.get("misses"), int) else 0,
            asked=_asked(raw.get("asked")),
            awaiting=_text(raw.get("awaiting")),
            risk=_memory(raw.get("risk")),
            said=_texts(raw.get("said")),
            notice_shown=raw.get("notice_shown") is True,
            notice_version=_text(raw.get("notice_version")) or "",
            quiet=raw.get("quiet") is True,
            holder=cast("Holder", raw["holder"]) if raw.get("holder") in HOLDERS else "bot",
            acknowledged=raw.get("acknowledged") is True,
            at=_moment(raw.get("at")),
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _moment(value: object) -> datetime | None:
    """Read an ISO moment; one without a zone is dropped, because it cannot be compared."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _offers(value: object) -> tuple[Offer, ...]:
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(
        Offer(row["kind"], row["id"], str(row.get("label", "")))
        for row in rows
        if isinstance(row, Mapping) and row.get("kind") in _OFFERED and _text(row.get("id"))
    )


def _asked(value: object) -> Asked | None:
    if not isinstance(value, Mapping) or not _text(value.get("what")):
        return None
    return Asked(value["what"], _text(value.get("question")) or "", _text(value.get("intent")) or "guidance")


def _memory_json(memory: Memory | None) -> dict[str, Any] | None:
    if memory is None:
        return None
    return {**asdict(memory), "at": memory.at.isoformat()}


def _memory(value: object) -> Memory | None:
    if not isinstance(value, Mapping):
        return None
    at, level = _moment(value.get("at")), value.get("level")
    if at is None or level not in LEVELS:
        return None
    child = value.get("child_writing") is True
    return Memory(cast("Level", level), _text(value.get("kind")), at, _texts(value.get("signs")), child)
