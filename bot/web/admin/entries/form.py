"""What stands in the editor's form, and how it becomes the fields of an entry and back. Pure; nothing typed is lost.

What cannot be read (a source that nobody knows, a date that is none) is kept as it was typed: a draft may be wrong,
and the checks say what to mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast, get_args

from knowledge.model import Entry, EntryIntent, Library
from knowledge.records import names
from knowledge.sources import resolve

INTENTS: tuple[EntryIntent, ...] = get_args(EntryIntent)
SPARE = 2  # empty rows below the last one that says something
WORDINGS = 8  # rows that there are at least
MOST = 40  # rows of one kind that are read
LONGEST = {"title": 80, "wording": 200, "brief": 2000, "full": 8000, "line": 200}
REVIEW_AFTER = timedelta(days=365)
_NAMED = re.compile(r"(wording|source|place|related)-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as it is typed: its title, and the place in it (`71` of a law, `12-15` of the outline)."""

    source: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as people see it: titles instead of ids, rows without gaps. `seen` is the newest version they had."""

    title: str = ""
    topic: str = ""
    topic2: str = ""
    intent: str = "guidance"
    review_by: str = ""
    region: str = ""
    stages: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    brief: str = ""
    full: str = ""
    sources: tuple[Cited, ...] = ()
    related: tuple[str, ...] = ()
    seen: int = 0


def typed(given: Mapping[str, str]) -> Typed:
    """Read what a form sent."""
    rows: dict[str, dict[int, str]] = {"wording": {}, "source": {}, "place": {}, "related": {}}
    for name, value in given.items():
        if (found := _NAMED.fullmatch(name)) and int(found[2]) < MOST:
            most = LONGEST["wording" if found[1] == "wording" else "line"]
            rows[found[1]][int(found[2])] = " ".join(value.split())[:most]
    seen = given.get("seen", "")
    sources = [Cited(text, rows["place"].get(at, "")) for at, text in sorted(rows["source"].items()) if text]
    return Typed(
        title=_line(given, "title"),
        topic=_line(given, "topic"),
        topic2=_line(given, "topic2"),
        intent=_line(given, "intent") or "guidance",
        review_by=_line(given, "review_by"),
        region=_line(given, "region"),
        stages=tuple(name.removeprefix("stage-") for name in given if name.startswith("stage-")),
        families=tuple(name.removeprefix("family-") for name in given if name.startswith("family-")),
        wordings=_rows(rows["wording"]),
        brief=_text(given, "brief"),
        full=_text(given, "full"),
        sources=tuple(sources),
        related=_rows(rows["related"]),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
    )


def shown(body: Mapping[str, Any], library: Library, place: Callable[[str], str], seen: int = 0) -> Typed:
    """Give the form of stored fields, however incomplete; `place` gives the name of a region."""
    topics = [*_texts(body, "topics"), "", ""]
    region = str(body.get("region") or "")
    return Typed(
        title=str(body.get("title") or ""),
        topic=topics[0],
        topic2=topics[1],
        intent=str(body.get("intent") or "guidance"),
        review_by=str(body.get("review_by") or ""),
        region=place(region) if region in library.regions else region,
        stages=_texts(body, "stages"),
        families=_texts(body, "families"),
        wordings=_texts(body, "wordings"),
        brief=str(body.get("brief") or ""),
        full=str(body.get("full") or ""),
        sources=tuple(_cited(reference, library) for reference in _texts(body, "sources")),
        related=tuple(_title(key, library) for key in _texts(body, "related")),
        seen=seen,
    )


def fields_of(form: Typed, library: Library, region: Callable[[str], str], was: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of the entry that the form describes; what the form does not show stays as it `was`.

    `region` finds the id of a place that was named; what it does not know it gives back.
    """
    titles = {entry.title: entry.id for entry in library.entries.values()}
    known = {source.title: source.id for source in library.sources.values()}
    made: dict[str, Any] = {
        **was,
        "title": form.title,
        "topics": [topic for topic in (form.topic, form.topic2) if topic],
        "wordings": list(form.wordings),
        "brief": form.brief,
        "full": form.full,
        "sources": [_reference(one, known) for one in form.sources],
        "review_by": form.review_by,
        "stages": _chosen(form.stages, _texts(was, "stages"), library.taxonomy.stages),
        "families": _chosen(form.families, _texts(was, "families"), library.taxonomy.families),
        "region": region(form.region) if form.region else None,
        "related": [titles.get(title, title) for title in form.related],
        "intent": form.intent,
    }
    optional: dict[str, Any] = {"stages": [], "families": [], "region": None, "related": [], "intent": "guidance"}
    kept = {name: value for name, value in made.items() if name not in optional or value != optional[name]}
    return {name: kept[name] for name in names(Entry) if name in kept}


def entry_of(body: Mapping[str, Any], key: str, today: date) -> Entry:
    """Make an entry of stored fields, however incomplete, to look at and to check; it never goes into a release."""
    intent = body.get("intent")
    return Entry(
        id=key,
        title=str(body.get("title") or ""),
        topics=_texts(body, "topics"),
        wordings=_texts(body, "wordings"),
        brief=str(body.get("brief") or ""),
        full=str(body.get("full") or ""),
        sources=_texts(body, "sources"),
        written=_date(body.get("written")) or today,
        review_by=_date(body.get("review_by")) or today + REVIEW_AFTER,
        stages=_texts(body, "stages"),
        families=_texts(body, "families"),
        region=str(body["region"]) if body.get("region") else None,
        reviewed=_date(body.get("reviewed")),
        related=_texts(body, "related"),
        intent=cast("EntryIntent", intent) if intent in INTENTS else "guidance",
    )


def altered(form: Typed, step: str, titles: Mapping[str, str]) -> Typed:
    """Take a step that only changes the form: a row goes, an entry becomes a related one (`titles` by id)."""
    what, _, which = step.partition(":")
    if what == "unsay":
        return replace(form, wordings=_without(form.wordings, which))
    if what == "uncite":
        return replace(form, sources=_without(form.sources, which))
    if what == "unrelate":
        return replace(form, related=_without(form.related, which))
    if what == "relate" and which in titles and titles[which] not in form.related:
        return replace(form, related=(*form.related, titles[which]))
    return form


def _chosen(ticked: Collection[str], was: Iterable[str], known: Iterable[str]) -> list[str]:
    """Give what is ticked, in the order that it had, so that opening and saving changes nothing."""
    return [name for name in dict.fromkeys((*was, *known)) if name in ticked]


def _without(rows: tuple[Any, ...], which: str) -> tuple[Any, ...]:
    return tuple(row for at, row in enumerate(rows) if str(at) != which)


def _rows(held: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(text for _, text in sorted(held.items()) if text)


def _line(given: Mapping[str, str], name: str) -> str:
    return " ".join(given.get(name, "").split())[: LONGEST.get(name, LONGEST["line"])]


def _text(given: Mapping[str, str], name: str) -> str:
    return given.get(name, "").replace("\r\n", "\n").strip()[: LONGEST[name]]


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    held = body.get(name)
    return tuple(str(item) for item in held) if isinstance(held, list) else ()


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _title(key: str, library: Library) -> str:
    return library.entries[key].title if key in library.entries else key


def _cited(reference: str, library: Library) -> Cited:
    found = resolve(reference, library.sources)
    return Cited(found.source.title, found.locator or "") if found else Cited(reference)


def _reference(cited: Cited, known: Mapping[str, str]) -> str:
    """Write a reference; the number of an article may be typed with its words: 第 71 条."""
    bare = cited.source.removeprefix("《").removesuffix("》")
    name = known.get(cited.source) or known.get(bare) or cited.source
    place = re.sub(r"[第条岁\s]", "", cited.place).replace("—", "-").replace("–", "-")
    return f"{name}-{place}" if place else name
