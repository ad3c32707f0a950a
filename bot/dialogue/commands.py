"""Words and taps that always work: a person, the profile, erasing, the notice, feedback, help, more of the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue import (
    activities,
    answers,
    booking,
    digest,
    following,
    guidance,
    home_visits,
    notice,
    own_file,
    people,
    services,
)
from bot.dialogue.asking import read
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.intents import LIVES_HERE, asks
from bot.dialogue.phrases import phrase, phrase_list
from bot.dialogue.plan import AWAITED
from bot.dialogue.states import State
from bot.dialogue.words import bare, confirms, declines, only_stage
from bot.messages import Block, Heed, PageLink, Paragraph, Reply, Steps, Tap
from bot.parents.profile import Profile

_PLACE_ALONE = 6  # characters: a name of a place and hardly more
_SAID_WITH_PLACE = re.compile("我|家|在|是|住|的|人|这边|这里|孩子|娃|上|读|了")
_PLACE_SAID = 14

# What a parent may do at any time, also while a person talks with them.
RIGHTS = frozenset(
    {
        *("erase", "end", "cancel", "profile", "privacy", "clear"),
        *booking.ACTS[1:],
        *(following.MINE, following.RATE),
        *own_file.ACTS,
        home_visits.ACT,
        *digest.ACTS,
    }
)


def handle(scene: Scene) -> Decision | None:
    """Do what the command says; None if the message is no command."""
    act = _ACTS.get(scene.plan.act or "")
    return act(scene) if act else None


def waited_for(scene: Scene) -> Decision | None:
    """Take yes or no for the erasure, and the words of a suggestion, when we asked for them."""
    if scene.plan.manner != AWAITED:
        return None
    if scene.state.awaiting == "suggestion":
        return _suggestion(scene)
    if scene.state.awaiting == "erase":
        return _erased(scene) if confirms(scene.plan.words) else _kept(scene)
    return None


def _suggestion(scene: Scene) -> Decision:
    if declines(scene.plan.words):
        return scene.answer("suggestion", Reply((Paragraph(phrase("suggestion.cancelled")),)))
    return people.suggest(scene)


def _erase(scene: Scene) -> Decision:
    reply = Reply(
        (Paragraph(phrase("erase.ask")), answers.general()),
        (Tap(phrase("erase.confirm_tap")), Tap(phrase("erase.cancel_tap"))),
    )
    return scene.answer("profile", reply, awaiting="erase")


def _erased(scene: Scene) -> Decision:
    reply = Reply((Paragraph(phrase("erase.done")),))
    return Decision((reply,), "profile", State(at=scene.now, **notice.shown()), Profile(), erase=True)


def _kept(scene: Scene) -> Decision:
    return scene.answer("profile", Reply((Paragraph(phrase("erase.cancelled")),)))


def _clear(scene: Scene) -> Decision:
    """Forget the talk, not the danger, the holder or that the notice was shown."""
    old = scene.state
    known: dict[str, Any] = {"notice_shown": old.notice_shown, "notice_version": old.notice_version}
    state = State(risk=old.risk, quiet=old.quiet, holder=old.holder, at=scene.now, **known)
    text = phrase("clear.quiet" if old.quiet else "clear.done")
    decision = replace(scene.answer("profile", Reply((Paragraph(text),))), state=state, clear=True)
    return replace(decision, subscription=digest.no_more(scene.plan.words))


def own_data(scene: Scene) -> Decision:
    """Show what is kept of the parent."""
    rows = (*scene.profile.describe(scene.tools.tree, scene.tools.library.taxonomy), *digest.row(scene))
    if rows:
        lines = [phrase("profile.row", label=label, value=value) for label, value in rows]
        text = "\n".join([phrase("profile.head"), *lines])
    else:
        text = phrase("profile.empty")
    blocks = (Paragraph(text), Paragraph(phrase("profile.change")), answers.general())
    return scene.answer("profile", Reply(blocks, answers.taps(phrase_list("profile.taps"))))


def about_data(scene: Scene) -> Decision:
    """Answer in words what is asked of records and privacy, without a command."""
    manner = scene.plan.manner
    if manner == "privacy":
        return _told(scene, "profile.privacy_answer", phrase_list("profile.taps"))
    if manner in ("file", "export"):
        return _told(scene, f"profile.{manner}", phrase_list("profile.file_taps"))
    if manner == "forget":
        return _erase(scene)
    learned = learned_words(scene)
    return _learned(scene, learned) if learned else own_data(scene)


def learned_words(scene: Scene) -> str:
    """Name what the words tell of place and stage."""
    stage = scene.tools.library.taxonomy.stages.get(scene.plan.said_stage or "")
    place = scene.tools.tree.name(scene.plan.place) if scene.plan.place else ""
    return "、".join(filter(None, (place, stage.name if stage else "")))


def _learned(scene: Scene, what: str) -> Decision:
    reply = Reply((Paragraph(phrase("profile.learned", what=what)),), answers.taps(phrase_list("smalltalk.start_taps")))
    return scene.answer("profile", reply)


def told_place(scene: Scene) -> Decision | None:
    """A message that only says where the parent is, and perhaps how old the child is."""
    plan, hits = scene.plan, scene.hits
    if plan.follows or plan.intent != "guidance" or asks(plan.words):
        return None
    if _only_told(scene):
        return _learned(scene, learned_words(scene))
    if plan.place is None:
        return None
    length = len(bare(plan.words))
    only = length <= _PLACE_ALONE or (length <= _PLACE_SAID and LIVES_HERE.search(plan.words) is not None)
    if not only or (hits is not None and hits.verdict == "answer" and not hits.with_context):
        return None
    return _learned(scene, learned_words(scene))


def _only_told(scene: Scene) -> bool:
    """Whether nothing is left of the words without the place and the stage."""
    plan, tree = scene.plan, scene.tools.tree
    if plan.place is None and plan.said_stage is None:
        return False
    rest = plan.words
    for place in tree.chain(plan.place) if plan.place else ():
        name = tree.name(place)
        for part in (name, name.rstrip("省市县区"), scene.tools.library.regions[place].name.rstrip("省市县区")):
            rest = rest.replace(part, "") if part else rest
    left = bare(_SAID_WITH_PLACE.sub("", rest))
    return only_stage(rest) or (plan.said_stage is None and not left)


def _told(scene: Scene, key: str, labels: tuple[str, ...]) -> Decision:
    return scene.answer("profile", Reply((Paragraph(phrase(key)), answers.general()), answers.taps(labels)))


def _help(scene: Scene) -> Decision:
    blocks: tuple[Block, ...] = (
        Paragraph(phrase("help.text")),
        Steps(phrase_list("help.items")),
        Heed(phrase("help.foot"), urgent=True),
        PageLink(phrase("help.page")),
        answers.general(),
    )
    return scene.answer("smalltalk", Reply(blocks, answers.taps(phrase_list("help.taps"))))


def _ask(scene: Scene) -> Decision:
    reply = Reply((Paragraph(phrase("help.ask")),), answers.taps(phrase_list("welcome.taps")), phrase("welcome.prompt"))
    return scene.answer("smalltalk", reply)


def _feedback(word: str, key: str) -> Callable[[Scene], Decision]:
    def act(scene: Scene) -> Decision:
        entry = scene.state.entry
        text = phrase(key if entry else "feedback.nothing")
        labels = (phrase("services.person_tap"),) if word == "no" else ()
        decision = scene.answer("smalltalk", Reply((Paragraph(text),), answers.taps(labels)))
        return replace(decision, feedback=(entry, word) if entry else None)

    return act


def _agree(scene: Scene) -> Decision:
    """The tap below the notice; later the same words are only a nod."""
    if notice.told(scene.state) == notice.version() != scene.profile.consent_version:
        return notice.agree(scene)
    return scene.answer("smalltalk", Reply((Paragraph(phrase("smalltalk.ack")),)))


def _more(scene: Scene) -> Decision:
    """More of what was shown last: listings, activities, or other answers."""
    again = replace(scene, plan=replace(scene.plan, question=scene.state.question))
    if scene.state.intent == "service":
        return services.more(again)
    if scene.state.intent == "activity":
        return activities.more(again)
    if scene.state.intent == booking.INTENT:
        return booking.later(scene)
    if scene.state.listings or read(scene.plan.words).phone:
        return services.lines(again)
    return guidance.not_meant(scene)


_ACTS: Mapping[str, Callable[[Scene], Decision | None]] = {
    "human": people.hand_over,
    "cancel": people.release,
    "end": people.release,
    "profile": own_data,
    "erase": _erase,
    "clear": _clear,
    "privacy": notice.explain,
    "agree": _agree,
    "help": _help,
    "ask": _ask,
    "helped": _feedback("yes", "feedback.helped"),
    "not-helped": _feedback("no", "feedback.not_helped"),
    "not-meant": guidance.not_meant,
    "more": _more,
    "full": guidance.full,
    "stuck": guidance.stuck,
    **dict.fromkeys(own_file.ACTS, own_file.answer),
    own_file.MINE: lambda scene: own_file.mine(scene) or own_data(scene),
    home_visits.ACT: home_visits.answer,
    following.MINE: following.mine,
    following.RATE: following.rate,
    digest.SUBSCRIBE: digest.subscribe,
    digest.UNSUBSCRIBE: digest.unsubscribe,
    digest.PAST: digest.past,
    booking.BOOK: booking.offer,
    booking.MINE: booking.mine,
    booking.ACCEPT: booking.accept,
    booking.CANCEL: booking.cancel,
}
