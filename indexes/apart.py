"""Building and examining an index in a process of its own: `python -m indexes.apart`, told by one line of JSON.

Training takes a core for a minute. In the bot's own process it would hold the interpreter lock that every answer needs;
here it runs beside, at the lowest priority, and its memory goes when it ends. It ends with its parent: the line stays
open as long as that lives. What it has to say are lines of JSON: progress, then one with the outcome.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexes.build import BuildError, FailedExam, build
from indexes.engine import SearchEngine
from indexes.evaluate import Report, evaluate, ours_and_others, query_of
from indexes.hits import Hits, Query
from indexes.limits import Limits
from indexes.patch import patched
from knowledge.exam import Question
from knowledge.release import read

NICE = 15
BATCH = 64  # questions that are put together
_SURE = ("answer", "choose")

Said = tuple[str, str]  # a verdict, and the title of what is shown first


def main() -> None:
    """Do what the line on standard input says, and say on standard output what came of it."""
    os.nice(NICE)
    wanted = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        told = {"build": _build, "patch": _patch, "compare": _compare}[wanted["do"]](wanted)
    except BuildError as error:
        cause = error.__cause__
        told = {"sentence": str(error), "missed": list(cause.missed) if isinstance(cause, FailedExam) else []}
    _say(told)


def _end_with_parent() -> None:
    """A parent that was killed closes the line; nobody waits for the outcome then."""
    sys.stdin.read()
    os._exit(3)


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _progress(step: str, share: float) -> None:
    _say({"step": step, "share": share})


def _build(wanted: dict[str, Any]) -> dict[str, Any]:
    place = build(
        read(Path(wanted["release"])),
        Path(wanted["root"]),
        model=wanted["model"],
        dense=wanted["dense"],
        progress=_progress,
        exam=questions(wanted["exam"]),
        limits=Limits(**wanted["limits"]),
    )
    return {"directory": place.name}


def _patch(wanted: dict[str, Any]) -> dict[str, Any]:
    base = _opened(Path(wanted["base"]), Limits(**wanted["limits"]))
    release, exam = read(Path(wanted["release"])), questions(wanted["exam"])
    engine = patched(release, Path(wanted["root"]), base, exam, most=None, progress=_progress)
    assert engine is not None  # noqa: S101 - of any number of documents, on a base that is open
    return {"directory": engine.path.name}


def questions(held: Sequence[dict[str, Any]]) -> list[Question]:
    """Read questions that were sent as JSON."""
    plain: list[dict[str, Any]] = [{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()} for one in held]
    return [Question(**one) for one in plain]


def sent(exam: Sequence[Question]) -> list[dict[str, Any]]:
    """Make JSON of questions."""
    return [asdict(one) for one in exam]


def _compare(wanted: dict[str, Any]) -> dict[str, Any]:
    """Put the exam and what else was asked to two indexes, some at a time: what is not asked in time is left out."""
    exam = questions(wanted["exam"])
    limits = Limits(**wanted["limits"])
    before, after = (_opened(Path(wanted[name]), limits) for name in ("before", "after"))
    sat = [_exam_hits(engine, exam) for engine in (before, after)]
    asked = [Query(one["text"], region=one["region"], stage=one["stage"]) for one in wanted["asked"]]
    pairs = list(_pairs(before, after, asked, time.monotonic() + wanted["seconds"]))
    open_ = [at for at, one in enumerate(_every(exam)) if not one.sealed]  # nobody learns the sealed ones from here
    turned = [[_every(exam)[at].question, *pair] for at in open_ if (pair := _turned(sat[0][at], sat[1][at]))]
    return {
        "exam": [_figures(engine, exam, hits) for engine, hits in zip((before, after), sat, strict=True)],
        "asked": len(pairs),
        "changed": [[at, *pair] for at, (old, new) in enumerate(pairs) if (pair := _turned(old, new))],
        "turned": turned,
    }


def _pairs(
    before: SearchEngine, after: SearchEngine, asked: Sequence[Query], until: float
) -> Iterator[tuple[Hits, Hits]]:
    for at in range(0, len(asked), BATCH):
        if time.monotonic() > until:
            return
        some = asked[at : at + BATCH]
        yield from zip(before.search_many(some), after.search_many(some), strict=True)


def _every(exam: Sequence[Question]) -> list[Question]:
    inside, beyond = ours_and_others(exam)
    return [*inside, *beyond]


def _exam_hits(engine: SearchEngine, exam: Sequence[Question]) -> list[Hits]:
    return engine.search_many([query_of(one) for one in _every(exam)])


def _turned(old: Hits, new: Hits) -> tuple[Said, Said] | None:
    """What a parent is told before and after, if that differs."""
    differs = (old.verdict, _first(old)) != (new.verdict, _first(new))
    return (_said(old), _said(new)) if differs else None


def _first(hits: Hits) -> tuple[str, str] | None:
    """What comes first where it is shown: a title that was mended is no other answer."""
    return (hits.items[0].kind, hits.items[0].id) if hits.items and hits.verdict in _SURE else None


def _said(hits: Hits) -> Said:
    """The verdict, and the title of what comes first where it is shown."""
    return hits.verdict, hits.items[0].title if hits.items and hits.verdict in _SURE else ""


def _opened(place: Path, limits: Limits) -> SearchEngine:
    engine = SearchEngine.open(place)
    engine.limits = limits
    engine.load_dense()
    return engine


def _figures(engine: SearchEngine, exam: Sequence[Question], hits: Sequence[Hits]) -> dict[str, Any]:
    report: Report = evaluate(engine, exam, rivals=False, found=hits)
    sealed = {one.question for one in exam if one.sealed}
    return {
        "cases": report.found.cases,
        "first": report.found.entry1.value,
        "three": report.found.entry3.value,
        "topic": report.found.topic1.value,
        "outside": report.knowing.outside,
        "refused": report.knowing.recall.value,
        "missed": [one for one in report.missed if one not in sealed],
        "groups": {
            name: {"cases": found.cases, "first": found.entry1.value} for name, found in report.groups["intent"].items()
        },
    }


if __name__ == "__main__":
    main()
