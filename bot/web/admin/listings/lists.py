"""The rows of the lists: what is in the library and what is only drafted, searched, filtered, told in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.dialogue.answers import status_words
from bot.dialogue.decision import Tools
from bot.store.changes import Change
from bot.web.admin.listings.ahead import dates
from bot.web.admin.listings.judging import resting
from bot.web.admin.listings.words import FRESH, KINDS, RECURRENCES, SOURCE_KINDS
from knowledge import amend
from knowledge.amend import Sort, Thing
from knowledge.calendar import CHINA
from knowledge.editorial import STATE_WORDS
from knowledge.freshness import freshness
from knowledge.model import Activity, Duty, Library, Listing, Source
from knowledge.regions import COUNTRY, RegionTree

FILTERS: Mapping[Sort, tuple[str, ...]] = {
    "listing": ("q", "region", "kind", "fresh", "number", "hours", "state"),
    "activity": ("q", "region", "rule", "state"),
    "duty": ("q", "region", "state"),
    "source": ("q", "kind", "state"),
}
STATES: Mapping[str, str] = {"bad": "有要改的", "draft": "草稿", "in-review": "待审", "approved": "已批准"}
_FRESH_ORDER = {"hidden": 0, "due": 1, "never": 2, "current": 3, "none": 4, "exempt": 5}


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a row: its head, its words, and the state of a badge where it is one."""

    head: str
    text: str
    state: str | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `change` are the words of the open change, `change_state` its badge."""

    key: str
    name: str
    under: str
    cells: tuple[Cell, ...]
    problem: str = ""
    change: str = ""
    change_state: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A thing as lists know it: as it is in the library, or, where it is not yet there, as it is drafted."""

    key: str
    thing: Thing
    change: Change | None = None


def gathered(sort: Sort, library: Library, open_: Collection[Change]) -> list[Held]:
    """Give everything of a sort, what is not live yet first."""
    changes = {change.key: change for change in open_}
    things = amend.of(library, sort)
    fresh = []
    for key, change in changes.items():
        if key not in things and change.body is not None:
            thing, _ = amend.decode(sort, change.body)
            if thing is not None:
                fresh.append(Held(key, thing, change))
    return [*fresh, *(Held(key, thing, changes.get(key)) for key, thing in things.items())]


def matching(
    found: list[Held], chosen: Mapping[str, str], tools: Tools, bad: Collection[str], today: date
) -> list[Held]:
    """Leave those that all filters fit."""
    tests = list(_tests(chosen, tools.tree, bad, today))
    kept = [one for one in found if all(test(one) for test in tests)]
    if found and isinstance(found[0].thing, Listing):
        kept.sort(key=lambda one: _urgency(one, today))
    return kept


def _urgency(one: Held, today: date) -> tuple[bool, int, date]:
    """What is not live yet comes first, then what is overdue, longest first, then what nobody ever dialled."""
    if not isinstance(one.thing, Listing):
        return True, 9, today
    standing = freshness(one.thing, today)
    return one.change is None, _FRESH_ORDER[standing.state], standing.due or one.thing.source_date


def _tests(
    chosen: Mapping[str, str], tree: RegionTree, bad: Collection[str], today: date
) -> Iterator[Callable[[Held], bool]]:
    simple = _simple(tree, bad, today)
    for name, value in chosen.items():
        if value and name in simple:
            yield lambda one, test=simple[name], value=value: test(one, value)  # type: ignore[misc]  # bound now


def _simple(tree: RegionTree, bad: Collection[str], today: date) -> dict[str, Callable[[Held, str], bool]]:
    def state(one: Held, value: str) -> bool:
        return one.key in bad if value == "bad" else one.change is not None and one.change.state == value

    def rule(one: Held, value: str) -> bool:
        return isinstance(one.thing, Activity) and one.thing.recurrence.rule == value

    def fresh(one: Held, value: str) -> bool:
        return isinstance(one.thing, Listing) and freshness(one.thing, today).state == value

    return {
        "q": lambda one, value: any(value.lower() in text.lower() for text in _texts(one.thing)),
        "region": lambda one, value: _within(one.thing, value, tree),
        "kind": lambda one, value: getattr(one.thing, "kind", "") == value,
        "rule": rule,
        "fresh": fresh,
        "number": lambda one, value: (getattr(one.thing, "phone", None) is not None) == (value == "yes"),
        "hours": lambda one, value: (getattr(one.thing, "hours", None) is not None) == (value == "yes"),
        "state": state,
    }


def _within(thing: Thing, place: str, tree: RegionTree) -> bool:
    region = getattr(thing, "region", None)
    return region == COUNTRY if place == COUNTRY else region is not None and tree.within(region, place)


def _texts(thing: Thing) -> Iterator[str]:
    for name in (
        "name",
        "problem",
        "title",
        "about",
        "phone",
        "address",
        "department",
        "organiser",
        "issuer",
        "number",
    ):
        yield getattr(thing, name, None) or ""
    yield from getattr(thing, "aliases", ()) or getattr(thing, "wordings", ())


def line(one: Held, tools: Tools, problems: Mapping[str, str], now: datetime) -> Line:
    """Tell a thing in a row."""
    thing, today = one.thing, now.astimezone(CHINA).date()
    if isinstance(thing, Listing):
        under, cells = _listing(thing, tools, now)
    elif isinstance(thing, Activity):
        under, cells = _activity(thing, tools, today)
    elif isinstance(thing, Duty):
        under, cells = _duty(thing, tools)
    else:
        under, cells = _source(thing, tools.library)
    sort = next(name for name, kind in amend.KINDS.items() if isinstance(thing, kind))
    change = one.change
    said = ""
    if change is not None:
        said = f"停用 · {STATE_WORDS[change.state]}" if change.body is None else STATE_WORDS[change.state]
    state = {"draft": "info", "in-review": "warn", "approved": "good"}.get(change.state, "") if change else ""
    return Line(one.key, amend.title(sort, thing), under, cells, problems.get(one.key, ""), said, state)


def _place(region: str, tools: Tools) -> str:
    return "全国" if region == COUNTRY else tools.tree.name(region)


def _listing(thing: Listing, tools: Tools, now: datetime) -> tuple[str, tuple[Cell, ...]]:
    standing = freshness(thing, now.astimezone(CHINA).date())
    [(_, status)] = tools.directory.with_status([thing], now)
    state, words = FRESH[standing.state]
    if thing.verified and standing.state in ("current", "due", "none"):
        words = f"{thing.verified.on} 核实"
    under = " · ".join((KINDS[thing.kind], _place(thing.region, tools)))
    return under, (
        Cell("电话", thing.phone or "没有号码"),
        Cell("现在", status_words(thing, status, now), status.open),
        Cell("核实", words, state, {"good": "check", "": ""}.get(state, "clock")),
    )


def _activity(thing: Activity, tools: Tools, today: date) -> tuple[str, tuple[Cell, ...]]:
    ahead = dates(thing, today)
    return _place(thing.region, tools), (
        Cell("什么时候办", RECURRENCES[thing.recurrence.rule]),
        Cell("最近的一次", ahead[0] if ahead else "没有了"),
        Cell("主办", thing.organiser or "没有写"),
    )


def _duty(thing: Duty, tools: Tools) -> tuple[str, tuple[Cell, ...]]:
    known = tools.library.listings
    return _place(thing.region, tools), (
        Cell("归谁", thing.department),
        Cell("找谁", "、".join(known[one].name for one in thing.contacts if one in known) or "没有写"),
        Cell("问法", f"{len(thing.wordings)} 种"),
    )


def _source(thing: Source | Thing, library: Library) -> tuple[str, tuple[Cell, ...]]:
    if not isinstance(thing, Source):
        return "", ()
    held = list(resting(thing.id, library)) if thing.id in library.sources else []
    late = sum(newer for _, _, newer in held)
    fresh = (
        Cell("有没有更新", f"{late} 处要再看", "warn", "clock") if late else Cell("有没有更新", "没有", "good", "check")
    )
    return f"{SOURCE_KINDS[thing.kind]} · {thing.issuer}", (
        Cell("日期", f"{thing.date}" + (f" · {thing.number}" if thing.number else "")),
        Cell("依据它的", f"{len(held)} 处"),
        fresh,
    )
