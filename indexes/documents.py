"""What a release holds, as documents to be found: entries, listings, activities, duties.

A document is what can be asked for (its wordings, the title first; and further paraphrases, which only teach) and
what it says (its body).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from indexes.hits import Kind
from knowledge.model import Activity, Duty, Entry, Library, Listing
from knowledge.release import Release

_MARKUP = re.compile(r"[#*>`_\[\]()|]+|^\s*(?:\d+\.|-)\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. `asked` is never empty and begins with the title.

    `also` are further ways to ask: they are part of the whole document and of what the model learns from, but have no
    row of their own.
    """

    kind: Kind
    id: str
    title: str
    asked: tuple[str, ...]
    body: str
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    region: str | None = None
    also: tuple[str, ...] = ()

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way to ask for it."""
        return self.asked + self.also


def documents(release: Release) -> tuple[Document, ...]:
    """All documents of a release, in a fixed order: kinds in turn, ids within."""
    library = release.library
    return (
        *(_entry(entry, library) for _, entry in sorted(library.entries.items())),
        *(_listing(listing, library) for _, listing in sorted(library.listings.items())),
        *(_activity(activity, library) for _, activity in sorted(library.activities.items())),
        *(_duty(duty, library) for _, duty in sorted(library.duties.items())),
    )


def _entry(entry: Entry, library: Library) -> Document:
    return Document(
        "entry",
        entry.id,
        entry.title,
        _once(entry.title, *entry.wordings),
        _body((entry.brief, entry.full), entry.topics, library),
        entry.topics,
        entry.stages,
        entry.families,
        _place(entry.region),
        library.paraphrases.get(entry.id, ()),
    )


def _listing(listing: Listing, library: Library) -> Document:
    said = (listing.about, listing.reach, listing.address, listing.hours_note, listing.phone)
    return Document(
        "listing",
        listing.id,
        listing.name,
        _once(listing.name, *listing.aliases),
        _body(said, listing.topics, library),
        listing.topics,
        listing.stages,
        listing.families,
        _place(listing.region),
    )


def _activity(activity: Activity, library: Library) -> Document:
    said = (activity.about, activity.organiser, activity.join, activity.note)
    return Document(
        "activity",
        activity.id,
        activity.name,
        _once(activity.name, *activity.aliases),
        _body(said, activity.topics, library),
        activity.topics,
        activity.stages,
        activity.families,
        _place(activity.region),
    )


def _duty(duty: Duty, library: Library) -> Document:
    return Document(
        "duty",
        duty.id,
        duty.problem,
        _once(duty.problem, *duty.wordings),
        _body((duty.department, duty.about), duty.topics, library),
        duty.topics,
        region=_place(duty.region),
    )


def _once(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _body(said: Iterable[str | None], topics: tuple[str, ...], library: Library) -> str:
    names = [library.taxonomy.topics[topic].name for topic in topics if topic in library.taxonomy.topics]
    return _MARKUP.sub(" ", "\n".join([*(text for text in said if text), *names]))


def _place(region: str | None) -> str | None:
    return None if region == "china" else region  # national: for everybody
