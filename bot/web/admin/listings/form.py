"""What stands in the form of a listing, an activity, a duty or a source, and how it becomes the fields of files.

Pure. What cannot be understood is kept as it was typed; `judging` says what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from knowledge.amend import Sort
from knowledge.model import DAYS, Library
from knowledge.regions import RegionTree
from knowledge.rules.services import MAY, NEEDS
from knowledge.sources import resolve

Body = dict[str, object]
Given = Mapping[str, str]

ROWS = 12  # of one sort that a form holds
LONGEST, LINE = 4000, 300
_ROW = re.compile(r"(span|shut|fallback|contacts)-(\d{1,2})(?:-([a-z]+))?")
_NUMBERS = ("month", "day", "nth", "times")
_TEXTS: Mapping[Sort, tuple[str, ...]] = {
    "listing": ("name", "kind", "about", "phone", "fee", "hours_note", "reach", "address", "url", "source_date"),
    "activity": ("name", "about", "organiser", "join", "fee", "note", "source_date"),
    "duty": ("problem", "department", "about", "source_date"),
    "source": ("title", "kind", "issuer", "date", "number", "url"),
    "entry": (),
}
_TICKS: Mapping[Sort, tuple[str, ...]] = {
    "listing": ("audience", "topics", "stages", "families"),
    "activity": ("audience", "topics", "stages", "families"),
    "duty": ("topics",),
    "source": (),
    "entry": (),
}
_LINES: Mapping[Sort, tuple[str, ...]] = {
    "listing": ("aliases",),
    "activity": ("aliases",),
    "duty": ("wordings",),
    "source": (),
    "entry": (),
}
_NAMED: Mapping[Sort, tuple[str, ...]] = {
    "listing": ("fallback",),
    "activity": (),
    "duty": ("contacts", "fallback"),
    "source": (),
    "entry": (),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch of opening, as a form shows it."""

    days: frozenset[str] = frozenset()
    start: str = ""
    end: str = ""
    tier: str = ""
    on: str = "any"


def read(sort: Sort, given: Given, held: Mapping[str, object], library: Library, tree: RegionTree) -> Body:
    """Make the fields of a thing from what a form sent; `held` is what it had before."""
    body: Body = {}
    for name in _TEXTS[sort]:
        _put(body, name, _text(given, name, LONGEST if name == "about" else LINE))
    for name in _LINES[sort]:
        _put(body, name, _lines(given.get(name, "")))
    for name in _TICKS[sort]:
        _put(body, name, _ticked(given, name, held.get(name)))
    names = {listing.name: listing.id for listing in library.listings.values()}
    for name in _NAMED[sort]:
        said = dict.fromkeys(names.get(text, text) for text in _rows(given, name).values() if text)
        _put(body, name, list(said))
    if sort != "source":
        _put(body, "region", _region(given, tree))
        _put(body, "source", _source(given, library))
    if sort == "listing":
        _hours(body, given)
        _put(body, "closures", list(_closures(given)))
        _put(body, "verified", held.get("verified"))
    if sort == "activity":
        body["recurrence"] = _recurrence(given)
    return body


def _put(body: Body, name: str, value: object) -> None:
    """What says nothing stands in no file."""
    if value not in (None, "", []):
        body[name] = value


def _text(given: Given, name: str, most: int = LINE) -> str:
    return given.get(name, "").replace("\r\n", "\n").strip()[:most]


def _lines(text: str) -> list[str]:
    said = (line.strip()[:LINE] for line in re.split(r"[\n、]", text.replace("\r", "\n")[:LONGEST]))
    return list(dict.fromkeys(line for line in said if line))


def _ticked(given: Given, name: str, held: object) -> list[str]:
    """Give what is ticked: first what was there before, in its order, so that nothing seems changed that was not."""
    start = f"{name}-"
    found = [key.removeprefix(start) for key in given if key.startswith(start)]
    before = [one for one in held if one in found] if isinstance(held, list) else []
    return [*before, *(one for one in found if one not in before)]


def _rows(given: Given, sort: str) -> dict[tuple[int, str], str]:
    """Give the values of the rows of one sort, by row and column, in order."""
    found = {
        (int(match[2]), match[3] or ""): value.strip()[:LINE]
        for name, value in given.items()
        if (match := _ROW.fullmatch(name)) and match[1] == sort and int(match[2]) < ROWS
    }
    return dict(sorted(found.items()))


def _numbered(given: Given, sort: str) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for (row, column), value in _rows(given, sort).items():
        rows.setdefault(row, {})[column] = value
    return list(rows.values())


def _region(given: Given, tree: RegionTree) -> str:
    """Give the place that was chosen, or the one that was written because it is not among those to choose from."""
    other = _text(given, "elsewhere")
    if not other:
        return _text(given, "region")
    found = tree.find(other)
    return found.slug if found else other


def _source(given: Given, library: Library) -> str:
    said, where = _text(given, "source"), re.sub(r"[第条\s]", "", _text(given, "place"))
    source = next((one.id for one in library.sources.values() if one.title == said), said)
    return f"{source}-{where}" if source and where else source


def _hours(body: Body, given: Given) -> None:
    """Hours that are not known are left out: that is not the same as no hours."""
    mode = given.get("hours", "")
    if mode == "whole":
        whole: Body = {"days": "all", "from": "00:00", "to": "00:00"}
        _put(whole, "tier", _text(given, "tier"))
        body["hours"] = [whole]
    elif mode == "spans":
        body["hours"] = [span for row in _numbered(given, "span") if (span := _span(row))]


def _span(row: Mapping[str, str]) -> Body:
    days = [day for day in DAYS if day in row]
    if not days and not any(row.get(name) for name in ("from", "to", "tier")):
        return {}
    span: Body = {"days": {DAYS: "all", DAYS[:5]: "mon-fri"}.get(tuple(days), days)}
    span |= {"from": clock(row.get("from", "")), "to": clock(row.get("to", ""))}
    _put(span, "tier", row.get("tier"))
    if row.get("on", "any") != "any":
        span["on"] = row["on"]
    return span


def clock(text: str) -> str:
    """Write a time as files do: 8:00 becomes 08:00, 24:00 midnight; what is no time stays."""
    plain = text.replace("：", ":").zfill(5)
    try:
        return "00:00" if plain == "24:00" else time.fromisoformat(plain[:5]).strftime("%H:%M")
    except ValueError:
        return text


def _closures(given: Given) -> Iterable[Body]:
    for row in _numbered(given, "shut"):
        if any(row.values()):
            start = row.get("from", "")
            yield {"start": start, "end": row.get("until") or start, "note": row.get("note", "")}


def _recurrence(given: Given) -> Body:
    """Take what the chosen rule needs; the other fields of the form are for other rules."""
    rule = _text(given, "rule")
    wanted: Collection[str] = NEEDS.get(rule, set()) | MAY.get(rule, set())
    body: Body = {"rule": rule}
    for name in _NUMBERS:
        text = _text(given, name)
        if name in wanted and text:
            body[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else text
    if "months" in wanted:
        _put(body, "months", [month for month in range(1, 13) if f"months-{month}" in given])
    for name in ("weekday", "start", "end"):
        if name in wanted:
            _put(body, name, _text(given, name))
    return body


# Back again: what the form shows of a body.


def spans(body: Mapping[str, object]) -> list[Row]:
    """Give the rows of the hours."""
    hours = body.get("hours")
    return [_row(span) for span in hours if isinstance(span, dict)] if isinstance(hours, list) else []


def _row(span: Mapping[str, object]) -> Row:
    days = span.get("days")
    named: Mapping[str, Collection[str]] = {"all": DAYS, "mon-fri": DAYS[:5]}
    known = named.get(days, ()) if isinstance(days, str) else days if isinstance(days, list) else ()
    start, end, tier, on = (str(span.get(name) or "") for name in ("from", "to", "tier", "on"))
    return Row(frozenset(known), start, end, tier, on or "any")


def mode(body: Mapping[str, object]) -> str:
    """Tell how hours are given: unknown, the whole day, or row by row."""
    if "hours" not in body:
        return "unknown"
    rows = spans(body)
    whole = len(rows) == 1 and rows[0].days == frozenset(DAYS) and rows[0].start == rows[0].end == "00:00"
    return "whole" if whole and rows[0].on == "any" else "spans"


def cited(body: Mapping[str, object], library: Library) -> tuple[str, str]:
    """Give the title of the source and the place in it."""
    reference = str(body.get("source") or "")
    found = resolve(reference, library.sources)
    return (found.source.title, found.locator or "") if found else (reference, "")
