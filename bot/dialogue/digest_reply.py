"""One parent's digest, written from the week's choice: articles for the child's stage, what is on near them. Pure.

What has gone from the library since it was chosen is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.dialogue.answers import entry_taps, general, place_name
from bot.dialogue.decision import Tools
from bot.dialogue.phrases import phrase
from bot.messages import Block, Paragraph, Reply, SourceLine
from bot.times import day
from knowledge.brief import parse
from knowledge.digest import ALL, MOST_ENTRIES, group_of, near, unsent
from knowledge.directory import Occurrence
from knowledge.model import Entry

_FIRST = 36  # characters of an article's opening


@dataclass(frozen=True, slots=True)
class Week:
    """What was chosen for a week: its Monday, the opening words, ids of entries by group."""

    week: date
    opening: str
    entries: Mapping[str, Sequence[str]]


def standing(tools: Tools, ids: Sequence[str]) -> list[Entry]:
    """Give the chosen entries that are still there and may be sent unasked."""
    found = (tools.library.entries[one] for one in ids if one in tools.library.entries)
    return [entry for entry in found if not unsent(entry)]


def anything_left(tools: Tools, week: Week) -> bool:
    """Whether any group still has an article."""
    return any(standing(tools, ids) for ids in week.entries.values())


def written(tools: Tools, week: Week, stage: str | None, region: str | None) -> Reply | None:
    """Write it for one parent; None where there is nothing for them. A group without a choice gets that for all."""
    entries = standing(tools, week.entries.get(group_of(stage), ())) or standing(tools, week.entries.get(ALL, ()))
    if not entries:
        return None
    entries = entries[:MOST_ENTRIES]
    blocks: list[Block] = [Paragraph(week.opening or phrase("digest.opening"))]
    for number, entry in enumerate(entries, 1):
        blocks += _entry(number, entry)
    lines = list(_activities(tools, week.week, stage, region))
    if lines:
        blocks.append(Paragraph("\n".join((phrase("digest.activities"), *lines))))
    blocks += [Paragraph(phrase("digest.foot")), general()]
    return Reply(tuple(blocks), tuple(entry_taps((one.id for one in entries), tools.library, most=MOST_ENTRIES)))


def _entry(number: int, entry: Entry) -> tuple[Block, Block]:
    """An article: its title, how it begins, and the way to all of it."""
    first = parse(entry.brief).opening.partition("。")[0]
    first = f"{first}。" if len(first) < _FIRST else f"{first[: _FIRST - 1]}…"
    head = phrase("digest.entry", number=number, title=entry.title, first=first)
    when = (entry.reviewed or entry.written).isoformat()
    key = "digest.reviewed" if entry.reviewed else "digest.unreviewed"
    return Paragraph(head), SourceLine(phrase(key, date=when), entry.id)


def _activities(tools: Tools, week: date, stage: str | None, region: str | None) -> Iterator[str]:
    """A line for each activity; a date that nobody published is not invented."""
    for one in near(tools.directory, region or tools.default_region, stage, week):
        place = place_name(one.activity.region, tools.tree)
        yield phrase("digest.activity", name=one.activity.name, region=place, when=_when(one))


def _when(one: Occurrence) -> str:
    if not one.exact:
        return phrase("digest.within", start=day(one.start), end=day(one.end))
    if one.start == one.end:
        return day(one.start)
    return phrase("digest.exact", start=day(one.start), end=day(one.end))
