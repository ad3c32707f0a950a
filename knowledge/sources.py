"""References to sources: the id of a source, or the id with an article, an outline's band or another place in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from knowledge.model import Band, Source

BANDS: tuple[str, ...] = get_args(Band)
_BAND_NAMES = {"pregnancy": "新婚与孕期", "special-families": "特殊家庭", "special-children": "特殊儿童"}
_DIGITS = "零一二三四五六七八九"
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


def cite(references: Sequence[str], sources: Mapping[str, Source]) -> list[tuple[Source, str]]:
    """Give every source once, in the order of its first mention, with the places in it as people read them.

    `("minors-law-2024-70", "minors-law-2024-71", "outline-2019-12-15")` gives 第七十条、第七十一条 and 12—15 岁; no
    place is the empty string. References that lead nowhere are left out.
    """
    places: dict[str, list[str]] = {}
    for reference in references:
        if citation := resolve(reference, sources):
            held = places.setdefault(citation.source.id, [])
            if citation.locator and citation.sound:
                held.append(_place(citation))
    return [(sources[name], "、".join(held)) for name, held in places.items()]


def _place(citation: Citation) -> str:
    locator = citation.locator or ""
    if citation.source.kind == "outline":
        return _BAND_NAMES.get(locator) or f"{locator.replace('-', '—')} 岁"
    number, *after = locator.split("-")
    return f"第{_numeral(int(number))}条" + "".join(f"之{_numeral(int(part))}" for part in after)


def _numeral(number: int) -> str:
    """Write a number up to 9999 as laws do: 十一, 一百零一, 一千一百八十八."""
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += ("零" if gap and written else "") + _DIGITS[digit] + name
        gap = not digit
    return written.removeprefix("一") if written.startswith("一十") else written


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
