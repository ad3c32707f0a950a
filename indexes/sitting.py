"""Single questions put to an engine: whether it passes the exam's, and what it has for those of a trial. Pure CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexes.engine import SearchEngine
from indexes.hits import Hit, Hits, Kind, Query, Verdict
from knowledge.exam import Question

AMONG = 3
REFUSED: tuple[Verdict, ...] = ("none", "clarify")
_SERVICES: tuple[Kind, ...] = ("listing", "activity", "duty")


@dataclass(frozen=True, slots=True)
class Result:
    """What an engine had for a question: `right` is whether the expected one was among the first three.

    For a question that the library has nothing to say to, that it did not pretend; None where nothing was expected.
    """

    right: bool | None
    verdict: Verdict
    first: Hit | None
    score: float


def sit(engine: SearchEngine, questions: Sequence[Question]) -> list[Result]:
    """Ask questions of the exam."""
    found = engine.search_many([_query(asked) for asked in questions])
    return [_result(hits, _right(asked, hits)) for asked, hits in zip(questions, found, strict=True)]


def ask(engine: SearchEngine, lines: Sequence[tuple[str, str]]) -> list[Result]:
    """Ask questions of a trial: words, and the id of what is expected or nothing."""
    library = engine.release.library
    services = {*library.listings, *library.activities, *library.duties}
    asked = [
        Question(words, listings=(wanted,)) if wanted in services else Question(words, (wanted,) if wanted else ())
        for words, wanted in lines
    ]
    found = engine.search_many([_query(one) for one in asked])
    return [
        _result(hits, _right(one, hits) if one.entries or one.listings else None)
        for one, hits in zip(asked, found, strict=True)
    ]


def _query(asked: Question) -> Query:
    kinds = _SERVICES if asked.listings and not asked.entries else ("entry",)
    return Query(asked.question, asked.context, asked.region, asked.stage, asked.family, kinds, AMONG)


def _right(asked: Question, hits: Hits) -> bool:
    if not asked.inside:
        return hits.verdict in REFUSED
    return bool({hit.id for hit in hits.items[:AMONG]} & {*asked.entries, *asked.listings})


def _result(hits: Hits, right: bool | None) -> Result:
    return Result(right, hits.verdict, hits.items[0] if hits.items else None, hits.first)
