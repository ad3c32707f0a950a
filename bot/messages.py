"""The nouns that every room of the bot shares: what came in, what was judged of it, what goes out.

Plain frozen values, no imports of ours. A `Reply` is neutral: WeChat renders it as text with links,
the web page as cards; `plain()` gives the words alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Channel = Literal["wechat", "web", "cli"]
Surface = Literal["push", "page", "cli"]
Level = Literal["none", "concern", "high", "urgent"]
LEVELS: tuple[Level, ...] = ("none", "concern", "high", "urgent")
GRAVE: tuple[Level, ...] = ("high", "urgent")  # the protocol goes first; people are alerted, and somebody must look
Intent = Literal[
    "guidance",
    "policy",
    "service",
    "activity",
    "crisis",
    "handoff",
    "suggestion",
    "profile",
    "smalltalk",
    "out-of-scope",
]
OpenState = Literal["yes", "no", "ask"]

InboundKind = Literal[
    "text",
    "image",
    "voice",
    "video",
    "location",
    "link",
    "unsupported",
    "subscribe",
    "scan",
    "click",
    "view",
    "position",  # the LOCATION event: reported by the client, not sent by the person
    "unsubscribe",
    "sent-report",  # TEMPLATESENDJOBFINISH
    "other-event",
]


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing that a person did, in our words.

    `channel` and `sender` say who (a WeChat openid, a web visitor's id). `key` tells deliveries apart: the
    same person's same key is the same act, however often it is delivered. `surface` says where the answer
    goes: `push` = the WeChat webhook (passive reply or customer-service API), `page` = a web page that reads
    the thread, `cli` = the caller. `detail` holds what a kind needs beyond text (see `channels/wechat/parse.py`):
    location: latitude, longitude, label; scan/subscribe: scene; click/view: key; voice: media_id, recognised;
    image/video: media_id, url; link: title, url; sent-report: msgid, status.
    """

    channel: Channel
    sender: str
    key: str
    kind: InboundKind
    text: str
    at: datetime
    surface: Surface = "push"
    menu_id: str | None = None  # the id of a tapped msgmenu link; such a tap opens no 48-hour window
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What safety makes of a message: how bad, what kind, and the words that show it (staff only, never logged).

    Kinds: suicide, self-harm, abuse, domestic-violence, sexual-abuse, bullying, missing, poisoning, injury,
    harm-to-others, parent-despair, child-writing, illness, other.
    """

    level: Level = "none"
    kind: str | None = None
    evidence: tuple[str, ...] = ()
    child_writing: bool = False
    signs: tuple[str, ...] = ()  # names of the scenes seen, so that signs of several messages can add up
    # Who found it: ids of patterns, "classifier", "conversation", "memory", "failure". No part of what was judged.
    found: tuple[str, ...] = field(default=(), compare=False)

    @property
    def crisis(self) -> bool:
        """Whether the protocol goes first and a person is called."""
        return self.level in GRAVE

    @property
    def shown(self) -> bool:
        """Whether this message (with those just before it) shows a danger; one that is only remembered is not shown."""
        return self.level != "none" and "memory" not in self.found


@dataclass(frozen=True, slots=True)
class Call:
    """A number to press: `why` is the few words under it (有危险、打不开门)."""

    phone: str
    why: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Three to five things to do, in order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Words to say aloud to the child; at most one in a reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Heed:
    """When it is more than ordinary and whom to see."""

    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ListingCard:
    """Somewhere to turn, as shown: `open` yes / no / ask, `status` its words (现在有人接, 下次开门：周二 9:00)."""

    id: str
    name: str
    region: str
    about: str
    open: OpenState
    status: str
    phone: str | None = None
    reach: str | None = None
    checked: str = ""  # "2026-05-06 拨打核实" or "待核实 · 依据 2024 年文件"


@dataclass(frozen=True, slots=True)
class CrisisCard:
    """What to do now. `act` is the first line and an act; at most four `steps`; `footer` says what people are doing."""

    level: Level
    kind: str
    act: str
    calls: tuple[Call, ...]
    steps: tuple[str, ...]
    footer: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Marks an automatic answer and names what it rests on; `entry` leads to the whole text."""

    text: str
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class PageLink:
    """Leads to a page of ours, `to` its path; without one from WeChat to this conversation as a page.

    Where that page is shown already, such a link is nothing.
    """

    label: str
    to: str = ""


Block = Paragraph | Steps | Say | Heed | ListingCard | CrisisCard | SourceLine | PageLink


@dataclass(frozen=True, slots=True)
class Tap:
    """A choice of one tap: `label` is shown; `text` is what the parent then says (the label when empty)."""

    label: str
    text: str = ""

    @property
    def says(self) -> str:
        """The words that a tap sends."""
        return self.text or self.label


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `automatic` marks what no person wrote; `author` is the person's name otherwise.

    `prompt` is the small line above the taps (接着可以问).
    """

    blocks: tuple[Block, ...]
    taps: tuple[Tap, ...] = ()
    prompt: str = ""
    automatic: bool = True
    author: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to be opened for people: see `handoff/kinds.py` for the kinds."""

    kind: str
    level: Level = "none"
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


# States of a booking that take a place; proposed: by staff, and the parent has not yet said yes.
TAKES_PLACE = ("asked", "proposed", "confirmed")


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at a station. `taken` of its `places` are given away; `minutes` long."""

    id: int
    station_id: int
    station: str
    title: str
    starts_at: datetime
    minutes: int
    places: int
    active: bool
    taken: int = 0

    @property
    def left(self) -> int:
        """How many may still ask."""
        return max(0, self.places - self.taken)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Booking:
    """A parent's place in a slot.

    `reminded_at` is when the parent was last told of the time, by the confirmation or a reminder. `conversation_id` is
    None when everything of the parent was deleted.
    """

    id: int
    slot: Slot
    case_id: int
    state: str
    at: datetime
    reminded_at: datetime | None
    conversation_id: int | None

    @property
    def active(self) -> bool:
        """Whether it takes a place."""
        return self.state in TAKES_PLACE


def _block_lines(block: Block) -> list[str]:
    match block:
        case Paragraph(text) | SourceLine(text) | Heed(text):
            return [text]
        case PageLink():
            return []
        case Say(text):
            return [f"可以这样说：{text}"]
        case Steps(items):
            return [f"{n}. {item}" for n, item in enumerate(items, 1)]
        case ListingCard():
            head = f"{block.name}" + (f" {block.phone}" if block.phone else "")
            return [
                line for line in (f"· {head}（{block.status}）", block.about, block.reach or "", block.checked) if line
            ]
        case CrisisCard():
            calls = [f"{call.phone}：{call.why}" for call in block.calls]
            return [block.act, *calls, *(f"{n}. {s}" for n, s in enumerate(block.steps, 1)), block.footer]


def plain(reply: Reply) -> str:
    """The words of a reply, as a person without pictures reads them; taps are left out."""
    return "\n\n".join(filter(None, ("\n".join(filter(None, _block_lines(block))) for block in reply.blocks)))
