"""“应该是……”: what should have been found, chosen by its title, as a question of the exam. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.rehearsal import Played
from bot.parents.profile import Profile
from bot.privacy import mask
from knowledge.exam import Question
from knowledge.model import Library
from knowledge.regions import RegionTree


class UnknownError(Exception):
    """Nothing, or more than one thing, goes by that title; the sentence says what to do."""


def titles(library: Library, tree: RegionTree) -> Iterator[tuple[str, str]]:
    """Give everything that can answer: its id and the words by which it is chosen."""
    for entry in library.entries.values():
        yield entry.id, entry.title
    for listing in library.listings.values():
        yield listing.id, f"{listing.name}（{tree.name(listing.region)}）"
    for activity in library.activities.values():
        yield activity.id, f"{activity.name}（{tree.name(activity.region)}）"


def chosen(library: Library, tree: RegionTree, words: str) -> str:
    """Give the id of what is meant: the whole title, or a part of it that only one has.

    Raises:
        UnknownError: with a sentence.
    """
    words = words.strip()
    if not words:
        raise UnknownError("请写应该是哪一条，或者选“库里没有”。")
    held = list(titles(library, tree))
    whole = [id_ for id_, title in held if words in (title, id_)]
    some = whole or [id_ for id_, title in held if words in title]
    if not some:
        raise UnknownError(f"没有叫“{words[:30]}”的，请从列出来的标题里选。")
    if len(some) > 1:
        named = dict(held)
        raise UnknownError(f"有 {len(some)} 条都像：{'、'.join(named[one] for one in some[:3])}。请写全一点。")
    return some[0]


def question(played: Played, profile: Profile, library: Library, answer: str) -> Question:
    """Make the exam's question of a turn; without an answer the library has nothing to say to it."""
    query = played.query
    words = query.text if query is not None else played.words
    return Question(
        mask(words),
        entries=(answer,) if answer in library.entries else (),
        listings=(answer,) if answer and answer not in library.entries else (),
        inside=bool(answer),
        stage=profile.stage,
        region=profile.region,
        context=mask(query.context) if query is not None else "",
    )


def first_of(played: Played) -> str:
    """What was shown as the answer, for “对”; nothing where nothing was."""
    if played.decision.entries:
        return played.decision.entries[0]
    if played.decision.listings:
        return played.decision.listings[0][0]
    return ""
