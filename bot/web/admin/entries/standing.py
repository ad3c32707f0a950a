"""Where an entry stands: what is live, what is on its way, what was before; and who said what of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.store import changes
from bot.store.changes import Change, Remark, Version
from knowledge.amend import Sort, encode
from knowledge.editorial import OPEN, STEP_WORDS, Step
from knowledge.model import Entry, Library

SORT: Sort = "entry"
NEW = "new"


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the talk about a change."""

    who: str
    what: str
    words: str
    remark: Remark


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an entry; `versions` newest first, `remarks` oldest first."""

    key: str
    live: Entry | None
    open: Change | None
    versions: tuple[Version, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def body(self) -> dict[str, Any] | None:
        """The fields that an editor starts from: those of the open change, else of what is live."""
        if self.open is not None:
            return self.open.body
        return encode(self.live) if self.live is not None else None

    @property
    def newest(self) -> dict[str, Any] | None:
        """The last fields that there were, also of an entry that was taken out or given up."""
        return self.body or next((version.body for version in self.versions if version.body is not None), None)

    @property
    def title(self) -> str:
        """The words by which people know it."""
        body = self.newest or {}
        return str(body.get("title") or "") or (self.live.title if self.live else "") or "还没有标题"

    @property
    def closed(self) -> Version | None:
        """The last version of a change that is over, where nothing is open."""
        return self.versions[0] if self.versions and self.open is None else None

    def talk(self) -> list[Said]:
        """What was said and done about the open change, or about the last one."""
        number = self.open.id if self.open else (self.versions[0].change_id if self.versions else 0)
        return [said(remark) for remark in self.remarks if remark.change_id == number]


def said(remark: Remark) -> Said:
    """Put a remark in words."""
    return Said(remark.author, STEP_WORDS[Step(remark.step)], remark.text, remark)


async def find(conn: AsyncConnection, key: str, library: Library) -> Standing:
    """Find where an entry stands.

    Raises:
        Refused: there is none of this name, and never was.
    """
    opened = await changes.open_of(conn, SORT, key)
    versions = await changes.history(conn, SORT, key)
    live = library.entries.get(key)
    if live is None and not versions:
        raise Refused(404, "没有这一条，可能已经改名或停用。", "no-entry")
    remarks = await changes.said(conn, {version.change_id for version in versions}) if versions else []
    return Standing(key, live, opened, tuple(versions), tuple(remarks))


def is_open(version: Version) -> bool:
    """Whether a version is of a change on its way."""
    return version.state in OPEN
