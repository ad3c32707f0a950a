"""The pure core: handlers in the order in which they may speak; the first that has an answer gives it.

Danger first, then who holds the conversation, then what always works by word or tap, then the question itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue import activities, booking, commands, events, guidance, home_visits, people, services, smalltalk
from bot.dialogue.answers import general, taps
from bot.dialogue.closing import close
from bot.dialogue.decision import Decision, Desk, Plan, Scene, Tools, Weekly
from bot.dialogue.intents import Guess, settle
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.states import CONTEXT_LASTS, State
from bot.dialogue.words import sounds_safe
from bot.handoff.booking.rules import Diary
from bot.handoff.family.consent import OwnFile
from bot.handoff.loop import Started
from bot.messages import LEVELS, Assessment, Block, Inbound, Paragraph, Reply
from bot.parents.profile import Profile
from bot.safety import People, aftercare, opening, protocol
from indexes.hits import Hits
from knowledge.model import Entry

# While a person talks with the parent, the same danger is not shown again for so long.
_SHOWN_LASTS = timedelta(minutes=30)
_OWN_LIFE = frozenset({"suicide", "self-harm", "parent-despair"})
_GRAVE = frozenset({"self-harm", "mental-health", "parent-wellbeing"})
_AFTER = "aftermath"  # kept as the intent of the last turn, so that the same lines are not listed at every word

Handler = Callable[[Scene], Decision | None]


def decide(
    state: State,
    profile: Profile,
    inbound: Inbound,
    assessment: Assessment,
    planned: Plan,
    hits: Hits | None,
    tools: Tools,
    now: datetime,
    desk: Desk,
    own: tuple[Started, ...] = (),
    diary: Diary | None = None,
    file: OwnFile | None = None,
    weekly: Weekly | None = None,
) -> Decision:
    """Say what is answered to this act and what changes. `hits` is None when nothing was searched or it failed."""
    planned = home_visits.meant(planned, state, file, now)
    settled = settle(Guess(planned.intent, planned.manner, planned.firm), planned.words, hits)
    plan = replace(planned, intent=settled.intent, manner=settled.manner)
    book = diary or Diary()
    scene = Scene(
        state, profile, inbound, assessment, plan, hits, tools, now, desk, own, file, book, weekly or Weekly()
    )
    decision = next(filter(None, (handler(scene) for handler in _HANDLERS)))
    return close(scene, decision)


def _crisis(scene: Scene) -> Decision | None:
    """The protocol at once, and a case for people. A person who is there is interrupted only by something new."""
    if not scene.assessment.crisis or (scene.state.holder == "person" and not _news(scene)):
        return None
    duty = scene.desk
    reply = protocol(
        scene.assessment,
        regions=scene.regions,
        now=scene.now,
        people=People(alerted=True, on_duty=duty.on_duty, opens=duty.opens),
    )
    decision = scene.answer(
        "crisis",
        reply,
        offered=(),
        others=(),
        misses=0,
        question=scene.plan.words,
        intent="crisis",
        entry=None,
    )
    return replace(decision, opening=opening(scene.assessment))


def _news(scene: Scene) -> bool:
    """Whether this danger is worse than, other than, or long after what was shown."""
    known = scene.state.risk
    if known is None or known.level not in LEVELS or scene.now - known.at > _SHOWN_LASTS:
        return True
    worse = LEVELS.index(scene.assessment.level) > LEVELS.index(known.level)
    return worse or scene.assessment.kind != known.kind


def _person(scene: Scene) -> Decision | None:
    """A person talks with the parent: the bot is silent, but what a parent may always do works."""
    if scene.state.holder != "person":
        return None
    if scene.inbound.kind == "unsubscribe":
        return events.handle(scene)
    if scene.plan.act in commands.RIGHTS:
        return commands.handle(scene)
    if scene.state.awaiting == "erase":
        waited = commands.waited_for(scene)
        if waited is not None:
            return waited
    return Decision((), "handoff", scene.next_state(), scene.profile)


def _queue(scene: Scene) -> Decision | None:
    """Waiting while somebody is on duty: words are for that person, acknowledged once. Commands go on working."""
    chooses = booking.chosen(scene.state, scene.plan) is not None
    commanded = scene.plan.act or scene.state.awaiting or chooses or scene.inbound.kind not in _SPOKEN
    if scene.state.holder != "queue" or commanded or not scene.desk.on_duty:
        return None
    reply = None if scene.state.acknowledged else Reply((Paragraph(phrase("handoff.acknowledged")),))
    return scene.answer("handoff", reply, acknowledged=True)


_SPOKEN = frozenset({"text", "voice", "image", "video", "link", "unsupported", "location"})


def _pick(scene: Scene) -> Decision | None:
    if scene.plan.pick is None:
        return None
    offer = scene.state.offered[scene.plan.pick]
    if offer.kind in ("slot", "booking"):
        return booking.pick(scene, offer)
    return guidance.pick(scene, offer) if offer.kind == "entry" else services.pick(scene, offer)


def _aftermath(scene: Scene) -> Decision | None:
    """Soon after a crisis: what is no question of another kind is taken as being about it."""
    danger = scene.state.danger(scene.now)
    if danger is None or scene.now - danger.at > CONTEXT_LASTS or scene.plan.intent not in ("guidance", "smalltalk"):
        return None
    if not scene.plan.firm and sounds_safe(scene.plan.words):
        care = aftercare(danger.kind, child=danger.child_writing, regions=scene.regions, now=scene.now)
        return scene.answer("crisis", care, misses=0)
    near = _near_danger(scene, danger.kind)
    if near is not None:
        return guidance.show(scene, near, others=[])
    if scene.plan.firm or (scene.hits is not None and scene.hits.verdict in ("answer", "choose")):
        return None
    text = phrase("danger.after_quiet" if scene.state.quiet else "danger.after")
    told = scene.state.quiet or scene.state.intent == _AFTER  # the lines stand above already
    lines: list[Block] = [] if told else people.line_cards(scene)
    labels = phrase_list("danger.after_taps")
    return scene.answer("crisis", Reply((Paragraph(text), *lines, general()), taps(labels)), misses=0, intent=_AFTER)


def _near_danger(scene: Scene, kind: str | None) -> Entry | None:
    """What to say next about a wish to die: never an entry that makes light of it, however near its words are."""
    if kind not in _OWN_LIFE or scene.hits is None or not scene.hits.with_context:
        return None
    return next((entry for entry in guidance.entries_of(scene) if entry.topics[0] in _GRAVE), None)


def _by_intent(scene: Scene) -> Decision:
    return _ANSWERS.get(scene.plan.intent, guidance.respond)(scene)


_ANSWERS: dict[str, Callable[[Scene], Decision]] = {
    "smalltalk": smalltalk.chat,
    "out-of-scope": smalltalk.decline,
    "handoff": people.hand_over,
    "suggestion": people.suggest,
    "profile": commands.about_data,
    "activity": activities.respond,
    "service": services.respond,
}

_HANDLERS: tuple[Handler, ...] = (
    _crisis,
    _person,
    _queue,
    events.handle,
    commands.handle,
    commands.waited_for,
    _pick,
    booking.wished,
    _aftermath,
    commands.told_place,
    _by_intent,
)
