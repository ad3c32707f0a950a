"""Fixed words read from `commands.yaml`: commands, menu taps, yes and no, numbers. Pure, tables compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from bot.dialogue.states import Offer
from indexes.text import spell

_LEAD = re.compile("^(?:我要|我想要?|请帮?我?|帮我|麻烦|给我|能不能|可以)")


def bare(text: str) -> str:
    """A text without spaces, punctuation and case: what fixed words are compared by."""
    return spell(text).replace(" ", "")


def act_of(text: str) -> str | None:
    """The command that a text as a whole is, if it is one."""
    words = bare(text)
    acts = _acts()
    return acts.get(words) or acts.get(_LEAD.sub("", words))


def follows_up(text: str) -> str | None:
    """The act that a text is soon after an answer: `full` asks for more of it, `stuck` says that it did not help."""
    words = bare(text)
    return next((act for act, pattern in _follow_ups().items() if pattern.search(words)), None)


def only_stage(text: str) -> bool:
    """Whether a text tells the age or grade of the child and nothing else."""
    rest = _patterns("stage").sub("", spell(text))
    return rest != spell(text) and not bare(_patterns("beside_stage").sub("", rest))


def asks_on(text: str, about: str) -> bool:
    """Whether a few words ask on about the lines (`service`) or events (`activity`) that were shown last."""
    pattern = _asking_on().get(about)
    return pattern is not None and pattern.search(bare(text)) is not None


def clicked(key: str) -> str:
    """What a tap on the WeChat menu says; an unknown key says nothing."""
    return str(_source()["clicks"].get(key.strip().upper(), ""))


def confirms(text: str) -> bool:
    """Whether a text says yes to the question that waits."""
    return bare(text) in _set("confirm")


def declines(text: str) -> bool:
    """Whether a text says no to the question that waits."""
    return bare(text) in _set("decline")


def sounds_safe(text: str) -> bool:
    """Whether a text tells that the danger is over: somebody is found, the door is open."""
    return _patterns("safe").search(bare(text)) is not None


def books(text: str) -> bool:
    """Whether a text asks for a time to come and talk, or is the label of one that was shown."""
    return _patterns("books").search(bare(text)) is not None


def about_visit(text: str) -> tuple[tuple[str, bool], ...]:
    """What a text may say of a home visit (welcome, other, came or missed), and whether it says so by itself."""
    return _visit_words().get(bare(text), ())


def picked(text: str, offered: Sequence[Offer]) -> int | None:
    """Which of the offered choices a text means, by number or by its label; None for none of them."""
    if not offered:
        return None
    words = bare(text)
    by_label = next((n for n, offer in enumerate(offered) if words and words == bare(offer.label)), None)
    if by_label is not None:
        return by_label
    place = _ordinals().get(words)
    if place is None:
        return None
    index = len(offered) - 1 if place < 0 else place
    return index if index < len(offered) else None


@cache
def _source() -> Mapping[str, Any]:
    text = files("bot.dialogue").joinpath("commands.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


@cache
def _follow_ups() -> Mapping[str, re.Pattern[str]]:
    return {act: re.compile(pattern) for act, pattern in _source()["follow"].items()}


@cache
def _patterns(name: str) -> re.Pattern[str]:
    return re.compile(_source()[name])


@cache
def _asking_on() -> Mapping[str, re.Pattern[str]]:
    return {about: re.compile(pattern) for about, pattern in _source()["asks_on"].items()}


@cache
def _acts() -> Mapping[str, str]:
    return {bare(word): act for act, words in _source()["acts"].items() for word in words}


@cache
def _visit_words() -> Mapping[str, tuple[tuple[str, bool], ...]]:
    made: dict[str, tuple[tuple[str, bool], ...]] = {}
    for name, said in _source()["visits"].items():
        for what, words in said.items():
            for word in words:
                made[bare(word)] = (*made.get(bare(word), ()), (what, name == "sure"))
    return made


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(bare(word) for word in _source()[name])


@cache
def _ordinals() -> Mapping[str, int]:
    numbered = {bare(str(word)): n for n, words in enumerate(_source()["ordinals"]) for word in words}
    return numbered | dict.fromkeys(_set("last"), -1)
