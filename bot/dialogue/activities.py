"""What is on: the activities of a place in the period asked for. A date that nobody published is not invented."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.dialogue.answers import place_name
from bot.dialogue.asking import read
from bot.dialogue.decision import Decision, Scene
from bot.dialogue.periods import Period, period_of
from bot.dialogue.phrases import has_phrase, phrase
from bot.dialogue.states import Asked
from bot.messages import Block, Paragraph, Reply, SourceLine, Tap
from bot.times import day
from knowledge.calendar import CHINA
from knowledge.directory import Occurrence
from knowledge.model import Activity

MOST = 4
# What kind of event is asked for; those that speak of it come first.
_KINDS = re.compile(
    "讲座|沙龙|课堂|课程|亲子|阅读|读书|研学|夏令营|志愿|爸爸|父亲|博物馆|图书馆|科技馆|科普|劳动|家访|开放日|比赛|征文|老年|心理"
)
_AHEAD = timedelta(days=364)  # an activity asked for by name: its next time within a year


def respond(scene: Scene, *, skip: tuple[str, ...] = ()) -> Decision:
    """List what is on in the period that the question means."""
    mentioned = [one for one in _named(scene) if scene.plan.manner == "named"]
    if mentioned and not skip:
        return named(scene, mentioned)
    period = period_of(scene.plan.question, scene.now.astimezone(CHINA).date())
    found = [one for one in _found(scene, period) if one.activity.id not in skip]
    if not found:
        return _nothing(scene, period)
    shown, rest = found[:MOST], len(found) - MOST
    blocks: list[Block] = [Paragraph(_head(scene, period))]
    blocks += [Paragraph(line) for one in shown for line in _lines(scene, one, period)]
    if rest > 0:
        blocks.append(Paragraph(phrase("activities.more", count=rest)))
    return _finish(scene, blocks, [one.activity for one in shown], skip)


def _named(scene: Scene) -> list[Activity]:
    """Activities that the question names and the parent's place may see."""
    found = scene.tools.directory.named(scene.plan.question, scene.plan.region)
    return [one for one in found if isinstance(one, Activity) and one.region in scene.regions]


def named(scene: Scene, activities: Sequence[Activity]) -> Decision:
    """One or two activities that were asked for by name, with their next time."""
    blocks: list[Block] = [Paragraph(line) for one in activities[:2] for line in told(scene, one)]
    return _finish(scene, blocks, activities[:2], ())


def told(scene: Scene, activity: Activity) -> list[str]:
    """What is known of an activity: when it is next, how one takes part."""
    today = scene.now.astimezone(CHINA).date()
    period = Period("", today, today + _AHEAD)
    times = scene.tools.directory.activities(activity.region, period.start, period.end)
    mine = next((one for one in times if one.activity.id == activity.id), None)
    return _lines(scene, mine or Occurrence(activity, period.start, period.end, exact=False), period)


def _found(scene: Scene, period: Period) -> list[Occurrence]:
    """Each activity once, those about what is asked first; otherwise in the directory's order, dated ones first."""
    ask = read(scene.plan.question)
    topics = tuple(topic for want in ask.wants for topic in sorted(want.topics))
    found = scene.tools.directory.activities(scene.plan.region, period.start, period.end, stages=_stages(scene))
    once: dict[str, Occurrence] = {}
    for one in found:
        once.setdefault(one.activity.id, one)
    kinds = _KINDS.findall(scene.plan.question)

    def wanted(one: Occurrence) -> int:
        words = " ".join((one.activity.name, *one.activity.aliases, one.activity.about))
        return -2 * any(kind in words for kind in kinds) - bool(set(topics) & set(one.activity.topics))

    return sorted(once.values(), key=wanted)


def _stages(scene: Scene) -> tuple[str, ...]:
    return (scene.plan.stage,) if scene.plan.stage else ()


def _head(scene: Scene, period: Period) -> str:
    if scene.plan.region is None:
        return phrase("activities.head_national", period=period.name)
    return phrase("activities.head", region=scene.tools.tree.name(scene.plan.region), period=period.name)


def _lines(scene: Scene, one: Occurrence, period: Period) -> list[str]:
    """When, what, how to take part; without a published date or way, whom to ask."""
    activity = one.activity
    lines = [_when(scene, one, period)]
    if times := activity.recurrence.times:
        lines.append(phrase(f"activities.times.{activity.recurrence.rule}", times=times))
    if activity.fee:
        key = f"activities.fees.{activity.fee}"
        lines.append(phrase("activities.free", fee=phrase(key) if has_phrase(key) else activity.fee))
    if activity.join:
        lines.append(phrase("activities.join", join=activity.join))
    if not activity.join or not one.exact:
        key = "activities.ask_organiser" if activity.organiser else "activities.ask_school"
        lines.append(phrase(key, organiser=activity.organiser or ""))
    return ["\n".join(lines)]


def _when(scene: Scene, one: Occurrence, period: Period) -> str:
    activity = one.activity
    place = place_name(activity.region, scene.tools.tree)
    known = {"name": activity.name, "region": place, "about": activity.about}
    if activity.recurrence.rule == "ongoing":
        return phrase("activities.ongoing", **known)
    if not one.exact:
        whole = one.start <= period.start and one.end >= period.end
        key = "activities.open" if whole else "activities.within"
        return phrase(key, **known, start=day(one.start), end=day(one.end))
    key = "activities.one_day" if one.start == one.end else "activities.exact"
    return phrase(key, **known, start=day(one.start), end=day(one.end))


def _nothing(scene: Scene, period: Period) -> Decision:
    region = scene.plan.region
    key = "activities.none" if region else "activities.none_national"
    text = phrase(key, period=period.name, region=scene.tools.tree.name(region) if region else "")
    return _finish(scene, [Paragraph(text)], [], ())


def _finish(scene: Scene, blocks: Sequence[Block], shown: Sequence[Activity], skip: tuple[str, ...]) -> Decision:
    asking = scene.plan.region is None and scene.state.asked is None
    tail: list[Block] = [Paragraph(phrase("services.ask_region"))] if asking else []
    if notes := list(dict.fromkeys(one.note for one in shown if one.note)):
        tail.insert(0, Paragraph(phrase("activities.note", notes="；".join(notes))))
    tail.append(SourceLine(_source(shown)))
    question = scene.plan.question or scene.state.question
    return scene.answer(
        "activity",
        Reply((*blocks, *tail), (Tap(phrase("services.person_tap")),)),
        asked=Asked("region", question, "activity") if asking else None,
        question=question,
        intent="activity",
        listings=(*skip, *(one.id for one in shown)),
        offered=(),
        others=(),
        misses=0,
    )


def _source(shown: Sequence[Activity]) -> str:
    years = sorted({one.source_date.year for one in shown})
    if not years:
        return phrase("source.general")
    return phrase("source.activities", years="、".join(str(year) for year in years))


def more(scene: Scene) -> Decision:
    """The next activities for the last question."""
    return respond(scene, skip=scene.state.listings)
