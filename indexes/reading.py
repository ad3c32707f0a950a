"""One way to read a message: alone, or joined with what was said before; as grams, as sentences, as a wish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexes.hits import Query
from indexes.lexical import bag
from indexes.rank import Wish
from indexes.text import family_of, informative, meant, stage_of, without_stage

BEFORE = 0.5  # what was said before counts half
LEAST = 3  # informative characters that can be searched for


@dataclass(frozen=True, slots=True)
class Reading:
    """What to look for. `context` is empty where the message is read alone.

    `words` is the text without what it denies, and without the words that tell the stage: the wish has them, and as
    grams they would find every entry that names a grade.
    """

    text: str
    words: str
    context: str
    wish: Wish

    @property
    def grams(self) -> dict[str, float]:
        """The weighted grams of both."""
        both = bag(self.words)
        for gram, weight in bag(self.context, BEFORE).items():
            both[gram] = both.get(gram, 0.0) + weight
        return both

    @property
    def whole(self) -> str:
        """Both as one text, the earlier first."""
        return f"{self.context} {self.text}".strip()


def reading(query: Query, text: str, context: str, chain: Callable[[str], tuple[str, ...]]) -> Reading:
    """Read a message: its own words tell stage and family before what is known of the child does.

    Where the message names another stage than the context (那初中呢), the context's stage is dropped.
    """
    stage, told = stage_of(text), meant(text)
    wish = Wish(
        query.kinds,
        chain(query.region) if query.region else (),
        stage or (stage_of(context) if context else None) or query.stage,
        family_of(text) or (family_of(context) if context else None) or query.family,
        stage is not None,
    )
    return Reading(
        text, _staged(told) if stage else told, without_stage(context) if stage and context else context, wish
    )


def _staged(text: str) -> str:
    """The text without its stage, unless hardly anything else is said."""
    rest = without_stage(text)
    return rest if informative(rest) >= LEAST else text
