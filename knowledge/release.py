"""A release: one state of the library, numbered and fingerprinted, as one JSON file that an index carries with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from knowledge import records
from knowledge.model import Activity, Duty, Entry, Library, Listing, Region, Source, Stage, Taxonomy, Topic

FORMAT = 2
T = TypeVar("T")

_THINGS: Mapping[str, type] = {
    "entries": Entry,
    "listings": Listing,
    "activities": Activity,
    "duties": Duty,
    "sources": Source,
    "regions": Region,
}


class ReleaseError(Exception):
    """A file that is no release, or not the one that its fingerprint says."""


@dataclass(frozen=True, slots=True)
class Release:
    """A numbered, unchangeable library. `digest` is the SHA-256 of its content: the same content, the same digest."""

    number: int
    digest: str
    library: Library


def freeze(library: Library, number: int) -> Release:
    """Make a release of a library."""
    return Release(number, digest(library), library)


def digest(library: Library) -> str:
    """Give the fingerprint of the content; the order in which things stand in their files does not count."""
    canonical = _json(_encode(library), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def write(release: Release, path: Path) -> None:
    """Write a release beside its place and move it there, so that nobody ever reads half of it."""
    content = {
        "format": FORMAT,
        "number": release.number,
        "digest": release.digest,
        "library": _encode(release.library),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(_json(content), encoding="utf-8", newline="\n")
    beside.replace(path)


def read(path: Path, *, verified: bool = False) -> Release:
    """Read a release and make sure that it is what it says; of a `verified` file somebody else has.

    Raises:
        ReleaseError: when the file is no release of this format or was changed.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ReleaseError(f"{path}: format {content['format']}, this program reads {FORMAT}")
        library = _decode(content["library"])
        release = Release(content["number"], content["digest"], library)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{path}: not a release ({error!r})") from error
    if not verified and digest(release.library) != release.digest:
        raise ReleaseError(f"{path}: the content does not match its digest")
    return release


def _json(content: object, *, sort_keys: bool = False) -> str:
    return json.dumps(
        content, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys, default=_date, allow_nan=False
    )


def _date(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value)}")


def _encode(library: Library) -> dict[str, Any]:
    things = {name: {key: records.encode(t) for key, t in getattr(library, name).items()} for name in _THINGS}
    taxonomy = library.taxonomy
    return {
        "taxonomy": {
            "topics": {key: records.encode(topic) for key, topic in taxonomy.topics.items()},
            "groups": dict(taxonomy.groups),
            "stages": {key: records.encode(stage) for key, stage in taxonomy.stages.items()},
            "families": dict(taxonomy.families),
        },
        **things,
        "paraphrases": {key: list(lines) for key, lines in library.paraphrases.items()},
    }


def _decode(content: Mapping[str, Any]) -> Library:
    taxonomy = content["taxonomy"]
    things: dict[str, Any] = {name: _records(kind, content[name]) for name, kind in _THINGS.items()}
    return Library(
        taxonomy=Taxonomy(
            topics=_records(Topic, taxonomy["topics"]),
            groups=dict(taxonomy["groups"]),
            stages=_records(Stage, taxonomy["stages"]),
            families=dict(taxonomy["families"]),
        ),
        **things,
        paraphrases={key: tuple(lines) for key, lines in content["paraphrases"].items()},
    )


def _records(kind: type[T], content: Mapping[str, Any]) -> dict[str, T]:
    found = {}
    for key, value in content.items():
        record, wrongs = records.decode(kind, value)
        if record is None:
            raise ReleaseError(f"{key}: {wrongs[0].what}")
        found[key] = record
    return found
