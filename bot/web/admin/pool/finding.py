"""Who of the pool fits what is looked for: 青春期, 普陀, 周六. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.dialogue.decision import Tools
from bot.store.engagements import PARTS
from bot.store.pool import WORDS, Person
from bot.web.admin.pool import places
from bot.web.admin.pool.words import TIMES, WEEKDAYS
from knowledge.model import DAYS

REACH: Mapping[str, str] = {"around": "上级、下级都算", "below": "这里和下级", "only": "只要这里的"}
CHECKED: Mapping[str, str] = {"yes": "资质核对过", "no": "资质还没核对"}
STATES: Mapping[str, str] = {"": "在请的", "closed": "不再请的"}
FIELDS = ("q", "sort", "topic", "stage", "day", "part", "on", "reach", "checked", "state")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "" leaves a thing open. `on` is a day on which they have nothing yet, as 2026-05-16."""

    region: str = ""
    q: str = ""
    sort: str = ""
    topic: str = ""
    stage: str = ""
    day: str = ""
    part: str = ""
    on: str = ""
    reach: str = ""
    checked: str = ""
    state: str = ""

    @property
    def weekday(self) -> str:
        """Give the day of the week on which they have to be free."""
        return DAYS[date.fromisoformat(self.on).weekday()] if self.on else self.day


def wanted(region: str, query: Mapping[str, str], tools: Tools) -> Wanted:
    """Read what an address looks for; what is no choice is left open."""
    taxonomy = tools.library.taxonomy
    known: Mapping[str, Collection[str]] = {
        "sort": WORDS,
        "topic": taxonomy.topics,
        "stage": taxonomy.stages,
        "day": WEEKDAYS,
        "part": PARTS,
        "reach": REACH,
        "checked": CHECKED,
        "state": STATES,
    }
    given = {name: query.get(name, "").strip()[:60] for name in FIELDS}
    chosen = {name: value if name not in known or value in known[name] else "" for name, value in given.items()}
    return Wanted(region=region, **chosen | {"on": _iso(chosen["on"])})


def matching(
    people: Sequence[Person], asked: Wanted, tools: Tools, busy: Collection[int] = frozenset()
) -> list[Person]:
    """Give those who fit and are not busy, those of the place itself and below it first, then from near to far."""
    tree = tools.tree
    free, words = [one for one in people if one.id not in busy], _split(asked)
    found = [one for one in free if _fits(one, asked, tools) and all(_has(one, word, tools) for word in words)]
    if not asked.region:
        return found
    chain = tree.chain(asked.region)

    def distance(one: Person) -> int:
        return 0 if tree.within(one.region, asked.region) else chain.index(one.region)

    return sorted(found, key=distance)


def _iso(text: str) -> str:
    """Give a day as we write it; what is none is left open."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _split(asked: Wanted) -> list[str]:
    return asked.q.replace("+", " ").replace("、", " ").replace("，", " ").split()


def _fits(one: Person, asked: Wanted, tools: Tools) -> bool:
    return (
        one.active != (asked.state == "closed")
        and asked.sort in ("", one.sort)
        and (not asked.topic or asked.topic in one.topics)
        and (not asked.stage or not one.stages or asked.stage in one.stages)
        and _near(one, asked, tools)
        and _free(one, asked)
        and (not asked.checked or (one.checked_on is not None) == (asked.checked == "yes"))
    )


def _near(one: Person, asked: Wanted, tools: Tools) -> bool:
    if not asked.region or one.region == asked.region:
        return True
    below = tools.tree.within(one.region, asked.region)
    if asked.reach in ("below", "only"):
        return below and asked.reach == "below"
    return below or tools.tree.within(asked.region, one.region)


def _free(one: Person, asked: Wanted) -> bool:
    if not asked.weekday and not asked.part:
        return True
    halves = [time.split("-") for time in one.times]
    return any(asked.weekday in ("", day) and asked.part in ("", part) for day, part in halves)


def _has(one: Person, word: str, tools: Tools) -> bool:
    """Whether a word stands in anything that is known of somebody; never in how to reach them."""
    taxonomy = tools.library.taxonomy
    told = [one.name, WORDS.get(one.sort, ""), places.name(tools, one.region), one.note]
    told += [taxonomy.topics[topic].name for topic in one.topics if topic in taxonomy.topics]
    told += [taxonomy.stages[stage].name for stage in one.stages if stage in taxonomy.stages]
    told += [TIMES[time] for time in one.times if time in TIMES]
    return any(word in words for words in told)
