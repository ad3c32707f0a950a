"""Which duty a sentence is about: who is responsible for the problem, by the pairs of characters they share. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.likeness import bigrams, squash
from knowledge.model import Duty

# What every such question says, whatever the problem is: who is asked for, and that it is about a child.
_COMMON = re.compile(
    "请问|我想问|想问一下|问一下|应该|到底|哪个部门|什么部门|哪个单位|什么单位|归谁管|归哪里管|谁管得了|谁管|谁负责|谁来管|找谁|"
    "找哪里|找哪个|去哪里|去哪儿|哪里|哪儿|向谁|跟谁|投诉|举报|反映|反应|怎么办|咋办|咋整|怎么处理|有没有人管|管不管|可以吗|"
    "能不能|该|我们家|我家|我们|孩子|小孩|儿子|女儿|娃娃|娃儿|娃|小朋友|我"
)
# How much counts: the wording that is most alike, all the wordings together, and what we say about the problem.
_NEAREST, _TOGETHER, _ABOUT = 0.3, 0.4, 0.3
THRESHOLD = 0.25
# A local duty is taken unless a national one fits so much better that it must be about something else.
LOCAL_ENOUGH = 0.7


@dataclass(frozen=True, slots=True)
class _Marked:
    """A duty with the pairs of characters of its ways of asking, all of them together, and of its explanation."""

    duty: Duty
    forms: tuple[frozenset[str], ...]
    together: frozenset[str]
    about: frozenset[str]


class Duties:
    """The duties of a library with the weight of each pair of characters: rare ones tell problems apart."""

    def __init__(self, duties: Iterable[Duty]) -> None:
        self._marked = [_mark(duty) for duty in duties]
        counts = Counter(pair for marked in self._marked for pair in marked.together | marked.about)
        total = len(self._marked)
        self._weights = {pair: math.log(1 + total / count) for pair, count in counts.items()}
        self._rare = math.log(1 + total)

    def find(self, text: str, chain: Sequence[str]) -> Duty | None:
        """Find the duty for a problem in these regions, the nearest first and the country last; None if none fits."""
        asked = _pairs(text)
        scored = [
            (self._score(asked, marked), -chain.index(marked.duty.region), marked.duty)
            for marked in self._marked
            if marked.duty.region in chain
        ]
        national = max((one for one in scored if one[2].region == chain[-1]), key=_rank, default=None)
        local = max((one for one in scored if one[2].region != chain[-1]), key=_rank, default=None)
        bar = max(THRESHOLD, LOCAL_ENOUGH * national[0] if national else 0.0)
        if local and local[0] >= bar:
            return local[2]
        return national[2] if national and national[0] >= THRESHOLD else None

    def _score(self, asked: frozenset[str], marked: _Marked) -> float:
        """How well a duty explains the question, 0..1."""
        if asked.isdisjoint(marked.together) and asked.isdisjoint(marked.about):
            return 0.0
        whole = self._weight(asked)
        nearest = max((self._alike(asked, form) for form in marked.forms), default=0.0)
        together = self._weight(asked & marked.together) / whole
        about = self._weight(asked & marked.about) / whole
        return _NEAREST * nearest + _TOGETHER * together + _ABOUT * about

    def _alike(self, asked: frozenset[str], form: frozenset[str]) -> float:
        """How much of each is in the other, on average."""
        common = self._weight(asked & form)
        return (common / self._weight(form) + common / self._weight(asked)) / 2 if common else 0.0

    def _weight(self, pairs: frozenset[str]) -> float:
        return sum(self._weights.get(pair, self._rare) for pair in pairs)


def _rank(scored: tuple[float, int, Duty]) -> tuple[float, int]:
    return scored[:2]


def _mark(duty: Duty) -> _Marked:
    forms = tuple(pairs for text in (duty.problem, *duty.wordings) if (pairs := _pairs(text)))
    return _Marked(duty, forms, frozenset[str]().union(*forms), _pairs(f"{duty.about}{duty.department}"))


def _pairs(text: str) -> frozenset[str]:
    """Give the pairs of characters of what is special in a sentence."""
    parts = _COMMON.sub(" ", squash(text)).split()
    return frozenset[str]().union(*(bigrams(part) for part in parts if len(part) > 1))
