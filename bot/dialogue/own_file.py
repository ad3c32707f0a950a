"""The parent and their family's file: agreeing to it, refusing, withdrawing, reading their own part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue import home_visits
from bot.dialogue.answers import general
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.phrases import phrase, phrase_list
from bot.handoff.family.consent import BEFORE, STATES, OwnFile, OwnItem, Said
from bot.messages import Paragraph, Reply, Steps, Tap
from bot.times import day

MINE = "my-file"
_SAID: Mapping[str, Said] = {"file-agree": "given", "file-refuse": "refused", "file-withdraw": "withdrawn"}
ACTS = frozenset({MINE, *_SAID})


def answer(scene: Scene) -> Decision:
    """Take what the parent says of the consent, where it is asked for.

    A mere 不同意 that answers nothing of ours is left to the person who talks with them.
    """
    said = _SAID[scene.plan.act or ""]
    file = scene.file
    if file is not None and file.consent in BEFORE[said]:
        gone = home_visits.gone(scene) if said == "withdrawn" else ()
        decision = scene.answer("profile", Reply((Paragraph(phrase(f"file.{said}", owner=_owner(file))), *gone)))
        return replace(decision, file_consent=said)
    if scene.state.holder == "person" and said == "refused":
        return scene.answer("handoff", None)
    already = "given" if file is not None and file.consent == "given" and said == "given" else "none"
    return scene.answer("profile", Reply((Paragraph(phrase(f"file.already_{already}")),)))


def mine(scene: Scene) -> Decision | None:
    """Show the parent what the plan says of them; None when there is no file, so that their data is shown instead."""
    file = scene.file
    if file is None or file.consent not in ("asked", "given"):
        return None
    if scene.state.quiet:  # somebody dangerous may read this phone: nothing of it, nor that one was asked for
        return scene.answer("profile", Reply((Paragraph(phrase("file.quiet")),)))
    if file.consent == "asked":
        taps = tuple(Tap(label) for label in phrase_list("file.asked_taps"))
        return scene.answer("profile", Reply((Paragraph(phrase("file.asked", owner=_owner(file))), general()), taps))
    head = Paragraph(phrase("file.head" if file.items else "file.nothing", owner=_owner(file)))
    steps = (Steps(tuple(_line(one) for one in file.items)),) if file.items else ()
    others = (Paragraph(phrase("file.others", count=file.others, owner=_owner(file))),) if file.others else ()
    foot = Paragraph(phrase("file.foot"))
    shown = Reply((head, *steps, *others, *home_visits.lines(scene), foot, general()))
    return replace(scene.answer("profile", shown), of_file=True)


def _owner(file: OwnFile) -> str:
    return file.owner or phrase("file.somebody")


def _line(item: OwnItem) -> str:
    until = phrase("file.until", day=day(item.until_day)) if item.until_day else ""
    return phrase("file.item", goal=item.goal, who=item.who, until=until, state=STATES.get(item.state, ""))
