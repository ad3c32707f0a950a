"""The nouns of searching: what is asked of the engine and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["entry", "listing", "activity", "duty"]

# answer: the first hit is it. choose: one of the first three, let the parent say which.
# clarify: too short to know. none: not in the library.
Verdict = Literal["answer", "choose", "clarify", "none"]


@dataclass(frozen=True, slots=True)
class Query:
    """A parent's words and what is known of the child.

    `context` is what was said before in this conversation; the engine searches with and without it and
    keeps the clearer result. `region` is a region slug; places above it in the tree are allowed as well.
    """

    text: str
    context: str = ""
    region: str | None = None
    stage: str | None = None
    family: str | None = None
    kinds: tuple[Kind, ...] = ("entry",)
    limit: int = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `score` is 0..1 and comparable within one result; `parts` explains it."""

    kind: Kind
    id: str
    title: str
    score: float
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    wording: str = ""  # the wording or title that matched best
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hits:
    """What the search found, best first, and what is believed of it, all 0..1.

    `inside`: how likely the library has anything to say to this at all; `first` and `three`: how likely the right one
    is the first, or among the first three. `margin`: the relative distance of the first from the second.
    `dense` tells whether the dense leg took part. `second` answers a further worry of the same message, of another
    topic than the first.
    """

    items: tuple[Hit, ...] = ()
    verdict: Verdict = "none"
    inside: float = 0.0
    first: float = 0.0
    three: float = 0.0
    margin: float = 0.0
    dense: bool = False
    with_context: bool = False
    second: Hit | None = None


class Searcher(Protocol):
    """What can be searched, for those who need not know that it is an index."""

    def search(self, query: Query) -> Hits:
        """Find what answers a parent's words."""

    def search_many(self, queries: Sequence[Query]) -> list[Hits]:
        """The same for several at once."""
