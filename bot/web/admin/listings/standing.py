"""Where a listing, an activity, a duty or a source stands: what is live, what is on its way, what was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.refused import Refused
from bot.store import changes
from bot.store.changes import Change, Remark, Version
from knowledge import amend
from knowledge.amend import Sort, Thing
from knowledge.editorial import State
from knowledge.model import Library

NEW = "new"  # the address of what has no id yet


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a thing; `versions` newest first, `remarks` oldest first."""

    sort: Sort
    key: str
    live: Thing | None = None
    open: Change | None = None
    versions: tuple[Version, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def new(self) -> bool:
        """Whether nothing of it was ever saved."""
        return self.key == NEW

    @property
    def body(self) -> Mapping[str, Any]:
        """The fields that an editor starts from: of the open change, else what is live, else what there was last."""
        if self.open is not None and self.open.body is not None:
            return self.open.body
        if self.live is not None:
            return amend.encode(self.live)
        return next((version.body for version in self.versions if version.body is not None), {})

    @property
    def seen(self) -> int:
        """The newest version of the open change."""
        return self.open.saved if self.open is not None else 0

    @property
    def typing(self) -> bool:
        """Whether the form may be saved: nothing is on its way, or a draft."""
        return self.open is None or (self.open.state is State.DRAFT and self.open.body is not None)

    @property
    def leaving(self) -> bool:
        """Whether it is about to be taken out."""
        return self.open is not None and self.open.body is None

    @property
    def revivable(self) -> int | None:
        """The number of the last change, if it was given up or rolled back and nothing is open."""
        last = self.versions[0] if self.versions and self.open is None else None
        return last.change_id if last and last.state in (State.DROPPED, State.ROLLED_BACK) else None


async def find(conn: AsyncConnection, sort: Sort, key: str, library: Library) -> Standing:
    """Find where a thing stands.

    Raises:
        Refused: there is none of this name, and never was.
    """
    if key == NEW:
        return Standing(sort, key)
    opened = await changes.open_of(conn, sort, key)
    versions = await changes.history(conn, sort, key)
    live = amend.find(library, sort, key)
    if live is None and not versions:
        raise Refused(404, f"没有这一{_MEASURE[sort]}，可能已经改名或停用。", "no-thing")
    said = await changes.said(conn, {version.change_id for version in versions}) if versions else []
    return Standing(sort, key, live, opened, tuple(versions), tuple(said))


_MEASURE: Mapping[Sort, str] = {"listing": "处", "activity": "项", "duty": "条", "source": "份", "entry": "条"}
