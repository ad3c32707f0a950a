"""The values that pass between the shell and the pure core: what it is given, what it plans, what it decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.dialogue.states import State
from bot.handoff.booking.rules import Diary, Wish
from bot.handoff.duty.standing import Desk
from bot.handoff.family.consent import OwnFile, Said
from bot.handoff.family.visits import Said as SaidOfVisit
from bot.handoff.loop import Started
from bot.messages import Assessment, Inbound, Intent, Opening, OpenState, Reply
from bot.parents.profile import Profile
from indexes.hits import Hits, Query, Searcher
from knowledge.calendar import CHINA
from knowledge.directory import Directory
from knowledge.model import Library
from knowledge.regions import RegionTree

__all__ = ["Decision", "Desk", "Plan", "Scene", "Tools"]


@dataclass(frozen=True, slots=True)
class Tools:
    """What may be looked up while deciding; all of it immutable and in memory.

    `engine` is the index of this very library: who searches another one may find what is not here.
    """

    library: Library
    directory: Directory
    tree: RegionTree
    default_region: str | None = None
    engine: Searcher | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What was understood of a message before anything was searched.

    `intent` and `manner` (its subtype, e.g. `weather` of out-of-scope) are hints that the hits may overrule
    unless `firm`. `act` names a command, `pick` the numbered choice meant (from 0). `words` is what was said;
    `question` the whole question it stands for, with what was said before where it continues that.
    """

    query: Query | None = None
    intent: Intent = "guidance"
    manner: str = ""
    firm: bool = False
    act: str | None = None
    pick: int | None = None
    words: str = ""
    question: str = ""
    region: str | None = None
    place: str | None = None  # the region that the words themselves name
    stage: str | None = None
    family: str | None = None
    said_stage: str | None = None  # what these words themselves tell of the child and the family
    said_family: str | None = None
    follows: bool = False  # the words complete or vary the question before


@dataclass(frozen=True, slots=True)
class Decision:
    """What we say and what changes.

    `entries` and `listings` are those shown, `listings` with their open state. `feedback` is the entry and
    what the parent thought of it: yes, no, or other (not what was meant). `erase` deletes all that is kept
    of this parent, `release_case` takes back a call for a person, `clear` hides the thread on our pages.
    """

    replies: tuple[Reply, ...]
    intent: Intent
    state: State
    profile: Profile
    opening: Opening | None = None
    erase: bool = False
    release_case: bool = False
    clear: bool = False
    entries: tuple[str, ...] = ()
    listings: tuple[tuple[str, OpenState], ...] = ()
    feedback: tuple[str, str] | None = None
    file_consent: Said | None = None  # what was said of keeping a file of the family
    visit: tuple[int, SaidOfVisit] | None = None  # a home visit, and what was said of it
    of_file: bool = False  # the answer shows the family's file
    rating: tuple[int, int] | None = None  # an own case, and how content the parent was: 1 to 5
    wish: Wish | None = None  # what the parent decided of an appointment
    subscription: bool | None = None  # the weekly digest begins, or ends


@dataclass(frozen=True, slots=True)
class Weekly:
    """Since when the parent has the weekly digest (None: they do not), and the entries of past ones, newest first."""

    since: datetime | None = None
    past: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that one decision may look at; handlers take it and give a `Decision` or None."""

    state: State
    profile: Profile
    inbound: Inbound
    assessment: Assessment
    plan: Plan
    hits: Hits | None
    tools: Tools
    now: datetime
    desk: Desk
    own: tuple[Started, ...] = ()  # what this parent started; loaded only when they ask for it
    file: OwnFile | None = None  # the family's file, loaded only when they speak of it
    diary: Diary = field(default_factory=Diary)  # what can be booked and is; loaded only for turns about it
    weekly: Weekly = field(default_factory=Weekly)  # their weekly digest; loaded only for turns about it

    @property
    def today(self) -> date:
        """The day in China."""
        return self.now.astimezone(CHINA).date()

    @property
    def regions(self) -> tuple[str, ...]:
        """The parent's own region and those above it, nearest first; the country alone when unknown."""
        return self.tools.tree.chain(self.plan.region) if self.plan.region else ("china",)

    def next_state(self, **changes: Any) -> State:
        """The state after this turn: what was asked or awaited is over unless a handler says otherwise."""
        given: dict[str, Any] = {"asked": None, "awaiting": None, "acknowledged": False, "at": self.now, **changes}
        return replace(self.state, **given)

    def answer(self, said: Intent, reply: Reply | None, **changes: Any) -> Decision:
        """A decision that says this (or nothing), of this intent, and changes these fields of the state."""
        return Decision((reply,) if reply else (), said, self.next_state(**changes), self.profile)
