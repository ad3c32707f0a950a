"""Whose units somebody sees, and which of them a request asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from aiohttp import web

from bot.channels.web.refused import Refused
from bot.dialogue.decision import Tools
from bot.store.people import Role, Staff
from knowledge import terms
from knowledge.demands import SORTS
from knowledge.regions import COUNTRY
from knowledge.terms import Term
from knowledge.verdicts import State

TERMS_SHOWN = 6
NO_REGION = "没有这个地方，地址可能写错了。"


def regions_of(staff: Staff) -> frozenset[str] | None:
    """Give the regions whose units this person sees; None: all. Who has a region sees it and what lies in it."""
    return None if staff.role == Role.ADMIN or staff.region is None else staff.regions


def served(tools: Tools, staff: Staff) -> list[tuple[str, str]]:
    """List where this person may add units: the places that we serve, and all that lies in them."""
    own = {one.region for one in tools.library.listings.values()} - {COUNTRY}
    reach = regions_of(staff)
    found = {key for top in own for key in tools.tree.beneath(top)}
    found = found if reach is None else found & reach | ({staff.region} if staff.region else set())
    return sorted(((key, tools.tree.name(key)) for key in found), key=lambda one: one[1])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: a region ("" for all that one sees), a term, a sort ("" for all), a state ("" too)."""

    region: str
    term: Term
    sort: str
    show: str
    today: date
    regions: frozenset[str] | None

    def address(self, path: str, **more: str) -> str:
        """Give an address that asks for the same, but for what is given."""
        held = {"region": self.region, "term": self.term.key, "sort": self.sort, "show": self.show} | more
        return f"{path}?{urlencode({name: value for name, value in held.items() if value})}"


def asked(request: web.Request, staff: Staff, tools: Tools, today: date) -> Asked:
    """Read it.

    Raises:
        Refused: a place that is not there or not theirs, or something else that does not exist.
    """
    query = {name: request.query.get(name, "").strip() for name in ("region", "term", "sort", "show")}
    term = terms.read(query["term"]) if query["term"] else terms.term_of(today)
    if term is None or term > terms.term_of(today):
        raise Refused(404, "没有这个学期，地址可能写错了。", "no-term")
    if (query["sort"] and query["sort"] not in SORTS) or (query["show"] and query["show"] not in set(State)):
        raise Refused(404, "没有这一类，地址可能写错了。", "no-sort")
    regions = reached(query["region"], staff, tools)
    return Asked(query["region"], term, query["sort"], query["show"], today, regions)


def reached(region: str, staff: Staff, tools: Tools) -> frozenset[str] | None:
    """Give the regions that are meant by one of them, or by none; None: all.

    Raises:
        Refused: it is not there, or not theirs.
    """
    own = regions_of(staff)
    if not region:
        return own
    if region not in tools.library.regions or (own is not None and region not in own):
        raise Refused(404, NO_REGION, "no-region")
    return tools.tree.beneath(region)


def choices(tools: Tools, staff: Staff, used: Collection[str]) -> list[tuple[str, str]]:
    """List the regions to choose from: those of units, and those above them that this person sees."""
    own = regions_of(staff)
    found = {above for key in used for above in tools.tree.chain(key)} - {COUNTRY}
    shown = {key for key in found if key in tools.library.regions and (own is None or key in own)}
    return sorted(((key, tools.tree.name(key)) for key in shown), key=lambda one: one[1])
