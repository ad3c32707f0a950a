"""The weekly digest: which entries fit which children this week, and what is on near a family. Pure.

What is offered is a proposal; people choose and approve. Some topics are never sent unasked: whoever holds the phone
may not be the parent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from knowledge.directory import Directory, Occurrence
from knowledge.model import Entry, Library

ALL = "all"  # for parents who have not told how old the child is
GROUPS: Mapping[str, tuple[str, ...]] = {
    "preschool": ("infant", "preschool"),
    "primary": ("primary",),
    "junior": ("junior",),
    "senior": ("senior",),
    ALL: (),
}
GROUP_NAMES: Mapping[str, str] = {
    "preschool": "学龄前",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    ALL: "没说年级的",
}
MOST_ENTRIES = 3  # of a group
MOST_ACTIVITIES = 2
LONGEST_OPENING = 60  # characters
RESTS = timedelta(weeks=8)  # an entry that was sent is not proposed again for so long

# Never sent unasked, whoever chooses: somebody dangerous may read the phone.
UNSENT = frozenset({"self-harm", "abuse", "sexual-abuse", "missing", "mandatory-report"})
# For few families, for a lawyer, or too near to be met unprepared: an editor may choose them, nobody proposes them.
_FOR_FEW = frozenset({"special", "protection"})
_TOO_NEAR = frozenset(
    {"parent-wellbeing", "couple", "mental-health", "life-education", "bullying", "sex-education", "romance"}
)
# What a title names belongs to these months; in others it reads as out of date.
_MONTHS: Mapping[str, tuple[int, ...]] = {
    "寒假": (12, 1, 2),
    "过年": (12, 1, 2),
    "春节": (12, 1, 2),
    "暑假": (6, 7, 8),
    "开学": (2, 3, 8, 9),
    "中考": (3, 4, 5, 6),
    "高考": (3, 4, 5, 6),
}
_DATED = frozenset({"week-of", "nth-weekday", "date", "once", "month-end", "months"})
_MOST_STAGES = 3  # of five
_WEEK = timedelta(days=6)
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Season:
    """A stretch of the school year: its name, the days it lasts (month, day), what parents then ask; of which groups.

    Without groups it is for all.
    """

    name: str
    start: tuple[int, int]
    end: tuple[int, int]
    topics: tuple[str, ...]
    groups: tuple[str, ...] = ()

    def holds(self, day: date) -> bool:
        """Whether a day lies in it; one may run over the turn of the year."""
        at = (day.month, day.day)
        if self.start <= self.end:
            return self.start <= at <= self.end
        return at >= self.start or at <= self.end


# The days differ from place to place by a week or two; what is asked then does not.
_PUPILS = ("primary", "junior", "senior")
SEASONS: tuple[Season, ...] = (
    Season("开学前后", (8, 20), (9, 20), ("study-habits", "school-refusal", "kindergarten-entry", "primary-entry")),
    Season("期中前后", (11, 1), (11, 20), ("homework", "motivation", "exams"), _PUPILS),
    Season("期末前后", (1, 1), (1, 20), ("exams", "motivation", "emotions"), _PUPILS),
    Season("寒假里", (1, 15), (2, 20), ("screens", "self-care-chores", "siblings", "elders")),
    Season("新学期开学", (2, 15), (3, 10), ("study-habits", "school-refusal", "sleep-routine")),
    Season("升学考试前", (5, 1), (6, 25), ("exams", "career", "sleep-routine"), _PUPILS),
    Season("暑假里", (6, 28), (8, 25), ("safety", "screens", "gaming", "reading", "after-school")),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a proposal looks at beside the library.

    `fresh` are ids of entries that came or changed in the last releases, `asked` how often each was the answer lately,
    `sent` those of the last weeks' digests.
    """

    fresh: Collection[str] = ()
    asked: Mapping[str, int] = field(default_factory=dict)
    sent: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """An entry with why it was chosen, as the editor reads it."""

    id: str
    why: str


def week_of(day: date) -> date:
    """Give the Monday that names the week of a day."""
    return day - timedelta(days=day.weekday())


def group_of(stage: str | None) -> str:
    """Give the group of a child's stage."""
    return next((group for group, stages in GROUPS.items() if stage in stages), ALL)


def suits(entry: Entry, group: str) -> bool:
    """Whether an entry is for the children of a group; where nobody told how old, it must be for most."""
    if not entry.stages:
        return True
    return len(entry.stages) >= _MOST_STAGES if group == ALL else bool(set(entry.stages) & set(GROUPS[group]))


def unsent(entry: Entry) -> bool:
    """Whether an entry may not be sent unasked, whoever chooses it."""
    return bool(UNSENT & set(entry.topics))


def seasons(week: date) -> list[Season]:
    """Give what the school year brings in the week that begins on a Monday."""
    days = [week + timedelta(days=n) for n in range(7)]
    return [season for season in SEASONS if any(season.holds(day) for day in days)]


def propose(library: Library, week: date, known: Known, directory: Directory) -> dict[str, tuple[Proposed, ...]]:
    """Choose up to three entries for each group, of different topics: new, of the season, asked, not sent lately."""
    offered = [one for one in library.entries.values() if _offered(one, library, known) and _timely(one, week)]
    most = max(known.asked.values(), default=0)
    found: dict[str, tuple[Proposed, ...]] = {}
    for group in GROUPS:
        season = _season(directory, week, group)

        def worth(entry: Entry, season: Mapping[str, str] = season) -> tuple[float, str]:
            points = 4.0 * (entry.id in known.fresh) + 2.0 * (entry.topics[0] in season)
            points += 3.0 * known.asked.get(entry.id, 0) / most if most else 0
            points += 0.5 * (0 < len(entry.stages) <= 2)  # what is for few stages speaks more to the point
            return -points, _shuffled(entry.id, week)

        fitting = sorted((entry for entry in offered if suits(entry, group)), key=worth)
        found[group] = tuple(_three(fitting, known, season))
    return found


def _season(directory: Directory, week: date, group: str) -> dict[str, str]:
    """Give what is in season for a group, by topic, with the name of the season or of the activity."""
    mine = [one for one in seasons(week) if not one.groups or group in one.groups]
    season = {topic: one.name for one in reversed(mine) for topic in one.topics}
    for one in near(directory, None, None, week):
        season |= dict.fromkeys(one.activity.topics, f"{one.activity.name}就在这一周")
    return season


def _offered(entry: Entry, library: Library, known: Known) -> bool:
    """Whether an entry can be proposed at all."""
    if entry.region is not None or entry.families or unsent(entry) or entry.id in known.sent:
        return False
    few = any(library.taxonomy.topics[topic].group in _FOR_FEW for topic in entry.topics)
    return not few and not _TOO_NEAR & set(entry.topics) and entry.intent == "guidance"


def _timely(entry: Entry, week: date) -> bool:
    """Whether nothing in the title belongs to another time of the year."""
    return all(week.month in months for word, months in _MONTHS.items() if word in entry.title)


def _shuffled(name: str, week: date) -> str:
    """Turn the order of equals every week, the same way in every process."""
    turn = week.toordinal() // 7 % max(len(name), 1)
    return name[turn:] + name[:turn]


def _three(fitting: list[Entry], known: Known, season: Mapping[str, str]) -> Iterator[Proposed]:
    """Give the best of a group, one of a topic."""
    topics: set[str] = set()
    for entry in fitting:
        if len(topics) == MOST_ENTRIES:
            return
        if entry.topics[0] in topics:
            continue
        topics.add(entry.topics[0])
        yield Proposed(entry.id, _why(entry, known, season))


def _why(entry: Entry, known: Known, season: Mapping[str, str]) -> str:
    reasons = (
        "新上或刚改过" if entry.id in known.fresh else "",
        season.get(entry.topics[0], ""),
        "最近问得多" if known.asked.get(entry.id) else "",
    )
    return " · ".join(filter(None, reasons)) or "八周内没有发过"


def near(directory: Directory, region: str | None, stage: str | None, week: date) -> list[Occurrence]:
    """Give up to two activities near a family that have a date or a season in the week; the nearest to come first."""
    found: dict[str, Occurrence] = {}
    for one in directory.activities(region, week, week + _WEEK, stages=(stage,) if stage else ()):
        brief = one.exact or one.end - one.start <= _MONTH
        if one.activity.recurrence.rule in _DATED and brief:
            found.setdefault(one.activity.id, one)
    return list(found.values())[:MOST_ACTIVITIES]
