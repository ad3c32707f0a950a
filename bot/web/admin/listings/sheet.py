"""What the page of one thing shows beside its fields: names for ids, choices, what parents would read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.dialogue.answers import card
from bot.dialogue.decision import Tools
from bot.messages import ListingCard
from bot.store.people import Staff
from bot.web.admin.entries.standing import Said, said
from bot.web.admin.listings import ahead, form
from bot.web.admin.listings.judging import Judged, resting
from bot.web.admin.listings.places import options
from bot.web.admin.listings.standing import Standing
from bot.web.admin.listings.words import AUDIENCES, DAY_WORDS, FRESH, KINDS, ON_WORDS, RECURRENCES, SOURCE_KINDS
from knowledge import amend
from knowledge.calendar import CHINA, china
from knowledge.differences import FieldDifference, differences, names_of
from knowledge.editorial import Step, may
from knowledge.freshness import Freshness, freshness
from knowledge.model import Activity, Listing, Source

SPARE = 1  # empty rows below the last one that says something
STEPS = (Step.SUBMIT, Step.REMARK, Step.RETURN, Step.APPROVE, Step.TAKE_BACK, Step.DROP)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form's choices and values for a template; `more` asks for further empty rows."""

    tools: Tools
    stands: Standing
    body: Mapping[str, Any]
    judged: Judged
    staff: Staff
    now: datetime
    more: bool = False

    def text(self, name: str) -> str:
        """Give a field as its input shows it."""
        value = self.body.get(name)
        return "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)

    def ticked(self, name: str) -> list[str]:
        """Give what is ticked in a group."""
        value = self.body.get(name)
        return [str(one) for one in value] if isinstance(value, list) else []

    def groups(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Give the groups of boxes to tick: field, head, choices."""
        taxonomy = self.tools.library.taxonomy
        given: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "audience": ("给谁", list(AUDIENCES.items())),
            "stages": ("阶段（不选就是都适合）", [(one.id, one.name) for one in taxonomy.stages.values()]),
            "families": ("特别的家庭（不选就是都适合）", list(taxonomy.families.items())),
        }
        return [(name, *held) for name, held in given.items()] if self.stands.sort != "duty" else []

    def topics(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Give the topics by their groups."""
        taxonomy = self.tools.library.taxonomy
        return [
            (name, [(one.id, one.name) for one in taxonomy.topics.values() if one.group == group])
            for group, name in taxonomy.groups.items()
        ]

    def regions(self) -> list[tuple[str, str]]:
        """Give the tree of places to choose from, with the one that is chosen."""
        region = str(self.body.get("region") or "")
        known = region if region in self.tools.library.regions else ""
        return options(self.tools.library, self.tools.tree, known, provinces=True)

    def elsewhere(self) -> str:
        """Give a place that was written and is not known."""
        region = str(self.body.get("region") or "")
        return "" if region in self.tools.library.regions else region

    def sources(self) -> list[str]:
        """Give the titles of all sources."""
        return [source.title for source in self.tools.library.sources.values()]

    def cited(self) -> tuple[str, str]:
        """Give the source's title and the place in it."""
        return form.cited(self.body, self.tools.library)

    def names(self, name: str) -> list[str]:
        """Give the rows of a list of listings, by their names, with empty ones below."""
        known = self.tools.library.listings
        held = [known[one].name if one in known else one for one in self.ticked(name)]
        return [*held, *[""] * (SPARE + 2 * self.more)]

    def listings(self) -> list[str]:
        """Give the names of all listings but this."""
        return [one.name for one in self.tools.library.listings.values() if one.id != self.stands.key]

    def mode(self) -> str:
        """Tell how the hours are given."""
        return form.mode(self.body)

    def spans(self) -> list[form.Row]:
        """Give the rows of the hours, with empty ones below."""
        held = form.spans(self.body)
        return [*held, *[form.Row()] * (SPARE + 2 * self.more)]

    def shut(self) -> list[Mapping[str, str]]:
        """Give the rows of the closures, with an empty one below."""
        held = self.body.get("closures")
        rows = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
        return [*rows, *[{}] * (SPARE + self.more)]

    def recurrence(self) -> Mapping[str, Any]:
        """Give the fields of the recurrence."""
        held = self.body.get("recurrence")
        return held if isinstance(held, dict) else {}

    @property
    def words(self) -> dict[str, Mapping[str, str]]:
        """The names of kinds, rules, days."""
        kinds = SOURCE_KINDS if self.stands.sort == "source" else KINDS
        return {"kinds": kinds, "rules": RECURRENCES, "days": DAY_WORDS, "on": ON_WORDS}

    def card(self) -> ListingCard | None:
        """Give the card that parents would see now."""
        thing = self.judged.thing
        if not isinstance(thing, Listing) or thing.region not in self.tools.library.regions:
            return None
        [(_, status)] = self.tools.directory.with_status([thing], self.now)
        return card(thing, status, self.now, tree=self.tools.tree, whole=True)

    def week(self) -> list[ahead.Day]:
        """Give the days of the next week."""
        thing = self.judged.thing
        return ahead.week(thing, self.now, china()) if isinstance(thing, Listing) else []

    def holidays(self) -> list[ahead.Day]:
        """Give the days after it that are not as usual."""
        thing = self.judged.thing
        return ahead.holidays(thing, self.now, china()) if isinstance(thing, Listing) else []

    def dates(self) -> list[str]:
        """Give the next dates of an activity."""
        thing = self.judged.thing
        return ahead.dates(thing, self.now.astimezone(CHINA).date()) if isinstance(thing, Activity) else []

    def fresh(self) -> tuple[Freshness, str, str] | None:
        """Tell how the live listing's number stands, with the badge."""
        thing = self.stands.live
        if not isinstance(thing, Listing):
            return None
        standing = freshness(thing, self.now.astimezone(CHINA).date())
        return standing, *FRESH[standing.state]

    def resting(self) -> list[tuple[str, str, bool]]:
        """Give what rests on a live source: its address, its name, whether it is older than the source."""
        if not isinstance(self.stands.live, Source):
            return []
        return [
            (_address(sort, thing.id), amend.title(sort, thing), newer)
            for sort, thing, newer in resting(self.stands.live.id, self.tools.library)
        ]

    def compared(self) -> tuple[FieldDifference, ...]:
        """Compare the open change with what is live."""
        if self.stands.open is None:
            return ()
        after = None if self.stands.leaving else amend.decode(self.stands.sort, dict(self.stands.open.body or {}))[0]
        return differences(self.stands.live, after, names_of(self.tools.library))

    def steps(self) -> list[Step]:
        """Give the steps that this person may take now."""
        held = self.stands.open
        if held is None:
            return []
        return [step for step in STEPS if may(step, held.state, self.staff.id, held.authors)]

    def talk(self) -> list[Said]:
        """Give what was done and said about the open change."""
        number = self.stands.open.id if self.stands.open is not None else None
        return [said(one) for one in self.stands.remarks if one.change_id == number]


def _address(sort: str, key: str) -> str:
    return f"/admin/entries/{key}" if sort == "entry" else f"/admin/services/{sort}/{key}"
