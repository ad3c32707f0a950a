"""The parent and a home visit: whether somebody may come at that time, afterwards whether they came. Pure.

The words that ask are sent by staff (`bot.handoff.family.visiting`). What clearly answers them counts as long as the
question stands; a mere 好的 only when that was the last thing said to the parent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from bot.dialogue.answers import general
from bot.dialogue.decision import Decision, Plan, Scene
from bot.dialogue.phrases import phrase
from bot.dialogue.states import State
from bot.dialogue.words import about_visit
from bot.handoff.family.consent import OwnFile
from bot.handoff.family.visits import ABOUT, OwnVisit, Said, moment
from bot.messages import Paragraph, Reply

ACT = "visit"
_BOOKING = "booking"  # the intent of a turn about appointments: its words are not about a visit


def might_answer(words: str) -> bool:
    """Whether words could answer what was said of a visit, so that the file has to be looked into."""
    return bool(about_visit(words))


def meant(plan: Plan, state: State, file: OwnFile | None, now: datetime) -> Plan:
    """Take the words for an answer to a visit where one is told of or asked about; else they mean what they did."""
    return replace(plan, act=ACT, intent="profile", firm=True, pick=None) if _answered(plan, state, file, now) else plan


def answer(scene: Scene) -> Decision | None:
    """Take down the answer; on a phone that others may read nothing of it is said."""
    found = _answered(scene.plan, scene.state, scene.file, scene.now)
    if found is None:
        return None
    visit, said = found
    words = phrase("file.visit_quiet" if scene.state.quiet else f"file.visit_{said}", **_values(scene, visit))
    return replace(scene.answer("profile", Reply((Paragraph(words), general()))), visit=(visit.id, said))


def lines(scene: Scene) -> tuple[Paragraph, ...]:
    """Say of the visits ahead when somebody comes, and which of them wait for a word."""
    ahead = [one for one in scene.file.visits if one.asks == "time"] if scene.file else []
    keys = {"yes": "file.visit_ahead", "other": "file.visit_again"}
    return tuple(Paragraph(phrase(keys.get(one.stands, "file.visit_waits"), **_values(scene, one))) for one in ahead)


def gone(scene: Scene) -> tuple[Paragraph, ...]:
    """Say to somebody who ends their file that nobody comes either, if they expect somebody."""
    expected = [one for one in scene.file.visits if one.asks == "time" and one.stands != "other"] if scene.file else []
    return (Paragraph(phrase("file.visit_gone")),) if expected and not scene.state.quiet else ()


def _values(scene: Scene, visit: OwnVisit) -> dict[str, str]:
    owner = scene.file.owner if scene.file else ""
    somebody = owner or phrase("file.somebody")
    return {"when": moment(visit.at), "owner": somebody, "who": visit.who or somebody}


def _answered(plan: Plan, state: State, file: OwnFile | None, now: datetime) -> tuple[OwnVisit, Said] | None:
    """Give the visit that these words are about and what they say of it."""
    if file is None or not file.visits or (plan.act == "book" and state.intent == _BOOKING and state.fresh(now)):
        return None
    busy = state.awaiting is not None or plan.pick is not None  # what else waits for a word goes before
    for said, sure in cast("tuple[tuple[Said, bool], ...]", about_visit(plan.words)):
        own = [one for one in file.visits if one.asks == ABOUT[said]]
        found = [one for one in own if one.last and not (busy and not sure)] or (_standing(own) if sure else [])
        if found:
            return found[0], said
    return None


def _standing(own: list[OwnVisit]) -> list[OwnVisit]:
    """Order visits that nobody spoke of just now: those that wait for a word first, of what was the newest."""
    whether = [one for one in reversed(own) if one.asks == "whether"]
    return sorted(whether or own, key=lambda one: one.stands not in ("told", "asked"))
