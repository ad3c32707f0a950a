"""What the editor's templates read: rows to fill in, choices, who may do which step, the preview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.dialogue.answers import entry_blocks, source_line
from bot.dialogue.decision import Tools
from bot.messages import Reply
from bot.store.people import Staff
from bot.web.admin.entries.form import MOST, SPARE, WORDINGS, Cited, Typed
from bot.web.admin.entries.list import ORIGINS
from bot.web.admin.entries.standing import Said, Standing
from bot.web.shelf import article
from knowledge.differences import FieldDifference, differences, names_of
from knowledge.editorial import STATE_WORDS, State, Step, may
from knowledge.freshness import updated
from knowledge.model import Entry

T = TypeVar("T")
BADGES = {State.DRAFT: "info", State.IN_REVIEW: "warn", State.APPROVED: "good"}
INTENTS = (("guidance", "怎么教（指导）"), ("policy", "规定怎么说（政策）"), ("service", "怎么办事（办事）"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry for one person."""

    tools: Tools
    stands: Standing
    me: Staff

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        opened = self.stands.open
        if opened is None:
            closed = self.stands.closed
            if self.stands.live:
                return "在用"
            return (
                "新的" if closed is None else "停用" if closed.state is State.PUBLISHED else STATE_WORDS[closed.state]
            )
        what = "停用，" if opened.body is None else "改自在用的，" if self.stands.live else "新的，"
        return f"{what}{STATE_WORDS[opened.state]}"

    @property
    def badge(self) -> str:
        """How the state is coloured."""
        opened = self.stands.open
        return BADGES.get(opened.state, "none") if opened else "good" if self.stands.live else "none"

    @property
    def origin(self) -> str:
        """Where the open change came from, if not from an editor."""
        return ORIGINS.get(self.stands.open.origin, "") if self.stands.open else ""

    @property
    def newer(self) -> tuple[str, ...]:
        """The sources that are newer than the last reading of what is live."""
        if self.stands.live is None:
            return ()
        return tuple(source.title for source in updated(self.stands.live, self.tools.library))

    @property
    def topic(self) -> str:
        """The name of its first topic, for the path above the title."""
        topics = (self.stands.newest or {}).get("topics") or [""]
        known = self.tools.library.taxonomy.topics.get(str(topics[0]))
        return known.name if known else ""

    @property
    def mine(self) -> bool:
        """Whether this person wrote a version of it, and so cannot judge it."""
        return self.stands.open is not None and self.me.id in self.stands.open.authors

    def may(self, step: str) -> bool:
        """Whether a step is offered."""
        opened = self.stands.open
        return opened is not None and may(Step(step), opened.state, self.me.id, opened.authors)

    def talk(self) -> list[Said]:
        """What colleagues said and did, of the change that is open."""
        return self.stands.talk() if self.stands.open else []

    def compared(self, before: Entry | None, after: Entry | None) -> tuple[FieldDifference, ...]:
        """Compare two forms, with names instead of ids."""
        return differences(before, after, names_of(self.tools.library))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows and choices of the form."""

    tools: Tools
    form: Typed
    extra: bool = False

    @property
    def wordings(self) -> list[str]:
        """Rows for wordings, some of them empty."""
        return _padded(self.form.wordings, "", WORDINGS, more=self.extra)

    @property
    def sources(self) -> list[Cited]:
        """Rows for sources."""
        return _padded(self.form.sources, Cited(""), 1)

    @property
    def related(self) -> list[str]:
        """Rows for related entries."""
        return _padded(self.form.related, "", 1)

    @property
    def topics(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Topics by group."""
        taxonomy = self.tools.library.taxonomy
        return [
            (name, [(topic.id, topic.name) for topic in taxonomy.topics.values() if topic.group == group])
            for group, name in taxonomy.groups.items()
        ]

    @property
    def stages(self) -> list[tuple[str, str]]:
        """Stages to tick."""
        return [(stage.id, stage.name) for stage in self.tools.library.taxonomy.stages.values()]

    @property
    def families(self) -> list[tuple[str, str]]:
        """Kinds of families to tick."""
        return list(self.tools.library.taxonomy.families.items())

    @property
    def known_sources(self) -> list[str]:
        """Titles to choose from."""
        return sorted(source.title for source in self.tools.library.sources.values())

    @property
    def titles(self) -> list[str]:
        """Titles of the other entries to choose from."""
        return sorted(entry.title for entry in self.tools.library.entries.values())

    @property
    def places(self) -> list[str]:
        """The places that the library knows anything about, to choose from; others may be typed."""
        library = self.tools.library
        used = {entry.region for entry in library.entries.values()} | {one.region for one in library.listings.values()}
        known = sorted(slug for slug in used if slug and slug != "china" and slug in library.regions)
        return [self.tools.tree.name(slug) for slug in known]


def showable(entry: Entry, tools: Tools) -> Entry:
    """Leave out what has no name yet, so that pages for parents can be drawn."""
    taxonomy = tools.library.taxonomy
    return replace(
        entry,
        topics=tuple(topic for topic in entry.topics if topic in taxonomy.topics),
        stages=tuple(stage for stage in entry.stages if stage in taxonomy.stages),
    )


def preview(entry: Entry, tools: Tools) -> dict[str, object]:
    """Give what the preview draws: the answer as the chat has it, and the article."""
    return {
        "asked": entry.wordings[0] if entry.wordings else entry.title,
        "reply": Reply((*entry_blocks(entry), source_line(entry, tools.library))),
        "article": article(showable(entry, tools), tools),
    }


def _padded(rows: Iterable[T], empty: T, least: int, *, more: bool = False) -> list[T]:
    held = list(rows)
    wanted = max(least, len(held) + SPARE * (3 if more else 1))
    return [*held, *[empty] * (min(wanted, MOST) - len(held))]
