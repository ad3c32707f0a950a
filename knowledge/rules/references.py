"""Rules about ids and what they point at: every id is a slug, every reference leads somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from knowledge.model import Duty, Entry, Library, Listing
from knowledge.rules.problem import SLUG, Problem, Thing, place
from knowledge.sources import resolve


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at the ids and references of everything in `part`."""
    for folder, things in _all(part).items():
        for key, thing in things.items():
            yield from _id(key, thing, folder)
            yield from _vocabulary(thing, library)
            yield from _sources(thing, library)
    for source in part.sources.values():
        if not SLUG.fullmatch(source.id):
            yield _bad_id(f"sources.yaml#{source.id}", source.id)


def _all(library: Library) -> dict[str, Mapping[str, Thing]]:
    return {
        "entries": library.entries,
        "listings": library.listings,
        "activities": library.activities,
        "duties": library.duties,
    }


def _id(key: str, thing: Thing, folder: str) -> Iterator[Problem]:
    if key != thing.id:
        yield Problem(f"{folder}/{key}", "id", f"登记的标识是 {key}，内容里写的是 {thing.id}，请改成一样。")
    if not SLUG.fullmatch(thing.id):
        yield _bad_id(place(thing), thing.id)


def _bad_id(where: str, name: str) -> Problem:
    return Problem(where, "id", f"标识 {name} 只能用小写字母、数字和短横线，请改写。")


def _vocabulary(thing: Thing, library: Library) -> Iterator[Problem]:
    """Topics, stages, families and the region are ones that exist."""
    known: dict[str, Collection[str]] = {
        "topics": library.taxonomy.topics,
        "stages": library.taxonomy.stages,
        "families": library.taxonomy.families,
    }
    for field, names in known.items():
        for name in getattr(thing, field, ()):
            if name not in names:
                yield Problem(place(thing), field, f"{field} 里的 {name} 不在 taxonomy.yaml 中，请改成已有的。")
    if thing.region is not None and thing.region not in library.regions:
        yield Problem(place(thing), "region", f"地区 {thing.region} 不在 regions.csv 中，请改成已有的。")


def _sources(thing: Thing, library: Library) -> Iterator[Problem]:
    references = thing.sources if isinstance(thing, Entry) else (thing.source,)
    if not references:
        yield Problem(place(thing), "source", "没有写出处，请至少写一个 sources.yaml 里的出处。")
    for reference in references:
        citation = resolve(reference, library.sources)
        if citation is None:
            yield Problem(place(thing), "source", f"出处 {reference} 不在 sources.yaml 中，请补上出处或改正标识。")
        elif not citation.sound:
            yield Problem(
                place(thing), "source", f"出处 {reference} 里的 {citation.locator} 不对，法律请写条号，大纲请写年龄段。"
            )


def listed(where: str, rule: str, ids: tuple[str, ...], library: Library) -> Iterator[Problem]:
    """Each id is that of a listing."""
    for name in ids:
        if name not in library.listings:
            yield Problem(where, rule, f"{rule} 里的 {name} 没有这个服务条目，请改正或补上。")


def reachable(thing: Listing | Duty, rule: str, ids: tuple[str, ...], library: Library) -> Iterator[Problem]:
    """Each listing named is one of the thing's own region or of a place above it."""
    for name in ids:
        listing = library.listings.get(name)
        if listing and listing.region not in above(thing.region, library):
            yield Problem(place(thing), rule, f"{rule} 里的 {name} 是别的地区的服务，请换成本地或全国的。")


def above(region: str, library: Library) -> set[str]:
    """Give the place and those it lies in, by the parents of the region table."""
    found = {"china"}
    current: str | None = region
    while current and current not in found:
        found.add(current)
        known = library.regions.get(current)
        current = known.parent if known else None
    return found
