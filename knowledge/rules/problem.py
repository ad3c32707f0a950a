"""What a rule finds: where, which rule, and what to do about it. Also where each thing stands in the files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.model import Activity, Duty, Entry, Library, Listing

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Thing = Entry | Listing | Activity | Duty


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `where` is the file and the id, `rule` a stable name, `message` Chinese, for editors."""

    where: str
    rule: str
    message: str


def place(thing: Thing) -> str:
    """Say in which file a thing stands."""
    if isinstance(thing, Entry):
        return f"entries/{thing.topics[0] if thing.topics else '?'}/{thing.id}.md"
    folder = {Listing: "listings", Activity: "activities", Duty: "duties"}[type(thing)]
    return f"{folder}/{thing.region}.yaml#{thing.id}"


def among(library: Library, part: Library) -> frozenset[int] | None:
    """Say which entries, by their places in the library, are looked at; None where all are."""
    if part is library:
        return None
    return frozenset(at for at, key in enumerate(library.entries) if key in part.entries)
