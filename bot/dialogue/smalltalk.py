"""A few words between people, and kind refusals of what is not ours."""

from __future__ import annotations

from bot.dialogue import answers
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import has_phrase, phrase, phrase_list
from bot.messages import Paragraph, Reply

_QUIET = frozenset({"bye", "ack", "thanks", "praise"})
_TO_PEOPLE = frozenset({"insult", "doubt", "vent"})


def chat(scene: Scene) -> Decision:
    """Answer a greeting, thanks, a complaint, a question about ourselves."""
    manner = scene.plan.manner
    if manner == "vent" and any(word in scene.plan.words for word in phrase_list("smalltalk.joyful")):
        manner = "joy"
    key = f"smalltalk.{manner}"
    text = phrase(key if has_phrase(key) else "smalltalk.generic")
    return scene.answer("smalltalk", Reply((Paragraph(text),), answers.taps(_labels(manner))))


def _labels(manner: str) -> tuple[str, ...]:
    if manner in _QUIET or manner == "joy":
        return ()
    return phrase_list("smalltalk.person_taps" if manner in _TO_PEOPLE else "smalltalk.start_taps")


def decline(scene: Scene) -> Decision:
    """Say kindly that this is not ours, by its kind, and what is."""
    key = f"scope.{scene.plan.manner}"
    text = phrase(key if has_phrase(key) else "scope.general")
    blocks = (Paragraph(text), Paragraph(phrase("scope.can")), answers.general())
    return scene.answer("out-of-scope", Reply(blocks, answers.taps(phrase_list("scope.taps"))))
