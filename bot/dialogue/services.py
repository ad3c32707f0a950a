"""Where to turn: what a question names, who is responsible, or the lines and places that fit it. Own region only."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import activities, asking, guidance, listings
from bot.dialogue.answers import general
from bot.dialogue.asking import Ask
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase
from bot.dialogue.states import Asked, Offer
from bot.messages import Block, Heed, Paragraph, Reply, SourceLine, Tap
from indexes.text import informative
from knowledge.freshness import hidden
from knowledge.model import Activity, Duty, Listing
from knowledge.regions import COUNTRY

Thing = Listing | Activity | Duty
_NO_MATTER = 4  # informative characters: 这事归谁管 names no matter
_CLEAR = 0.3  # the margin from which an entry answers who is responsible better than the general line


def respond(scene: Scene) -> Decision:
    """Answer a question for a line, a place or a department."""
    if scene.plan.manner == "own-school":
        return own_school(scene)
    text = scene.plan.question
    ask = asking.read(text)
    if ask.explain and _explained(scene):
        return guidance.respond(scene)
    found, away = _named(scene, text), _elsewhere(scene, text)
    if away and not found:
        return _other_place(scene, away, ask)
    if found and (_by_number(found, text) or not (ask.phone and ask.now)):
        return _things(scene, found, ask)
    if scene.plan.manner == "duty":
        return duty(scene, scene.tools.directory.duty(text, scene.plan.region))
    if not ask.listing and _explained(scene):
        return guidance.respond(scene)
    return search(scene, ask)


def _named(scene: Scene, text: str) -> list[Thing]:
    """Things of the parent's place and above that the words name, by name, alias or number."""
    found = scene.tools.directory.named(text, scene.plan.region, scene.today)
    return [one for one in found if one.region in scene.regions]


def _by_number(found: list[Thing], text: str) -> bool:
    """Whether a line is named by its number, so that it and no other is meant."""
    return any(isinstance(one, Listing) and one.phone is not None and one.phone in text for one in found)


def _things(scene: Scene, found: list[Thing], ask: Ask) -> Decision:
    """What was named: a listing with its details, an activity with its dates, a duty with its department."""
    named = [one for one in found if isinstance(one, Listing)]
    if named and ask.several:
        more = [one for one in fitting(scene, ask) if one not in named]
        return _list(scene, named + more, ask)
    if len(named) == 1:
        return listings.one(scene, named[0])
    if named:
        return _list(scene, sorted(named, key=ask.weight, reverse=True), ask)
    events = [one for one in found if isinstance(one, Activity)]
    if events:
        return activities.named(scene, events)
    return duty(scene, next(one for one in found if isinstance(one, Duty)))


def search(scene: Scene, ask: Ask, *, skip: tuple[str, ...] = ()) -> Decision:
    """Lines and places that fit what is asked; the national ones where the region has none."""
    found = [one for one in fitting(scene, ask, widely=bool(skip)) if one.id not in skip]
    if not found:
        text = phrase("services.more_none" if skip else "services.nothing")
        blocks = (Paragraph(text), Heed(phrase("services.emergency"), urgent=True), general())
        return scene.answer("service", Reply(blocks, (Tap(phrase("services.person_tap")),)), listings=skip)
    return _list(scene, found, ask, skip=skip)


def fitting(scene: Scene, ask: Ask, *, widely: bool = False) -> list[Listing]:
    """Listings that fit, those of the own place first, each group best first; `widely`: all others after them."""
    kinds = ("hotline",) if ask.phone else ()
    found = scene.tools.directory.listings(scene.plan.region, kinds=kinds, today=scene.today)
    pool = [one for one in found if one.kind != "emergency"]
    weigh = ask.weight if ask.wants else asking.anybody().weight
    fit = sorted((one for one in pool if weigh(one)), key=weigh, reverse=True)
    rest = [one for one in pool if not weigh(one)] if widely or not ask.wants else []
    near = [one for one in fit if one.region != COUNTRY]
    return [*near, *(one for one in fit if one.region == COUNTRY), *rest]


def _list(scene: Scene, found: list[Listing], ask: Ask, *, skip: tuple[str, ...] = ()) -> Decision:
    if ask.phone or ask.now:
        blocks, shown = listings.by_opening(scene, found)
    else:
        shown = listings.standing(scene, found[: listings.MOST])
        blocks = [Paragraph(_head(scene, found)), *listings.cards(scene, shown)]
    more = len(found) > len(shown)
    return listings.finish(scene, blocks, shown, more=more, ask_region=True, earlier=skip)


def _head(scene: Scene, found: list[Listing]) -> str:
    if scene.plan.region is None:
        return phrase("services.list_national")
    local = any(one.region != COUNTRY for one in found)
    key = "services.list_region" if local else "services.no_local"
    return phrase(key, region=scene.tools.tree.name(scene.plan.region))


def more(scene: Scene) -> Decision:
    """The next lines and places for the last question, none of them twice."""
    return search(scene, asking.read(scene.state.question), skip=scene.state.listings)


def lines(scene: Scene) -> Decision:
    """Lines to call for what was talked about, those shown already left out."""
    return search(scene, asking.read(f"{scene.state.question} {scene.plan.words}"), skip=scene.state.listings)


def pick(scene: Scene, offer: Offer) -> Decision:
    """The parent chose one of the listings shown."""
    listing = scene.tools.library.listings.get(offer.id)
    return listings.one(scene, listing) if listing and not hidden(listing, scene.today) else more(scene)


def duty(scene: Scene, found: Duty | None) -> Decision:
    """Who is responsible, whom to reach there, and whom if nothing comes back."""
    if found is None:
        return _no_duty(scene)
    library = scene.tools.library.listings
    current = [library[one] for one in found.contacts if one in library and not hidden(library[one], scene.today)]
    contacts = listings.standing(scene, current[:3])
    after = [library[one] for one in found.fallback if one in library and one not in found.contacts]
    fallback = listings.standing(scene, after[:2])
    blocks: list[Block] = [Paragraph(phrase("duty.head", department=found.department) + found.about)]
    if contacts:
        blocks += [Paragraph(phrase("duty.contacts")), *listings.cards(scene, contacts)]
    if fallback:
        blocks += [Paragraph(phrase("duty.fallback")), *listings.cards(scene, fallback)]
    decision = listings.finish(scene, blocks, [*contacts, *fallback])
    return _marked(decision, phrase("source.duty", year=found.source_date.year))


def _no_duty(scene: Scene) -> Decision:
    """Nobody is known for it: what the matter is if that was not said, an entry only if it is clearly about it."""
    if informative(scene.plan.question) <= _NO_MATTER and scene.state.asked is None:
        waiting = Asked("matter", scene.plan.question, "service")
        return scene.answer("service", Reply((Paragraph(phrase("duty.which")), general())), asked=waiting)
    sure = _explained(scene) and scene.hits is not None and scene.hits.margin >= _CLEAR
    return guidance.respond(scene) if sure else _anyone(scene)


def _marked(decision: Decision, text: str) -> Decision:
    """The same answer with another mark at its end."""
    [reply] = decision.replies
    return replace(decision, replies=(replace(reply, blocks=(*reply.blocks[:-1], SourceLine(text))),))


def _anyone(scene: Scene) -> Decision:
    """No department known: the government line passes it on."""
    lines = [
        one for one in scene.tools.directory.listings(scene.plan.region, kinds=("hotline",)) if one.phone == "12345"
    ]
    shown = listings.standing(scene, lines[:1])
    blocks: list[Block] = [Paragraph(phrase("duty.none")), *listings.cards(scene, shown)]
    return listings.finish(scene, blocks, shown, ask_region=True)


def _elsewhere(scene: Scene, text: str) -> list[Thing]:
    """Things of another region that the words name, where the name is all their own."""
    found = scene.tools.directory.named(text, None, scene.today)
    return [one for one in found if one.region not in (*scene.regions, COUNTRY)]


def _other_place(scene: Scene, away: list[Thing], ask: Ask) -> Decision:
    """Named, but of another region: shown only to those who have not said where they are; never offered to others."""
    tree, thing = scene.tools.tree, away[0]
    name = thing.department if isinstance(thing, Duty) else thing.name
    place = tree.name(thing.region)
    if scene.plan.region is not None:
        head = phrase("services.other_place", name=name, place=place, region=tree.name(scene.plan.region))
        shown = listings.standing(scene, fitting(scene, ask)[:2])
        return listings.finish(scene, [Paragraph(head), *listings.cards(scene, shown)], shown)
    head = phrase("services.named_elsewhere", name=name, region=place)
    blocks: list[Block] = [Paragraph(head)]
    shown = listings.standing(scene, [one for one in away if isinstance(one, Listing)][:1])
    blocks += listings.cards(scene, shown)
    if not shown and isinstance(thing, Activity):
        blocks += [Paragraph(text) for text in activities.told(scene, thing)]
    return listings.finish(scene, blocks, shown, ask_region=True)


def own_school(scene: Scene) -> Decision:
    """What only the child's own school can know."""
    blocks = (Paragraph(phrase("services.own_school")), general())
    taps = (Tap(phrase("services.own_school_tap")), Tap(phrase("services.person_tap")))
    return scene.answer("service", Reply(blocks, taps), question=scene.plan.question)


def _explained(scene: Scene) -> bool:
    """Whether the search found an entry that answers it."""
    return scene.hits is not None and scene.hits.verdict == "answer" and bool(scene.hits.items)
