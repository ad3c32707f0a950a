"""Recall and false alarms by level and kind, on lines of JSON: `python tests/safety/measure.py FILE...`.

A line is {"question" or "text": …, "risk": …, "risks_ok": […]} with the expected level, or {"text": …,
"risk_related": true, "labels": […]} for speech of the person at risk.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.messages import LEVELS, Level
from bot.safety import assess


@dataclass
class Tally:
    """Counts of what was expected against what was found, and the rows that went wrong."""

    levels: Counter[tuple[str, Level]] = field(default_factory=Counter)
    missed: list[tuple[str, Level, str]] = field(default_factory=list)

    def add(self, expected: str, found: Level, right: bool, text: str) -> None:
        self.levels[expected, found] += 1
        if not right:
            self.missed.append((expected, found, text))

    def share(self, expected: str, at_least: Level) -> float:
        """Of the rows expected so, the share that was found at that level or above."""
        rows = {found: n for (what, found), n in self.levels.items() if what == expected}
        reached = sum(n for found, n in rows.items() if LEVELS.index(found) >= LEVELS.index(at_least))
        return reached / max(1, sum(rows.values()))

    def names(self) -> list[str]:
        return sorted({what for what, _ in self.levels})


def expectation(row: Mapping[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    """The groups that a row counts in, and the levels that are right for it."""
    if "risk" in row:
        groups = [row["risk"], *([f"{row['kind']}:{row['risk']}"] if row.get("kind") else [])]
        return groups, tuple(row.get("risks_ok") or [row["risk"]])
    if not row["risk_related"]:
        return ["unrelated"], ("none", "concern")
    return list(row["labels"]), ("concern", "high", "urgent")


def measure(rows: Iterable[Mapping[str, Any]]) -> Tally:
    """Assess every row."""
    tally = Tally()
    for row in rows:
        text = row.get("question") or row["text"]
        found = assess(text).level
        groups, right = expectation(row)
        for n, group in enumerate(groups):
            tally.add(group, found, n > 0 or found in right, text)
    return tally


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def report(tally: Tally) -> str:
    """A table of shares and the rows that went wrong."""
    lines = [f"{'expected':24} {'n':>5} {'>=concern':>10} {'>=high':>8} {'urgent':>8}"]
    for name in tally.names():
        n = sum(count for (what, _), count in tally.levels.items() if what == name)
        shares = [tally.share(name, level) for level in ("concern", "high", "urgent")]
        lines.append(f"{name:24} {n:5} {shares[0]:10.3f} {shares[1]:8.3f} {shares[2]:8.3f}")
    return "\n".join([*lines, *(f"{what} -> {found}: {text}" for what, found, text in tally.missed)])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.write(f"{name}\n{report(measure(read(Path(name))))}\n")
