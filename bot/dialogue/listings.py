"""Replies made of listings: grouped by whether one can reach them now, with fallbacks where a number is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.dialogue import answers
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase
from bot.dialogue.states import Asked, Offer
from bot.messages import Block, Heed, Paragraph, Reply, SourceLine, Tap
from bot.times import moment
from knowledge.hours import OpenStatus
from knowledge.model import Listing
from knowledge.regions import COUNTRY

MOST = 4
_GROUPS = (("yes", 3), ("ask", 3), ("no", 2), ("mute", 1))  # in this order, at most so many

Standing = tuple[Listing, OpenStatus]


def by_opening(scene: Scene, found: Sequence[Listing]) -> tuple[list[Block], list[Standing]]:
    """Lines in groups, 现在可打 only for those that are open; one without a number is never among them."""
    stands = scene.tools.directory.with_status(found, scene.now)
    blocks: list[Block] = [Paragraph(_opening_words(scene, stands))]
    if scene.plan.region and all(one.region == COUNTRY for one in found):
        blocks.append(Paragraph(phrase("services.no_local", region=scene.tools.tree.name(scene.plan.region))))
    shown: list[Standing] = []
    for name, most in _GROUPS:
        group = [one for one in stands if _group(one) == name][: min(most, MOST - len(shown))]
        if group:
            blocks += [Paragraph(_head(scene, name)), *cards(scene, group)]
            shown += group
    return blocks, shown


def _group(stand: Standing) -> str:
    listing, status = stand
    return status.open if listing.phone else "mute"


def _opening_words(scene: Scene, stands: Sequence[Standing]) -> str:
    text = phrase("services.now", time=moment(scene.now))
    return text if any(_group(one) == "yes" for one in stands) else text + phrase("services.none_open")


def _head(scene: Scene, group: str) -> str:
    if group == "yes" and scene.plan.region:
        return phrase("services.open_region", region=scene.tools.tree.name(scene.plan.region))
    return phrase(
        {"yes": "services.open", "ask": "services.ask", "no": "services.closed", "mute": "services.mute"}[group]
    )


def cards(scene: Scene, stands: Iterable[Standing], *, whole: bool = False) -> list[Block]:
    """Listings as cards."""
    tree = scene.tools.tree
    return [answers.card(listing, status, scene.now, tree=tree, whole=whole) for listing, status in stands]


def standing(scene: Scene, found: Iterable[Listing]) -> list[Standing]:
    """Listings with their state now, in the order given."""
    directory = scene.tools.directory
    return [one for listing in found for one in directory.with_status([listing], scene.now)]


def fallbacks(scene: Scene, shown: Sequence[Standing]) -> tuple[list[Block], list[Standing]]:
    """For listings without a published number: whom one can reach instead, not named already."""
    seen = {listing.id for listing, _ in shown}
    instead: dict[str, Listing] = {}
    for listing, _ in shown:
        if not listing.phone:
            instead |= {one.id: one for one in scene.tools.directory.fallbacks(listing) if one.id not in seen}
    chosen = standing(scene, [one for one in instead.values() if one.phone][:2])
    if not chosen:
        return [], []
    return [Paragraph(phrase("services.no_number_fallback")), *cards(scene, chosen)], chosen


def finish(
    scene: Scene,
    blocks: Sequence[Block],
    shown: Sequence[Standing],
    *,
    more: bool = False,
    ask_region: bool = False,
    earlier: Sequence[str] = (),
) -> Decision:
    """Close an answer with listings: fallbacks, the question for the district, the emergency line, the mark."""
    extra, instead = fallbacks(scene, shown)
    everything = [*shown, *instead]
    asking = ask_region and scene.plan.region is None and scene.state.asked is None
    tail: list[Block] = [Paragraph(phrase("services.ask_region"))] if asking else []
    tail += [Heed(phrase("services.emergency"), urgent=True), SourceLine(phrase("source.services"))]
    question = scene.plan.question or scene.state.question
    decision = scene.answer(
        "service",
        Reply((*blocks, *extra, *tail), _taps(more)),
        asked=Asked("region", question, "service") if asking else None,
        question=question,
        intent="service",
        offered=tuple(Offer("listing", listing.id, listing.name) for listing, _ in everything),
        listings=tuple(dict.fromkeys((*earlier, *(listing.id for listing, _ in everything)))),
        others=(),
        misses=0,
    )
    return replace(decision, listings=tuple((listing.id, status.open) for listing, status in everything))


def _taps(more: bool) -> tuple[Tap, ...]:
    first = (Tap(phrase("services.more_tap")),) if more else ()
    return (*first, Tap(phrase("services.person_tap")))


def one(scene: Scene, listing: Listing) -> Decision:
    """A single listing with all that is known of it."""
    stands = standing(scene, [listing])
    details = answers.detail_lines(listing)
    blocks: list[Block] = [*cards(scene, stands, whole=True)]
    if details:
        blocks.append(Paragraph("\n".join(details)))
    return finish(scene, blocks, stands, earlier=scene.state.listings)
