"""The tree of places to choose from: those that things are for, with what lies above them, and all provinces. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.model import Library
from knowledge.regions import COUNTRY, RegionTree

_INDENT = "　"


def options(library: Library, tree: RegionTree, *more: str, provinces: bool = False) -> list[tuple[str, str]]:
    """Give id and name of the places that listings, activities and duties are for, as a tree from the country down."""
    slugs = {listing.region for listing in library.listings.values()} | {slug for slug in more if slug}
    slugs |= {activity.region for activity in library.activities.values()}
    slugs |= {duty.region for duty in library.duties.values()}
    used = {place for slug in slugs for place in tree.chain(slug)}
    if provinces:
        used |= {region.slug for region in library.regions.values() if region.level == "province"}
    return list(_branch(COUNTRY, used, library, 0))


def _branch(slug: str, used: set[str], library: Library, depth: int) -> Iterable[tuple[str, str]]:
    region = library.regions.get(slug)
    yield slug, _INDENT * depth + (region.name if region and slug != COUNTRY else "全国")
    beneath = [one for one in library.regions.values() if one.parent == slug and one.slug in used]
    for one in sorted(beneath, key=lambda one: one.code):
        yield from _branch(one.slug, used, library, depth + 1)
