"""What a question for a line or a place looks for: to dial or to go to, now or not, about what. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from indexes.text import spell
from knowledge.model import Listing


@dataclass(frozen=True, slots=True)
class Want:
    """One subject: how it is asked for, and which listings fit it."""

    asks: re.Pattern[str]
    fits: re.Pattern[str]
    topics: frozenset[str]

    def weight(self, listing: Listing) -> int:
        """How well a listing fits: by its words more than by its topics, 0 for not at all."""
        words = " ".join((listing.name, *listing.aliases, listing.about))
        return 2 * bool(self.fits.search(words)) + bool(self.topics & set(listing.topics))


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked for.

    `listing`: places are wanted, not an explanation; `several`: more than one; `explain`: how it is there,
    what it costs, whether it is any good.
    """

    wants: tuple[Want, ...]
    phone: bool
    now: bool
    listing: bool
    several: bool
    explain: bool

    def weight(self, listing: Listing) -> int:
        """How well a listing fits all that is asked."""
        return sum(want.weight(listing) for want in self.wants)


def read(text: str) -> Ask:
    """Read what a question looks for."""
    plain = spell(text)
    return Ask(
        wants=tuple(want for want in _wants() if want.asks.search(plain)),
        phone=bool(_pattern("phone").search(plain)),
        now=bool(_pattern("now").search(plain)),
        listing=bool(_pattern("list").search(plain)),
        several=bool(_pattern("several").search(plain)),
        explain=bool(_pattern("explain").search(plain)),
    )


def anybody() -> Want:
    """What somebody most likely needs who asks for a line without saying for what: a person to talk to."""
    return _wants()[0]


@cache
def _source() -> Mapping[str, Any]:
    text = files("bot.dialogue").joinpath("services.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_source()[name])


@cache
def _wants() -> tuple[Want, ...]:
    rows = _source()["wants"]
    return tuple(Want(re.compile(row["asks"]), re.compile(row["fits"]), frozenset(row["topics"])) for row in rows)
