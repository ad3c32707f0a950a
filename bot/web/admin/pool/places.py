"""Whose people, engagements and trainings somebody sees, and reading a place that they wrote. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store.people import Role, Staff
from bot.web.admin.listings.places import options
from knowledge.regions import COUNTRY

MANY = 300  # places that a list of suggestions can hold
WHOLE = "全国"


def within(staff: Staff) -> frozenset[str] | None:
    """Give the places of this person, their own and all below it; None: everywhere."""
    return staff.regions if staff.region and staff.role != Role.ADMIN else None


def theirs(staff: Staff, region: str) -> bool:
    """Whether a place is one of this person's."""
    own = within(staff)
    return own is None or region in own


def name(tools: Tools, region: str) -> str:
    """Name a place as people know it."""
    return WHOLE if region == COUNTRY else tools.tree.name(region)


def filled(staff: Staff, tools: Tools) -> str:
    """Give what stands in the field of a new thing: one's own place."""
    return name(tools, staff.region) if staff.region and within(staff) is not None else ""


def read(words: str, staff: Staff, tools: Tools) -> str | None:
    """Find the place that somebody wrote; None where there is none, or none of theirs."""
    found = tools.tree.find(words) if words else None
    region = COUNTRY if words == WHOLE else found.slug if found else None
    return region if region is not None and theirs(staff, region) else None


def unread(staff: Staff, tools: Tools) -> str:
    """Say what is wrong with a place that cannot be read."""
    example = name(tools, staff.region) if staff.region and within(staff) is not None else "常州市天宁区"
    return f"没有找到这个地方，请写全一些，比如“{example}”；只能写您管的地方。"


def suggested(staff: Staff, tools: Tools, used: Iterable[str]) -> list[str]:
    """Give the names that a field for a place suggests."""
    own = within(staff)
    known = own if own is not None and len(own) <= MANY else set(used)
    served = {slug for slug, _ in options(tools.library, tools.tree)} - {COUNTRY}
    shown = {slug for slug in {*known, *served} if slug in tools.library.regions and theirs(staff, slug)}
    return sorted(name(tools, slug) for slug in shown)[:MANY]


def choices(staff: Staff, tools: Tools, used: Iterable[str]) -> list[tuple[str, str]]:
    """Give the places of a filter: those that have something, and what they lie in."""
    above = {slug for one in used for slug in tools.tree.chain(one)} - {COUNTRY}
    return sorted(((one, name(tools, one)) for one in above if theirs(staff, one)), key=lambda one: one[1])


def asked(request: web.Request, staff: Staff, tools: Tools) -> str:
    """Give the place that an address asks for, "" for none.

    Raises:
        Refused: there is none, or none of theirs; it looks the same.
    """
    region = request.query.get("region", "").strip()
    if region and (region not in tools.library.regions or not theirs(staff, region)):
        raise Refused(404, "没有这个地方，地址可能写错了。", "no-region")
    return region
