"""`eval retrieval`: the exam of the live index beside the baselines, as a table or JSON, and as an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from bot.commands import index
from bot.settings import Settings
from indexes.engine import SearchEngine
from indexes.evaluate import Abstention, Figures, Report, evaluate
from indexes.live import read_pointer
from knowledge import exam
from knowledge.files import CONTENT

BAR = 0.5  # entry@1 below this means that something is broken, not that something could be better
_FEW = 5  # questions: a group of fewer tells nothing


def retrieval(settings: Settings, cases: Path | None, *, as_json: bool) -> bool:
    """Print the exam's report; whether it is above the bar."""
    if index.stale(settings):
        index.build_and_publish(settings)
    engine = SearchEngine.open(settings.indexes_dir / str(read_pointer(settings.indexes_dir)))
    engine.load_dense()
    report = evaluate(engine, exam.load(cases or CONTENT / exam.FOLDER))
    print(json.dumps(asdict(report), ensure_ascii=False, indent=1) if as_json else "\n".join(table(report)))
    return report.found.entry1.value >= BAR


def table(report: Report) -> Iterator[str]:
    """The report as lines to print: shares in percent, with the interval in which 95 in 100 drawings lie."""
    yield f"{'':36}{'n':>5}  {'topic@1':14}{'topic@3':14}{'entry@1':14}{'entry@3':14}MRR"
    yield _line("engine", report.found)
    yield from (_line(name, figures) for name, figures in report.rivals.items())
    if report.gains:
        yield "\nthe engine's lead, question by question, in points (95 %, chance that there is none)"
    for name, (topic, entry) in report.gains.items():
        yield f"{name:36}  topic@1 {topic}   entry@1 {entry}"
    yield ""
    yield from _knowing(report.knowing)
    for name, steps in report.curves.items():
        yield f"\nby threshold of {name}: inside reached, of these right, outside reached"
        yield from (f"{step.at:>6.2f}{step.given:>8.1%}{step.right:>8.1%}{step.outside:>8.1%}" for step in steps)
    for name, groups in report.groups.items():
        yield f"\nby {name}"
        yield from (_line(group, figures) for group, figures in _worst_first(groups) if figures.cases >= _FEW)


def _knowing(found: Abstention) -> Iterator[str]:
    yield f"scope: AUROC {found.scope:.3f} ({found.outside} questions outside)"
    yield f"refusals: right {found.precision}, of those outside refused {found.recall}, inside {found.turned_away}"
    yield f"answered outright {found.answered}: right entry {found.right}, right topic {found.fair}"
    yield f"offered as a choice: the right entry among the three {found.chosen}"


def _worst_first(groups: Mapping[str, Figures]) -> list[tuple[str, Figures]]:
    return sorted(groups.items(), key=lambda item: item[1].topic1.value)


def _line(name: str, found: Figures) -> str:
    shares = "".join(f"{one!s:14}" for one in (found.topic1, found.topic3, found.entry1, found.entry3))
    return f"{name:36}{found.cases:>5}  {shares}{found.mrr.value:.3f}"
