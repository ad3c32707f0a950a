"""The privacy notice: said once, after the first answer, never before a crisis answer; and the consent to it.

Who knows an older version of it is told once, after an answer, what changed; their consent is to a version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.dialogue.answers import MAX_TAPS, general, insert
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import has_phrase, phrase, phrase_list
from bot.dialogue.states import State
from bot.messages import Paragraph, Reply, Steps, Tap

WHY = "notice.why"  # there while those who know an older version are to be told
FIRST = "2026-11"  # what was shown before states kept the version


def version() -> str:
    """The version that a consent refers to."""
    return phrase("notice.version")


def shown() -> dict[str, Any]:
    """What a state remembers once the notice in force was shown."""
    return {"notice_shown": True, "notice_version": version()}


def told(state: State) -> str:
    """The version that was last shown in a conversation; empty before the first."""
    return (state.notice_version or FIRST) if state.notice_shown else ""


def with_notice(scene: Scene, decision: Decision) -> Decision:
    """Add the notice to the first answer of a conversation, or what changed of it, with a tap to say it was read."""
    if not decision.replies:
        return decision
    if not decision.state.notice_shown:
        return _with(decision, phrase("notice.short"))
    return _with(decision, phrase("notice.changed", why=phrase(WHY))) if _news(scene, decision) else decision


def _news(scene: Scene, decision: Decision) -> bool:
    """Whether an older version was shown, parents are to be told, and this is a quiet moment for it."""
    state = decision.state
    if told(state) == version() or not has_phrase(WHY):
        return False
    return not state.quiet and state.awaiting is None and state.danger(scene.now) is None


def _with(decision: Decision, words: str) -> Decision:
    first, *rest = decision.replies
    said = insert(first, (Paragraph(words),))
    said = replace(said, taps=(*_kept(decision, first.taps), Tap(phrase("notice.tap"))))
    return replace(decision, replies=(said, *rest), state=replace(decision.state, **shown()))


def _kept(decision: Decision, taps: tuple[Tap, ...]) -> tuple[Tap, ...]:
    """The taps that stay beside the new one: all choices; else as many as fit, with the last, the way out."""
    asked = decision.state.asked is not None
    choosing = asked or any(offer.kind == "entry" for offer in decision.state.offered)
    if choosing or len(taps) < MAX_TAPS:
        return taps
    return (*taps[: MAX_TAPS - 2], taps[-1])


def explain(scene: Scene) -> Decision:
    """The whole notice."""
    reply = Reply(
        blocks=(Steps(phrase_list("notice.full")), general()),
        taps=(Tap(phrase("notice.tap")), *(Tap(label) for label in phrase_list("profile.taps")[1:])),
    )
    return scene.answer("profile", reply, **shown())


def agree(scene: Scene) -> Decision:
    """The parent read the notice: consent is recorded with its version and time."""
    profile = scene.profile.agree(version(), scene.now)
    waiting = bool(scene.state.asked)
    text = phrase("notice.agreed_waiting" if waiting else "notice.agreed")
    decision = scene.answer("profile", Reply((Paragraph(text),)), asked=scene.state.asked, **shown())
    return replace(decision, profile=profile)
