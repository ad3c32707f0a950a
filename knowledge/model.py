"""The library's nouns as plain frozen values: what an entry, a listing, an activity, a duty and a source are.

No I/O here: `files.py` reads and writes them, `check.py` says what is wrong with them.
Ids are slugs (`a-z0-9-`) and stand for the thing everywhere: in files, tables, URLs and indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ListingKind = Literal["emergency", "hotline", "station", "centre", "school", "organisation", "service", "platform"]
SourceKind = Literal["law", "regulation", "rule", "policy", "outline", "local-document", "guideline", "reference"]
RegionLevel = Literal["country", "province", "city", "district", "street"]
# The age bands of the national outline, and its two kinds of families that need more.
Band = Literal["pregnancy", "0-3", "3-6", "6-12", "12-15", "15-18", "special-families", "special-children"]
EntryIntent = Literal["guidance", "policy", "service"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the promises of the library, e.g. `screens` (手机与屏幕) in the group `digital`.

    `stages` are those in which it occurs, so that each needs an entry; empty where that is not said.
    """

    id: str
    name: str
    group: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """An age band of the national outline: `first` years inclusive to `last` years exclusive."""

    id: str
    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Every id that an entry may use, with the Chinese names that people read."""

    topics: Mapping[str, Topic]
    groups: Mapping[str, str]
    stages: Mapping[str, Stage]
    families: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from. A reference is the id, or the id and an article: `minors-law-2024-71`."""

    id: str
    title: str
    kind: SourceKind
    issuer: str
    date: date
    number: str | None = None  # the document's own number, e.g. 常教办〔2024〕125号
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One question that parents have, the ways they ask it, and what we answer.

    `brief` and `full` are Markdown; `brief` has the shape that `knowledge.brief.parse` reads.
    `region` None means everywhere; empty `stages` or `families` mean all of them. `intent` is what a parent who asks
    this is after: what to do with the child, what the law says, or how to use a service.
    """

    id: str
    title: str
    topics: tuple[str, ...]
    wordings: tuple[str, ...]
    brief: str
    full: str
    sources: tuple[str, ...]
    written: date
    review_by: date
    stages: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    region: str | None = None
    reviewed: date | None = None
    related: tuple[str, ...] = ()
    intent: EntryIntent = "guidance"


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of opening: on these days from `start` to `end`; `end` <= `start` runs past midnight.

    `start` == `end` means the whole 24 hours. `on` narrows it to working days or days off as China's
    calendar has them (make-up workdays count as working days). `tier` says who answers then.
    """

    days: tuple[Day, ...]
    start: time
    end: time
    tier: str | None = None
    on: Literal["any", "workday", "day-off"] = "any"


@dataclass(frozen=True, slots=True)
class Verification:
    """A person dialled or visited: who (a role, never a private name) and when."""

    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a listing does not open although its hours say so, both inclusive, and why; parents read it."""

    start: date
    end: date
    note: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Somewhere to turn: a line, a station, a centre, an organisation, a service, a platform.

    `hours` None means not known: shown as "以当地为准", never guessed. `phone` None means that no number
    has been published: shown as 待核实 with the `fallback` listings. `region` is a slug of regions.csv;
    `china` for national ones.
    """

    id: str
    name: str
    kind: ListingKind
    region: str
    about: str
    source: str
    source_date: date
    phone: str | None = None
    aliases: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    fee: str | None = None
    hours: tuple[Span, ...] | None = None
    hours_note: str | None = None  # e.g. 各地服务时间不同，以当地为准
    closures: tuple[Closure, ...] = ()  # for a while, beside the hours; past ones do no harm
    reach: str | None = None  # how one gets there when there is no number: through the school, the street office
    address: str | None = None
    url: str | None = None
    verified: Verification | None = None
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When an activity is on.

    `rule` names the shape, the other fields fill it in:

    week-of (month, day): the Monday-to-Sunday week that holds that date
    months (months): all through these months, every year
    month-end: the last days of every month
    monthly: some day of every month, the date is announced
    nth-weekday (month, nth, weekday): e.g. the third Monday of May
    date (month, day): that day every year
    term (times): at least so often each school term
    yearly: once a year or a season, date announced
    ongoing: all year round
    once (start, end): between two dates
    """

    rule: Literal[
        "week-of", "months", "month-end", "monthly", "nth-weekday", "date", "term", "yearly", "ongoing", "once"
    ]
    month: int | None = None
    day: int | None = None
    months: tuple[int, ...] = ()
    nth: int | None = None
    weekday: Day | None = None
    times: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Something families can take part in, with the rule for when it recurs."""

    id: str
    name: str
    region: str
    about: str
    recurrence: Recurrence
    source: str
    source_date: date
    organiser: str | None = None
    join: str | None = None  # how to take part; None: not published
    aliases: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    fee: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is responsible for what: a problem as people put it, the department, whom to reach."""

    id: str
    problem: str
    department: str
    region: str
    about: str
    source: str
    source_date: date
    wordings: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()  # listing ids, in the order to try
    fallback: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """A place of the tree country > province > city > district > street.

    `code` is the GB/T 2260 code (six digits; nine for streets); `slug` is what the product uses and
    equals the code where nobody gave a better one. `aliases` are the short ways people write it (普陀, 天宁).
    """

    slug: str
    code: str
    name: str
    level: RegionLevel
    parent: str | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Everything we may say, keyed by id. Immutable: an edit makes another one.

    `paraphrases` are further ways parents put the question of an entry: they teach the search, and nobody reads them.
    """

    taxonomy: Taxonomy
    entries: Mapping[str, Entry] = field(default_factory=dict)
    listings: Mapping[str, Listing] = field(default_factory=dict)
    activities: Mapping[str, Activity] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    regions: Mapping[str, Region] = field(default_factory=dict)
    paraphrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
