"""What waits to be published: each approved change with its differences, who wrote it and who read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.store.changes import Change, Remark
from knowledge.amend import SORT_WORDS, decode, find
from knowledge.differences import FieldDifference, differences, names_of
from knowledge.editorial import Step
from knowledge.model import Library

MOST_SHOWN = 40  # changes whose differences are written out
What = Literal["加", "改", "停"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One approved change. `late` says that the differences are left to its own page."""

    id: int
    title: str
    sort: str
    to: str
    what: What
    author: str
    reviewer: str
    differences: tuple[FieldDifference, ...]
    late: bool


def waiting(held: Sequence[Change], remarks: Iterable[Remark], library: Library) -> list[Waiting]:
    """Compare approved changes with the live library. CPU: call it off the loop."""
    readers = {remark.change_id: remark.author for remark in remarks if remark.step == Step.APPROVE}
    names = names_of(library)
    made = []
    for at, change in enumerate(held):
        before = find(library, change.sort, change.key)
        after = decode(change.sort, change.body)[0] if change.body is not None else None
        what: What = "停" if change.body is None else "加" if before is None else "改"
        late = at >= MOST_SHOWN
        shown = () if late or what == "停" else differences(before, after, names)
        reader = readers.get(change.id, "")
        made.append(
            Waiting(
                change.id,
                change.title,
                SORT_WORDS[change.sort],
                _page(change),
                what,
                change.author,
                reader,
                shown,
                late,
            )
        )
    return made


def summary(held: Sequence[Waiting]) -> str:
    """Say how much it is: 改 2 处、加 1 处、停 1 处."""
    counts = {what: sum(one.what == what for one in held) for what in ("改", "加", "停")}
    return "、".join(f"{what} {count} 处" for what, count in counts.items() if count)


def _page(change: Change) -> str:
    if change.sort == "entry":
        return f"/admin/entries/{change.key}"
    return f"/admin/services/{change.sort}/{change.key}"
