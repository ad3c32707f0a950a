"""Training the classifier from labelled messages (`python -m bot safety train`); only this needs scikit-learn.

Three regressions over the same units: the level of all messages, the kind of the dangerous ones, whether a child
writes. The last step and its cuts are fitted to predictions for left-out messages.
"""

from __future__ import annotations

import io
import json
import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.messages import LEVELS, Level
from bot.safety.assess import by_patterns
from bot.safety.classifier import FORMAT, VETO, Numbers, evidence, shares
from bot.safety.features import Units, units
from bot.safety.labelled import Labelled

BLOCKS = {"grams": 1.0, "pairs": 1.0}
LEAST = 3  # messages that a unit must stand in
KEPT = 60_000  # units: those that weigh most; dropping the others loses nothing that can be measured
TRUST = 6.0  # in the messages, against small weights
ROUNDS = 80  # of fitting; more only learns the messages by heart
FOLDS, SEED = 4, 7
# The cuts: the share of harmless messages (ordinary, and of those that look like danger) called at least so, beside
# what the patterns call so.
ALARMS = {"concern": (0.025, 0.08), "high": (0.012, 0.035)}

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A message ready to learn from."""

    seen: Units
    patterns: Level
    level: int
    kind: str
    child: bool
    form: str


def train(messages: Sequence[Labelled], path: Path, report: Report) -> None:
    """Train on the messages and write the classifier; a file that is there is replaced whole."""
    samples = [_sample(one) for one in messages]
    report(f"{len(samples)} messages read")
    judge, cuts = _last_step(samples, report)
    table, level = _learn(samples)
    rows = table.rows(samples)
    risky = [number for number, one in enumerate(samples) if one.kind]
    kind = _fit(rows[risky], [samples[number].kind for number in risky], trust=1.0)
    child = _fit(rows, [one.child for one in samples], trust=1.0)
    weights = np.vstack([level.coef_, kind.coef_, child.coef_]).T
    bias = np.concatenate([level.intercept_, kind.intercept_, child.intercept_])
    about = {"format": FORMAT, "blocks": BLOCKS, "kinds": list(kind.classes_), "cuts": cuts, "messages": len(samples)}
    _write(path, about, table, weights, bias, judge)
    report(f"{len(table.vocabulary)} units, {path.stat().st_size / 1e6:.1f} MB")


def _sample(one: Labelled) -> Sample:
    shown, reading = by_patterns(one.text)
    return Sample(
        units(reading.unsettled), shown.level, LEVELS.index(one.level), one.kind or "", one.voice == "child", one.form
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """The units that are known, and how rare each is."""

    vocabulary: dict[str, int]
    rarity: NDArray[np.float64]

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> _Table:
        """Take every unit that stands in enough of the messages."""
        counts = Counter(chain.from_iterable(_named(one.seen) for one in samples))
        kept = sorted(unit for unit, count in counts.items() if count >= LEAST)
        rarity = np.array([math.log((1 + len(samples)) / (1 + counts[unit])) + 1 for unit in kept])
        return cls({unit: number for number, unit in enumerate(kept)}, rarity)

    def rows(self, samples: Sequence[Sample]) -> Any:
        """A sparse matrix with a row for each message, as `Classifier.opinion` weighs it."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs it

        ends, columns, values = [0], [], []
        for one in samples:
            for block, weight in BLOCKS.items():
                known = sorted(
                    number for unit in one.seen[block] if (number := self.vocabulary.get(block[0] + unit)) is not None
                )
                rarity = self.rarity[known]
                columns.extend(known)
                values.extend((weight * rarity / max(math.sqrt(rarity @ rarity), 1e-9)).tolist())
            ends.append(len(columns))
        return csr_matrix((values, columns, ends), shape=(len(samples), len(self.vocabulary)))

    def only(self, numbers: NDArray[np.int64]) -> _Table:
        """The same table with some of its units."""
        words = list(self.vocabulary)
        kept = {words[number]: place for place, number in enumerate(numbers)}
        return _Table(kept, self.rarity[numbers])


def _learn(samples: Sequence[Sample]) -> tuple[_Table, Any]:
    """Learn the levels from all units, then keep the units that weigh most."""
    table = _Table.of(samples)
    fitted = _fit(table.rows(samples), [one.level for one in samples])
    weight = np.abs(fitted.coef_).max(axis=0) * table.rarity
    numbers = np.sort(np.argsort(-weight, kind="stable")[:KEPT])
    fitted.coef_ = fitted.coef_[:, numbers]
    return table.only(numbers), fitted


def _named(seen: Units) -> set[str]:
    """The units with the first letter of their block before them."""
    return {block[0] + unit for block in BLOCKS for unit in seen[block]}


def _fit(rows: Any, labels: Sequence[object], trust: float = TRUST) -> Any:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - only training needs it
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # ROUNDS stops it on purpose
        return LogisticRegression(C=trust, max_iter=ROUNDS, tol=1e-3, random_state=SEED).fit(rows, labels)


def _last_step(samples: Sequence[Sample], report: Report) -> tuple[Numbers, list[float]]:
    """From likelihoods of left-out messages to the three levels: numbers and cuts."""
    levels = np.array([one.level for one in samples])
    likely = _left_out(samples, levels)
    seen = np.array([evidence(row) for row in likely])
    judge = np.zeros((3, seen.shape[1]), dtype=np.float32)
    for step in range(3):
        # A concern called high is no false alarm, so it is not held against that step; urgent is told from high alone.
        clear = levels > 1 if step == 2 else (levels > step) | (levels == 0)
        fitted = _fit(seen[clear][:, :-1], (levels[clear] > step).tolist(), trust=1.0)
        judge[step] = [*fitted.coef_[0], fitted.intercept_[0]]
    reached = seen @ judge.T
    forms = np.array([one.form for one in samples])
    patterns = np.array([LEVELS.index(one.patterns) for one in samples])
    cuts = [
        _alarm(reached[:, step], (levels == 0) & (patterns <= step), forms, name)
        for step, name in enumerate(("concern", "high"))
    ]
    cuts.append(_fairest(reached[:, 2], levels))
    kept = np.where(likely[:, 0] >= VETO, np.minimum(patterns, 1), patterns)
    for step, name in enumerate(LEVELS[1:]):
        called = (reached[:, step] > cuts[step]) & ((step < 2) | (reached[:, 1] > cuts[1])) | (kept > step)
        report(f"called {name} of: " + ", ".join(_parts(called, levels, forms)))
    return judge, cuts


def _parts(called: NDArray[np.bool_], levels: NDArray[np.int64], forms: NDArray[Any]) -> Iterator[str]:
    """The shares called so, by level, and of the harmless by whether they look like danger."""
    for number, level in enumerate(LEVELS[1:], start=1):
        yield f"{level} {called[levels == number].mean():.3f}"
    yield f"hard {called[(levels == 0) & (forms == 'h')].mean():.3f}"
    yield f"ordinary {called[(levels == 0) & (forms == '-')].mean():.3f}"


def _left_out(samples: Sequence[Sample], levels: NDArray[np.int64]) -> Numbers:
    """The likelihoods of each level for every message, by a classifier that has not seen it."""
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - only training needs it

    likely = np.zeros((len(samples), len(LEVELS)), dtype=np.float32)
    for known, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(levels, levels):
        table, fitted = _learn([samples[number] for number in known])
        rows = table.rows([samples[number] for number in asked])
        likely[asked] = shares(rows @ fitted.coef_.T + fitted.intercept_)
    return likely


def _alarm(reached: Numbers, harmless: NDArray[np.bool_], forms: NDArray[Any], name: str) -> float:
    """The cut at which neither the ordinary nor the hard harmless messages are called so more often than allowed."""
    ordinary, hard = ALARMS[name]
    shares = ((forms == "-", ordinary), (forms == "h", hard))
    return max(float(np.quantile(reached[harmless & which], 1 - share)) for which, share in shares)


def _fairest(reached: Numbers, levels: NDArray[np.int64]) -> float:
    """The cut at which urgent is told from high best: as many urgent ones missed as high ones called urgent."""
    urgent, high = np.sort(reached[levels == 3]), np.sort(reached[levels == 2])
    shares = np.linspace(0.01, 0.6, 60)
    return float(min((np.quantile(urgent, share) for share in shares), key=lambda cut: _apart(urgent, high, cut)))


def _apart(urgent: Numbers, high: Numbers, cut: float) -> float:
    return abs(float((urgent < cut).mean()) - float((high > cut).mean()))


def _write(
    path: Path, about: dict[str, Any], table: _Table, weights: NDArray[np.float64], bias: Any, judge: Numbers
) -> None:
    step = np.abs(weights).max(axis=0) / 127
    kept = io.BytesIO()
    np.savez_compressed(
        kept,
        about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8),
        vocabulary=np.frombuffer("\n".join(table.vocabulary).encode(), dtype=np.uint8),
        rarity=table.rarity.astype(np.float16),
        weights=np.round(weights / step).astype(np.int8),
        step=step.astype(np.float32),
        bias=bias.astype(np.float32),
        judge=judge,
    )
    beside = path.with_suffix(".part")
    beside.write_bytes(kept.getvalue())
    beside.replace(path)
