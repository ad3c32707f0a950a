"""The privacy notice: said once, after the first answer, never before a crisis answer; and the consent to it."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.answers import MAX_TAPS, general, insert
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.messages import Paragraph, Reply, Steps, Tap


def version() -> str:
    """The version that a consent refers to."""
    return phrase("notice.version")


def with_notice(decision: Decision) -> Decision:
    """Add the short notice to the first answer of a conversation, with a tap to say that it was read."""
    if decision.state.notice_shown or not decision.replies:
        return decision
    first, *rest = decision.replies
    told = insert(first, (Paragraph(phrase("notice.short")),))
    told = replace(told, taps=(*_kept(decision, first.taps), Tap(phrase("notice.tap"))))
    return replace(decision, replies=(told, *rest), state=replace(decision.state, notice_shown=True))


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
    return scene.answer("profile", reply, notice_shown=True)


def agree(scene: Scene) -> Decision:
    """The parent read the notice: consent is recorded with its version and time."""
    profile = scene.profile.agree(version(), scene.now)
    waiting = bool(scene.state.asked)
    text = phrase("notice.agreed_waiting" if waiting else "notice.agreed")
    decision = scene.answer("profile", Reply((Paragraph(text),)), notice_shown=True, asked=scene.state.asked)
    return replace(decision, profile=profile)
