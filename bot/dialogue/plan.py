"""Understands a message before anything is searched: command, choice, answer to our question, follow-up, or new.

Gives the query for the engine, or none. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.decision import Plan, Tools
from bot.dialogue.following import FOLLOWING, rates
from bot.dialogue.intents import Guess, asks, guess
from bot.dialogue.states import Asked, State
from bot.dialogue.words import act_of, asks_on, bare, clicked, confirms, declines, follows_up, only_stage, picked
from bot.messages import Inbound, Intent
from bot.parents.profile import Profile
from indexes.hits import Query
from indexes.text import family_of, stage_of
from knowledge.model import Activity, Listing

AWAITED = "awaited"  # the manner of the words that we were waiting for
_ACT_INTENTS: Mapping[str, Intent] = {
    **dict.fromkeys(("human", "cancel", "end"), "handoff"),
    **dict.fromkeys(("help", "ask", "helped", "not-helped"), "smalltalk"),
    **dict.fromkeys(("not-meant", "more", "full", "stuck"), "guidance"),
    **dict.fromkeys(FOLLOWING, "suggestion"),
    **dict.fromkeys(("book", "my-bookings", "accept-time", "cancel-booking"), "service"),  # see bot.dialogue.booking
}
LIMIT = 5  # three are shown at most; the rest is offered when those were not meant
_ANSWER = 24  # an answer to our question is seldom longer; a longer message speaks for itself
_PLACE = 10
_NAMING = 20
_STAGE_WORDS = re.compile(
    r"(?:上|读)?(?:小学|初中|高中|幼儿园|大班|中班|小班|学龄前)[一二三四五六123456]?(?:年级)?(?:的时候|生)?"
    r"|[初高][一二三123]|[一二三四五六七八九1-9]年级|(?:\d{1,2}|[一二两三四五六七八九十]{1,3})(?:周)?岁(?:半)?"
)
_OTHER_STAGE = re.compile(
    r"^(?:那么?|要是|如果是?|换成|那要是|那如果是?)+(.{1,8}?)(?:的话|的|了)*(?:呢|怎么办|咋办|怎么样)?$"
)


def heard(inbound: Inbound) -> str:
    """The words of an act: what was typed, recognised from a voice, or stands on the menu that was tapped."""
    if inbound.kind == "text":
        return inbound.text.strip()
    if inbound.kind == "voice":
        return str(inbound.detail.get("recognised") or "").strip()
    if inbound.kind == "click":
        return clicked(str(inbound.detail.get("key") or inbound.text)) or inbound.text.strip()
    return ""


def plan(state: State, profile: Profile, inbound: Inbound, tools: Tools) -> Plan:
    """Say what was understood and what to search for, if anything."""
    words = heard(inbound)
    base = _base(words, profile, tools)
    if not words:
        return base
    act = act_of(words) or rates(words) or _follow_up(words, state, inbound)
    if act:
        return replace(base, act=act, intent=_ACT_INTENTS.get(act, "profile"), firm=True)
    if _waited_for(words, state.awaiting):
        intent: Intent = "suggestion" if state.awaiting == "suggestion" else "profile"
        return replace(base, intent=intent, manner=AWAITED, firm=True)
    chosen = picked(words, state.offered)
    if chosen is not None:
        return replace(base, pick=chosen, question=state.question, firm=True)
    return _question(base, state, inbound, tools)


def _follow_up(words: str, state: State, inbound: Inbound) -> str | None:
    """What asks on about the entry that was shown a moment ago."""
    return follows_up(words) if state.entry and state.fresh(inbound.at) else None


def _waited_for(words: str, awaiting: str | None) -> bool:
    """Whether a message is what we wait for: any words for a suggestion, yes or no for an erasure."""
    if awaiting == "suggestion":
        return True
    return awaiting is not None and (confirms(words) or declines(words))


def _base(words: str, profile: Profile, tools: Tools) -> Plan:
    """What the words say of place, stage and family, filled up with what is known of the parent."""
    place = tools.tree.find(words) if words else None
    said_stage = stage_of(words) if words else None
    said_family = family_of(words) if words else None
    return Plan(
        words=words,
        question=words,
        region=_region(place.slug if place else None, profile, tools),
        place=place.slug if place else None,
        stage=said_stage or profile.stage,
        family=said_family or profile.family,
        said_stage=said_stage,
        said_family=said_family,
    )


def _region(place: str | None, profile: Profile, tools: Tools) -> str | None:
    """The place named; where it only holds the parent's own closer one (常州 for 天宁), that one."""
    known = profile.region
    if place and known and tools.tree.within(known, place):
        return known
    return place or known or tools.default_region


def _by_name(base: Plan, first: Guess, tools: Tools) -> Guess:
    """A short question that names a thing of the directory asks for that thing."""
    if first.intent != "guidance" or len(bare(base.words)) > _NAMING or not asks(base.words):
        return first
    named = tools.directory.named(base.words, base.region)
    if any(isinstance(one, Activity) for one in named[:1]):
        return Guess("activity", "named")
    return Guess("service", "named") if any(isinstance(one, Listing) for one in named[:1]) else first


def _question(base: Plan, state: State, inbound: Inbound, tools: Tools) -> Plan:
    """A question: the answer to what we asked back, a follow-up with another stage, or a new one."""
    fresh = state.fresh(inbound.at)
    first = guess(base.words)
    asked = (state.asked or _place_wanted(base, state)) if fresh else None
    if asked and _answers(base, asked, first):
        return _answered(base, asked)
    if fresh and state.question:
        other = _other_stage(base.words)
        if other:
            return _restaged(base, state, other)
        if only_stage(base.words):
            return _restaged(base, state, base.words, own=not base.words.rstrip("？?。 ").endswith("呢"))
        if asks_on(base.words, state.intent):
            return _asked_on(base, state)
    first = _by_name(base, first, tools)
    told = replace(base, intent=first.intent, manner=first.manner, firm=first.firm)
    return _searching(told, base.words, context=state.question if fresh else "")


def _place_wanted(base: Plan, state: State) -> Asked | None:
    """A place alone, soon after a question about services or activities, asks it again for that place."""
    alone = base.place is not None and len(bare(base.words)) <= _PLACE
    if not alone or state.intent not in ("service", "activity") or not state.question:
        return None
    return Asked("region", state.question, state.intent)


def _searching(base: Plan, text: str, context: str = "") -> Plan:
    query = Query(text=text, context=context, region=base.region, stage=base.stage, family=base.family, limit=LIMIT)
    return replace(base, query=query)


def _answers(base: Plan, asked: Asked, first: Guess) -> bool:
    """Whether a message answers what we asked back, rather than being about something else."""
    if asked.what == "region":
        return base.place is not None and first.intent in ("guidance", "policy", "service", asked.intent)
    if first.intent in ("smalltalk", "handoff", "suggestion", "profile", "out-of-scope"):
        return False
    return len(bare(base.words)) <= _ANSWER


def _answered(base: Plan, asked: Asked) -> Plan:
    """The waiting question, made whole by the answer."""
    told = asked.what == "region" or only_stage(base.words)  # a place or a grade is no word to search for
    whole = asked.question if told else f"{asked.question}，{base.words}"
    first = guess(whole)
    intent = first.intent if asked.what != "region" and first.firm else asked.intent
    whole_plan = replace(base, intent=intent, manner=first.manner, question=whole, follows=True)  # type: ignore[arg-type] # stored intents are ours
    stage = stage_of(base.words) or stage_of(whole) or base.stage
    return _searching(replace(whole_plan, stage=stage), whole)


def _other_stage(words: str) -> str | None:
    """The stage words of 那初中呢, if the message is that."""
    found = _OTHER_STAGE.match(words.strip().rstrip("？?。 "))
    if not found or not stage_of(found[1]):
        return None
    return found[1]


def _restaged(base: Plan, state: State, words: str, *, own: bool = False) -> Plan:
    """The last question again, for a child of another stage, or of this stage of the `own` child."""
    rest = _STAGE_WORDS.sub("", state.question).strip("，, ") or state.question
    first = guess(f"{words}，{rest}")
    told = replace(
        base,
        intent=first.intent,
        manner=first.manner,
        firm=first.firm,
        question=rest if own else f"{words}，{rest}",
        stage=stage_of(words),
        said_stage=base.said_stage if own else None,  # asked for comparison it tells nothing of the own child
        follows=True,
    )
    return _searching(told, f"{words}，{rest}")


def _asked_on(base: Plan, state: State) -> Plan:
    """The last question for lines, places or events, with what is asked on about them."""
    told = replace(base, intent=state.intent, question=f"{base.words}，{state.question}", follows=True)  # type: ignore[arg-type] # stored intents are ours
    return _searching(told, state.question)
