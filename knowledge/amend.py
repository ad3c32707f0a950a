"""Changing a library: some things put in their new form, some taken out, the rest as it was. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from knowledge import records
from knowledge.model import Activity, Duty, Entry, Library, Listing, Source

Sort = Literal["entry", "listing", "activity", "duty", "source"]
SORTS: tuple[Sort, ...] = get_args(Sort)
Thing = Entry | Listing | Activity | Duty | Source

# The noun of each sort and where the library keeps it.
KINDS: Mapping[Sort, type[Thing]] = {
    "entry": Entry,
    "listing": Listing,
    "activity": Activity,
    "duty": Duty,
    "source": Source,
}
PLACES: Mapping[Sort, str] = {
    "entry": "entries",
    "listing": "listings",
    "activity": "activities",
    "duty": "duties",
    "source": "sources",
}
SORT_WORDS: Mapping[Sort, str] = {
    "entry": "条目",
    "listing": "服务与热线",
    "activity": "活动",
    "duty": "归口",
    "source": "依据",
}


@dataclass(frozen=True, slots=True)
class Amendment:
    """What becomes of one thing; `thing` None takes it out."""

    sort: Sort
    key: str
    thing: Thing | None


def of(library: Library, sort: Sort) -> Mapping[str, Thing]:
    """Give all things of a sort by id."""
    found: Mapping[str, Thing] = getattr(library, PLACES[sort])
    return found


def find(library: Library, sort: Sort, key: str) -> Thing | None:
    """Give one thing; None where there is none."""
    return of(library, sort).get(key)


def amended(library: Library, amendments: tuple[Amendment, ...]) -> Library:
    """Give the library with these things as they would be; a later amendment of the same thing counts.

    The paraphrases of an entry that is taken out go with it.
    """
    held: dict[str, dict[str, Any]] = {PLACES[sort]: dict(of(library, sort)) for sort in SORTS}
    for one in amendments:
        place = held[PLACES[one.sort]]
        if one.thing is None:
            place.pop(one.key, None)
        else:
            place[one.key] = one.thing
    paraphrases = {key: lines for key, lines in library.paraphrases.items() if key in held["entries"]}
    return replace(library, paraphrases=paraphrases, **held)  # type: ignore[arg-type]  # PLACES names fields of things


def decode(sort: Sort, body: object) -> tuple[Thing | None, list[records.FieldError]]:
    """Read a thing from its fields as files name them; with any complaint there is none."""
    return records.decode(KINDS[sort], body)


def encode(thing: Thing) -> dict[str, object]:
    """Give a thing's fields as JSON can hold them: dates as text."""
    return {name: _json(value) for name, value in records.encode(thing).items()}


def title(sort: Sort, thing: Thing) -> str:
    """Give the words by which people know a thing."""
    return str(getattr(thing, {"entry": "title", "duty": "problem", "source": "title"}.get(sort, "name")))


def fields_changed(before: Thing | None, after: Thing | None) -> tuple[str, ...]:
    """Name the fields in which two forms of a thing differ, in the model's order; all of them if one is not there."""
    shape = before if before is not None else after
    if shape is None:
        return ()
    names = tuple(field.name for field in fields(shape))
    if before is None or after is None:
        return names
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _json(value: object) -> object:
    if isinstance(value, dict):
        return {name: _json(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_json(held) for held in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
