"""Handing over to people: a call for the teacher on duty, a suggestion or complaint. Says only what is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.answers import card, general, taps
from bot.dialogue.decision import Decision, Desk, Scene
from bot.dialogue.following import DUE, NUMBER
from bot.dialogue.phrases import phrase
from bot.handoff.duty.away import away
from bot.handoff.loop import ANSWER_WORKDAYS
from bot.messages import Block, Heed, Opening, OpenState, Paragraph, Reply
from knowledge.model import Listing

_LONG_ENOUGH = 14  # shorter words announce a suggestion, longer ones are it
_TONIGHT = ("hotline",)
_HELP_TOPICS = ("mental-health", "parent-wellbeing", "self-harm")


def hand_over(scene: Scene) -> Decision:
    """Call a person and tell honestly when one is there."""
    if scene.state.holder == "queue":
        return _already(scene)
    if not scene.desk.on_duty and scene.state.intent == "handoff" and scene.state.fresh(scene.now):
        return _noted(scene)
    blocks: list[Block] = [Paragraph(text) for text in _promise(scene.desk)]
    shown: Sequence[tuple[Listing, OpenState]] = ()
    if not scene.desk.on_duty:
        shown = _lines_now(scene)
        if shown:
            blocks.append(Paragraph(phrase("handoff.tonight")))
            blocks.extend(_card(scene, listing) for listing, _ in shown)
    holder = "queue" if scene.desk.on_duty else scene.state.holder  # nobody there: the bot goes on answering
    blocks += [Heed(phrase("handoff.emergency"), urgent=True), general()]
    decision = scene.answer(
        "handoff",
        Reply(tuple(blocks), taps((phrase("handoff.cancel_tap"),))),
        holder=holder,
        misses=0,
        intent="handoff",
    )
    return replace(decision, opening=_opening(scene), listings=tuple((listing.id, state) for listing, state in shown))


def _promise(desk: Desk) -> tuple[str, ...]:
    if desk.on_duty:
        place = phrase("handoff.position", waiting=desk.waiting) if desk.waiting else phrase("handoff.first")
        return phrase("handoff.full" if desk.full else "handoff.on_duty"), place
    return (away(desk),)


def _already(scene: Scene) -> Decision:
    place = _promise(scene.desk)[-1]
    reply = Reply((Paragraph(phrase("handoff.already", place=place)), general()), taps((phrase("handoff.cancel_tap"),)))
    return scene.answer("handoff", reply)


def _noted(scene: Scene) -> Decision:
    """Asked again a moment later, while nobody is there: it stands, and when somebody comes."""
    blocks = (Paragraph(phrase("handoff.noted")), Paragraph(_promise(scene.desk)[-1]), general())
    return scene.answer("handoff", Reply(blocks, taps((phrase("handoff.cancel_tap"),))))


def line_cards(scene: Scene) -> list[Block]:
    """Cards of the lines that one can call now."""
    return [_card(scene, listing) for listing, _ in _lines_now(scene)]


def _lines_now(scene: Scene) -> Sequence[tuple[Listing, OpenState]]:
    """At most two lines that one can call meanwhile, open ones first."""
    directory = scene.tools.directory
    found = directory.listings(scene.plan.region, kinds=_TONIGHT, topics=_HELP_TOPICS, today=scene.today)
    ranked = directory.with_status([one for one in found if one.phone], scene.now)
    return [(listing, status.open) for listing, status in ranked if status.open != "no"][:2]


def _card(scene: Scene, listing: Listing) -> Block:
    [(_, status)] = scene.tools.directory.with_status([listing], scene.now)
    return card(listing, status, scene.now, tree=scene.tools.tree)


def _opening(scene: Scene) -> Opening:
    """What the person who takes over should see at once."""
    state = scene.state
    context = {"question": state.question, "entry": state.entry, "topic": state.topic, "region": scene.plan.region}
    context |= {"stage": scene.plan.stage, "family": scene.plan.family, "words": scene.plan.words}
    return Opening("chat", scene.assessment.level, scene.plan.words, {k: v for k, v in context.items() if v})


def release(scene: Scene) -> Decision:
    """The parent does not want to wait any longer, or ends the talk."""
    waiting = scene.state.holder != "bot"
    ending = "handoff.ended" if waiting else "handoff.nothing_to_end"
    key = "handoff.released" if scene.plan.act == "cancel" else ending
    decision = scene.answer("handoff", Reply((Paragraph(phrase(key)),)), holder="bot")
    return replace(decision, release_case=True)


def suggest(scene: Scene) -> Decision:
    """A suggestion or complaint about services: ask for the words once, or take them."""
    words = scene.plan.words
    wrong = scene.state.listings if scene.plan.manner == "wrong" else ()
    if scene.state.awaiting != "suggestion" and not wrong and len(words) <= _LONG_ENOUGH:
        reply = Reply((Paragraph(phrase("suggestion.ask")), general()), taps((phrase("suggestion.cancel_tap"),)))
        return scene.answer("suggestion", reply, awaiting="suggestion")
    return _taken(scene, words, wrong)


def _taken(scene: Scene, words: str, wrong: tuple[str, ...]) -> Decision:
    shown = _other_lines(scene, wrong) if wrong else ()
    key = "suggestion.wrong_listing" if wrong else "suggestion.taken"
    # The case is opened when the turn is written down: its number and day are put in there.
    blocks: list[Block] = [Paragraph(phrase(key, number=NUMBER, due=DUE, workdays=ANSWER_WORKDAYS))]
    blocks += [Paragraph(phrase("suggestion.wrong_instead"))] if shown else []
    blocks += [_card(scene, listing) for listing, _ in shown]
    blocks.append(general())
    detail = {"text": words, "listings": list(scene.state.listings), "region": scene.plan.region}
    labels = (phrase("suggestion.mine_tap"), phrase("services.person_tap"))
    decision = scene.answer("suggestion", Reply(tuple(blocks), taps(labels)))
    return replace(
        decision,
        opening=Opening("suggestion", "none", words, {k: v for k, v in detail.items() if v}),
        listings=tuple((listing.id, state) for listing, state in shown),
    )


def _other_lines(scene: Scene, wrong: tuple[str, ...]) -> Sequence[tuple[Listing, OpenState]]:
    """Lines instead of those that may be wrong, open ones first."""
    directory = scene.tools.directory
    lines = directory.listings(scene.plan.region, kinds=_TONIGHT, today=scene.today)
    found = [one for one in lines if one.phone and one.id not in wrong]
    ranked = directory.with_status(found, scene.now)
    return [(listing, status.open) for listing, status in ranked if status.open != "no"][:2]
