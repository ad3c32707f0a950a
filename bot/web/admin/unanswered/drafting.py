"""From a cluster to a draft: a new entry with the parents' own words, or these words added to an entry. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from bot.web.admin.entries.naming import free, slug
from bot.web.admin.unanswered.grouping import Group, texts
from knowledge import amend
from knowledge.likeness import bigrams, jaccard
from knowledge.model import Entry, Library

WORDINGS, ADDED = 12, 3
ALIKE = 0.5  # as the rule about wordings has it: two that are alike teach the search nothing new
TITLE = 30
# It says what is missing and has none of the shape of an answer, so the rules call it unfinished until it is written.
BRIEF = "（还没有写。先接住家长的心情，再给三到五步今天就能做的，最后写什么时候该找人。）"
FULL = "（还没有写。）"
REVIEW = timedelta(days=365)


def entry_of(group: Group, library: Library, taken: Collection[str], today: date) -> Entry:
    """Make the draft of a new entry; topics and stages are those of the nearest entry and of who asked."""
    near = library.entries.get(group.nearest or "")
    topics = near.topics[:1] if near is not None else ()
    title = plain(group.title)[:TITLE]
    key = free(slug(topics[0] if topics else "", title), {*library.entries, *taken})
    return Entry(
        id=key,
        title=title,
        topics=topics,
        wordings=apart(texts(group.members), (title,), WORDINGS),
        brief=BRIEF,
        full=FULL,
        sources=(),
        written=today,
        review_by=today + REVIEW,
        related=(near.id,) if near is not None else (),
    )


def with_wordings(body: dict[str, Any], words: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Add the most central words to an entry's fields; which were added."""
    held = [str(one) for one in body.get("wordings") or ()]
    more = apart(words, (str(body.get("title", "")), *held), ADDED)
    more = more or tuple(plain(word) for word in words[:1] if plain(word) not in held)
    return {**body, "wordings": [*held, *more]}, more


def body_of(entry: Entry) -> dict[str, Any]:
    """Give the fields as a change keeps them."""
    return amend.encode(entry)


def apart(words: Sequence[str], beside: Sequence[str], most: int) -> tuple[str, ...]:
    """Choose words in their order, none much like another or like those that are there; masked ones are left out."""
    kept: list[str] = []
    marks = [bigrams(one) for one in beside]
    for word in map(plain, words):
        mark = bigrams(word)
        if not mark or "［" in word or any(jaccard(mark, other) >= ALIKE for other in marks):
            continue
        kept.append(word)
        marks.append(mark)
        if len(kept) == most:
            break
    return tuple(kept)


def plain(word: str) -> str:
    """A message as one line without the sign at its end."""
    return " ".join(word.split()).strip("。，！？?!,. ")
