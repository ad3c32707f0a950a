"""What the web channel needs of the rest of the bot, as protocols and plain values. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from bot.messages import Block, Channel, ListingCard, Reply

Who = Literal["parent", "bot", "person", "event", "note"]
State = Literal["", "sending", "sent", "seen", "failed", "parked", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose conversation a page shows: a browser's own (`web`), or a WeChat one opened by a signed link."""

    channel: Channel
    sender: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came with a line: where a page gets it, or in words why it does not (yet)."""

    address: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance as a page shows it. `id` rises within a conversation and is never used twice.

    `reply` is what a bot or a person answered; without it `text` is shown. An `event` has only `text`
    (周老师已接入，下面由老师和您说). A `note` is for colleagues: the parent's pages drop it. `why` goes with
    `failed` and `parked` (微信繁忙). `key` is the one that came with `Thread.say`: a page
    knows its own words by it. `pictures` are shown at the desk only. `mends` is where who holds the case sends a line
    once more or takes it back; "" for everybody else.
    """

    id: int
    who: Who
    text: str
    at: datetime
    reply: Reply | None = None
    state: State = ""
    author: str = ""
    why: str = ""
    key: str = ""
    pictures: tuple[Picture, ...] = ()
    mends: str = ""


class Unkept(Exception):  # noqa: N818 - what happened, not an error of ours
    """Words were answered but not kept: the answers are shown at once, once, and never come by `lines`.

    So it is when a crisis was answered while the store was away, and when a parent had everything deleted
    (`erased`: what stands on the page goes too).
    """

    def __init__(self, replies: Sequence[Reply], *, erased: bool = False) -> None:
        super().__init__("answered without being kept")
        self.replies, self.erased = tuple(replies), erased


class Thread(Protocol):
    """The conversation of one visitor."""

    async def say(self, visitor: Visitor, text: str, key: str, station: str = "") -> None:
        """Take the parent's words and answer them; the same visitor's same key is the same act.

        `station` is the slug of the station whose code brought them here.

        Returns when the parent's line, and the bot's where it answers, can be read by `lines`; raises Unkept with
        the answers when they cannot be.
        """

    async def lines(self, visitor: Visitor, after: int, limit: int) -> list[Line]:
        """Give the oldest `limit` lines whose id is above `after`, oldest first."""

    async def latest(self, visitor: Visitor, limit: int, before: int | None = None) -> list[Line]:
        """Give the newest `limit` lines (below the id `before`), oldest first."""

    async def wait(self, visitor: Visitor, after: int, timeout: float) -> bool | Literal["typing"]:  # noqa: ASYNC109 - the caller's heartbeat, not a limit on work
        """Wait until there is a line above `after`: True; or `timeout` seconds have passed: False.

        "typing" when a person at the desk is writing just now; it may be said without there being a line.
        """

    async def typing(self, visitor: Visitor) -> None:
        """Tell the desk, if a person has this conversation, that the visitor is writing; nothing is kept."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a conversation: the place as a parent reads it (常州 · 初中) and lines to call."""

    place: str = ""
    help: tuple[ListingCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A source as an article names it: its title, the place in it (第七十一条; may be empty), its date.

    `url` None where the document is not on the net.
    """

    title: str
    place: str = ""
    date: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An entry's long form as a page shows it.

    `blocks` is the brief (Paragraph, Steps, Say, Heed) and `full` the Markdown below it. Topics and stages are the
    names that people read. `related` holds (slug, title).
    """

    slug: str
    title: str
    blocks: tuple[Block, ...]
    full: str
    written: date
    reviewed: date | None = None
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    sources: tuple[Reference, ...] = ()
    related: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PastDigest:
    """A weekly digest that went out: its day, as a name too (5 月 11 日这一周), and (slug, title) by group's name."""

    day: date
    name: str
    opening: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


class Shelf(Protocol):
    """The live library and the directory, as the parent's pages need them."""

    def article(self, slug: str) -> Article | None:
        """Give the entry of that slug, or None where the live release has none."""

    async def opened(self, slug: str) -> None:
        """Count that an article's page was opened; nothing is kept of the reader."""

    async def rate(self, slug: str, verdict: str) -> None:
        """Count one reader's word on an article, `yes` or `no`; nothing is kept of the reader."""

    async def digests(self) -> tuple[PastDigest, ...]:
        """Give the weekly digests that went out, newest first, with the articles that are still there."""

    async def beside(self, visitor: Visitor | None) -> Beside:
        """Say where the visitor is, as far as known, and whom they can call now; no visitor: the lines for everyone."""
