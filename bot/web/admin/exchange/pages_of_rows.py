"""Long lists of an import by pages: which part is shown, and what its foot says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

T = TypeVar("T")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A page of a list: what is `shown`, and how many there are of all."""

    shown: Sequence[T]
    page: int
    total: int

    def __iter__(self) -> Iterator[T]:
        """Give what is shown."""
        return iter(self.shown)

    def __len__(self) -> int:
        """How many there are of all."""
        return self.total

    @property
    def first(self) -> int:
        """The number of the first that is shown, from 1."""
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last that is shown."""
        return (self.page - 1) * PAGE + len(self.shown)

    @property
    def previous(self) -> int:
        """The page before, 0 at the beginning."""
        return self.page - 1

    @property
    def following(self) -> int:
        """The next page, 0 at the end."""
        return self.page + 1 if self.last < self.total else 0


def of(rows: Sequence[T], page: int) -> Part[T]:
    """Give a page; beyond the last it is the last."""
    page = min(page, max(-(-len(rows) // PAGE), 1))
    return Part(rows[(page - 1) * PAGE : page * PAGE], page, len(rows))


def numbered(value: object) -> int:
    """Read the number of a page; what is none is the first."""
    text = str(value or "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def asked(request: web.Request, name: str) -> int:
    """Give the page that the address names."""
    return numbered(request.query.get(name))
