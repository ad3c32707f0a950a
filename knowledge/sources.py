"""References to sources: the id of a source, or the id with an article, an outline's band or another place in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.model import Source

BANDS = ("0-3", "3-6", "6-12", "12-15", "15-18", "special-families", "special-children")
_ARTICLE = re.compile(r"\d{1,4}(-\d{1,2})*")


@dataclass(frozen=True, slots=True)
class Citation:
    """A source and the place in it: the article of a law (`71`), the band of the outline (`12-15`), or none."""

    source: Source
    locator: str | None = None

    @property
    def sound(self) -> bool:
        """Whether the place has the form that this kind of source needs."""
        if self.locator is None:
            return True
        if self.source.kind == "outline":
            return self.locator in BANDS
        if self.source.kind in {"law", "regulation", "rule"}:
            return bool(_ARTICLE.fullmatch(self.locator))
        return True


def resolve(reference: str, sources: Mapping[str, Source]) -> Citation | None:
    """Find what a reference points at: the longest id that it starts with; None when there is none."""
    if reference in sources:
        return Citation(sources[reference])
    cut = reference.rfind("-")
    while cut > 0:
        if reference[:cut] in sources:
            return Citation(sources[reference[:cut]], reference[cut + 1 :])
        cut = reference.rfind("-", 0, cut)
    return None
