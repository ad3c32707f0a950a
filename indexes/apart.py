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
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexes.build import BuildError, FailedExam, build
from indexes.engine import SearchEngine
from indexes.evaluate import Report, evaluate
from indexes.hits import Query
from indexes.limits import Limits
from indexes.patch import patched
from knowledge.exam import Question
from knowledge.release import read

NICE = 15
BATCH = 64  # questions that are put together
_SURE = ("answer", "choose")


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
    """Put the exam and what parents asked to two indexes, one after the other."""
    exam = questions(wanted["exam"])
    limits = Limits(**wanted["limits"])
    before, after = (_opened(Path(wanted[name]), limits) for name in ("before", "after"))
    asked = [Query(one["text"], region=one["region"], stage=one["stage"]) for one in wanted["asked"]]
    answers = [_answers(engine, asked) for engine in (before, after)]
    changed = [
        {"text": one["text"], "times": one["times"], "before": old, "after": new}
        for one, old, new in zip(wanted["asked"], *answers, strict=True)
        if old != new
    ]
    return {"exam": [_figures(engine, exam) for engine in (before, after)], "asked": len(asked), "changed": changed}


def _opened(place: Path, limits: Limits) -> SearchEngine:
    engine = SearchEngine.open(place)
    engine.limits = limits
    engine.load_dense()
    return engine


def _answers(engine: SearchEngine, asked: Sequence[Query]) -> list[str]:
    """The title of what each would be answered with; nothing where it would not be answered."""
    found = []
    for at in range(0, len(asked), BATCH):
        found += engine.search_many(asked[at : at + BATCH])
    return [hits.items[0].title if hits.items and hits.verdict in _SURE else "" for hits in found]


def _figures(engine: SearchEngine, exam: Sequence[Question]) -> dict[str, Any]:
    report: Report = evaluate(engine, exam, rivals=False)
    return {
        "cases": report.found.cases,
        "first": report.found.entry1.value,
        "three": report.found.entry3.value,
        "topic": report.found.topic1.value,
        "outside": report.knowing.outside,
        "refused": report.knowing.recall.value,
        "missed": list(report.missed),
    }


if __name__ == "__main__":
    main()
