"""`eval`: the exam of the live index, beside plain BM25, as a table and as an exit code."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from bot.commands import index
from bot.settings import Settings
from indexes.engine import SearchEngine
from indexes.evaluate import evaluate
from indexes.live import read_pointer
from knowledge import exam
from knowledge.files import CONTENT

BAR = 0.5  # recall@1 below this means that something is broken, not that something could be better


def run(settings: Settings, cases: Path | None, *, as_json: bool) -> bool:
    """Print the exam's report; whether it is above the bar."""
    if index.stale(settings):
        index.build_and_publish(settings)
    engine = SearchEngine.open(settings.indexes_dir / str(read_pointer(settings.indexes_dir)))
    engine.load_dense()
    report = evaluate(engine, exam.load(cases or CONTENT / exam.FOLDER))
    print(json.dumps(asdict(report), ensure_ascii=False, indent=1) if as_json else report.table())
    return report.found.recall1 >= BAR
