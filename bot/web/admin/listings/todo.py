"""Which listings are to be called, the most pressing first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.store.changes import Change
from bot.store.verifications import Last
from bot.web.admin.listings.words import KINDS, OUTCOMES
from knowledge.calendar import CHINA
from knowledge.freshness import Freshness, freshness
from knowledge.model import Library, Listing
from knowledge.regions import COUNTRY, RegionTree

TWICE = 2  # calls in a row that nobody answered: then something is wrong with the line, not with the hour
GROUPS: Mapping[str, tuple[str, str]] = {
    "unanswered": ("连着两次没有人接", "换个时间再打。还是没人接，就按“停办了或是空号”记下，请同事来看。"),
    "never": ("还没核实过", "家长看得到，写着“待核实”。依据最旧的排在前面。"),
    "hidden": ("过期了，家长看不到", "打通一次，发布以后家长就又看得到。"),
    "due": ("快到期", "到期以后家长就看不到了，请在那之前打一次。"),
    "waiting": ("打过了，等发布", "发布以后，核实的日子才算数。"),
    "current": ("以后", "按该打的日子排。"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A number to dial: why, by when, and what came of the last call."""

    key: str
    name: str
    under: str
    phone: str
    why: str
    last: str


def unsure(library: Library, now: datetime) -> int:
    """Count the numbers that the library in force does not vouch for: never dialled, due soon, or hidden by age."""
    today = now.astimezone(CHINA).date()
    return sum(freshness(one, today).state in ("never", "due", "hidden") for one in library.listings.values())


def tasks(
    library: Library,
    lasts: Mapping[str, Last],
    open_: Collection[Change],
    tree: RegionTree,
    today: date,
    *,
    region: str = "",
) -> list[tuple[str, list[Task]]]:
    """Give the groups that are not empty, each in the order in which to dial."""
    changes = {change.key: change for change in open_}
    groups: dict[str, list[tuple[date, Task]]] = {name: [] for name in GROUPS}
    for listing in library.listings.values():
        last, standing = lasts.get(listing.id), freshness(listing, today)
        if standing.state in ("none", "exempt") or (region and not tree.within(listing.region, region)):
            continue
        group = _group(listing, last, changes.get(listing.id), standing)
        groups[group].append((standing.due or listing.source_date, _task(listing, last, standing, tree)))
    return [(name, [task for _, task in sorted(held, key=lambda one: one[0])]) for name, held in groups.items() if held]


def _group(listing: Listing, last: Last | None, change: Change | None, standing: Freshness) -> str:
    if last is not None and last.unanswered >= TWICE:
        return "unanswered"
    if last is not None and change is not None and last.call.outcome in ("right", "changed", "gone"):
        verified = (change.body or {}).get("verified")
        newer = isinstance(verified, dict) and (
            listing.verified is None or str(verified.get("on")) > str(listing.verified.on)
        )
        if newer or change.body is None:
            return "waiting"
    return standing.state


def _task(listing: Listing, last: Last | None, standing: Freshness, tree: RegionTree) -> Task:
    place = "全国" if listing.region == COUNTRY else tree.name(listing.region)
    said = ""
    if last is not None:
        call = last.call
        said = f"{call.at.astimezone(CHINA):%Y-%m-%d} {call.name}：{OUTCOMES[call.outcome]}"
        said += f"，连着 {last.unanswered} 次" if last.unanswered >= TWICE else ""
        said += f"。{call.note}" if call.note else ""
    return Task(
        listing.id, listing.name, f"{KINDS[listing.kind]} · {place}", listing.phone or "", _why(listing, standing), said
    )


def _why(listing: Listing, standing: Freshness) -> str:
    if standing.state == "never":
        return f"依据 {listing.source_date} 的文件"
    if standing.state == "hidden":
        return f"{standing.hides} 起家长看不到"
    return f"{standing.due} 前打一次" + ("" if standing.hides else "，过了家长也看得到")
