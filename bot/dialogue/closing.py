"""What is added to an answer at its end: the gentle check, the notice; what is remembered, learned and passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.answers import insert
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.intents import LIVES_HERE
from bot.dialogue.notice import with_notice
from bot.messages import Block
from bot.parents.profile import Profile
from bot.safety import gentle, quiet, remember, review

_SHORT = 8  # so few characters with a place in them only say where one is
_QUESTIONS = frozenset({"guidance", "policy", "service", "activity", "out-of-scope"})


def close(scene: Scene, decision: Decision) -> Decision:
    """Add what belongs after the answer, remember the risk, and keep what was told once the notice was shown."""
    if decision.erase:
        return decision
    risk = remember(scene.assessment, scene.state.risk, scene.now)
    said = scene.state.saying("" if scene.plan.act else scene.plan.words, scene.now)
    hushed = decision.state.quiet or quiet(scene.assessment)
    decision = replace(decision, state=replace(decision.state, risk=risk, said=said, quiet=hushed))
    if decision.intent != "crisis" and decision.replies:
        decision = _cared(scene, decision)
        decision = with_notice(scene, decision)
    opening = decision.opening or (review(scene.assessment) if scene.state.holder != "person" else None)
    return replace(decision, profile=learn(scene, decision), opening=opening)


def _cared(scene: Scene, decision: Decision) -> Decision:
    """The gentle words at concern; a danger that is remembered gets its line with answers, a concern is said once."""
    if scene.assessment.level != "concern":
        return decision
    if not scene.assessment.shown and (decision.intent not in _QUESTIONS or scene.state.danger(scene.now) is None):
        return decision
    return _with(decision, gentle(scene.assessment, regions=scene.regions, now=scene.now))


def _with(decision: Decision, blocks: Sequence[Block]) -> Decision:
    first, *rest = decision.replies
    return replace(decision, replies=(insert(first, blocks), *rest))


def learn(scene: Scene, decision: Decision) -> Profile:
    """Keep place, stage and family that the words told; nothing before the notice was shown."""
    if not decision.state.notice_shown:
        return decision.profile
    plan = scene.plan
    return decision.profile.learn(
        region=plan.place if _lives_there(scene, decision) else None, stage=plan.said_stage, family=plan.said_family
    )


def _lives_there(scene: Scene, decision: Decision) -> bool:
    """Whether the place named is the parent's own: the first one named, a closer one, or one said to be it."""
    place, known, tree = scene.plan.place, decision.profile.region, scene.tools.tree
    if place is None or (known is not None and tree.within(known, place)):
        return False
    if known is None or tree.within(place, known) or decision.intent == "profile":
        return True
    return len(scene.plan.words) <= _SHORT or LIVES_HERE.search(scene.plan.words) is not None
