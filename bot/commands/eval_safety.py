"""`eval safety`: how many dangers are found and how many false alarms rung, beside what others do, with intervals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.commands import index
from bot.commands.safety import ordinary_lines
from bot.dialogue.states import PIECES
from bot.messages import GRAVE, LEVELS, Assessment, Level
from bot.safety import assess, in_conversation, remember
from bot.safety.assess import by_patterns
from bot.safety.baselines import BROAD, EXPLICIT, Embed, System, keywords, nearest_rule, tf_idf
from bot.safety.labelled import LEARN, TEST, Dialogue, Labelled, dialogues, read
from bot.safety.patterns import book
from bot.settings import Settings, SettingsError
from indexes.embed import unit
from indexes.engine import SearchEngine
from indexes.figures import Share, share
from indexes.live import read_pointer
from knowledge import exam
from knowledge.calendar import CHINA
from knowledge.files import CONTENT, load

BAR = 0.8  # urgent messages found; below it something is broken
_FEW = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One system's shares: of urgent and high messages found as a crisis, of harmless ones called so."""

    urgent: Share
    high: Share
    hard: Share  # harmless ones that look like danger
    ordinary: Share
    precision: Share  # of the messages called a crisis


def run(settings: Settings, public: Path | None, *, as_json: bool) -> bool:
    """Print the report; whether it is above the bar."""
    messages, everyday = read(TEST), _everyday()
    judged = {one.text: assess(one.text) for one in messages}
    systems = {"家有方": lambda text: judged[text].level if text in judged else assess(text).level}
    systems |= _rivals(_embedder(settings))
    rows = {name: _row(system, messages, everyday) for name, system in systems.items()}
    lines = [*_table(rows, len(messages), len(everyday)), "", *_levels(messages, judged), "", *_kinds(messages, judged)]
    lines += ["", *_talks(dialogues(TEST / "conversations.yaml"))]
    if public is not None:
        lines += ["", *_public(public, systems)]
    figures = {name: {part: str(getattr(row, part)) for part in Row.__slots__} for name, row in rows.items()}
    print(json.dumps(figures, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
    return rows["家有方"].urgent.value >= BAR


def _everyday() -> list[str]:
    """Ordinary questions of parents: the library's exam without what it calls a crisis or gives a risk."""
    asked = exam.load(CONTENT / exam.FOLDER)
    return [one.question for one in asked if one.intent != "crisis" and one.risk == "none"]


def _embedder(settings: Settings) -> Embed:
    if index.stale(settings):
        index.build_and_publish(settings)
    engine = SearchEngine.open(settings.indexes_dir / str(read_pointer(settings.indexes_dir)))
    engine.load_dense()
    embedder = engine.embedder
    if embedder is None:
        message = "the index has no model"
        raise SettingsError(message)
    return lambda texts: unit(embedder.encode(list(texts), query=False))


def _rivals(embed: Embed) -> Mapping[str, System]:
    """The patterns alone, and the baselines, which learn from what ours learned from."""
    rules = [text for one in book().patterns if one.level in ("high", "urgent") for text in one.fires]
    learn = [*read(LEARN), *ordinary_lines(load(CONTENT))]
    return {
        "patterns alone": lambda text: by_patterns(text)[0].level,
        f"{len(EXPLICIT)} explicit words": keywords(EXPLICIT),
        f"{len(BROAD)} broad words": keywords(BROAD),
        "TF-IDF, logistic regression": tf_idf(learn),
        "distance to rules under 0.3": nearest_rule(rules, embed, 0.3),
        "distance to rules under 0.5": nearest_rule(rules, embed, 0.5),
    }


def _crisis(level: Level) -> bool:
    return level in GRAVE


def _row(system: System, messages: Sequence[Labelled], everyday: Sequence[str]) -> Row:
    called = [(one, _crisis(system(one.text))) for one in messages]
    return Row(
        urgent=share([found for one, found in called if one.level == "urgent"]),
        high=share([found for one, found in called if one.level == "high"]),
        hard=share([found for one, found in called if one.form == "h"]),
        ordinary=share([_crisis(system(text)) for text in everyday]),
        precision=share([one.level != "none" for one, found in called if found]),
    )


def _table(rows: Mapping[str, Row], messages: int, everyday: int) -> Iterator[str]:
    yield f"{messages} messages kept apart, {everyday} ordinary questions of the library's exam; called a crisis, %"
    yield f"{'':30}{'of urgent':16}{'of high':16}{'of hard harmless':18}{'of ordinary':16}right to call"
    for name, row in rows.items():
        shares = f"{row.urgent!s:16}{row.high!s:16}{row.hard!s:18}{row.ordinary!s:16}{row.precision!s}"
        yield f"{name:30}{shares}"


def _levels(messages: Sequence[Labelled], judged: Mapping[str, Assessment]) -> Iterator[str]:
    yield f"{'by level, %':30}{'n':>5}  {'at least so':16}{'an accepted level':18}of those called so, right"
    for level in LEVELS:
        those = [one for one in messages if one.level == level]
        reached = share([LEVELS.index(judged[one.text].level) >= LEVELS.index(level) for one in those])
        right = share([judged[one.text].level in one.right for one in those])
        called = share([level in one.right for one in messages if judged[one.text].level == level])
        yield f"{level:30}{len(those):>5}  {reached!s:16}{right!s:18}{called}"


def _kinds(messages: Sequence[Labelled], judged: Mapping[str, Assessment]) -> Iterator[str]:
    yield f"{'by kind and level, %':30}{'n':>5}  {'called a crisis':16}its kind named"
    for kind in sorted({one.kind for one in messages if one.kind}):
        for level in ("urgent", "high"):
            those = [judged[one.text] for one in messages if one.kind == kind and one.level == level]
            if len(those) >= _FEW:
                named = share([one.kind == kind for one in those if one.crisis])
                yield f"{kind + ' ' + level:30}{len(those):>5}  {share([one.crisis for one in those])!s:16}{named}"


def _talks(talks: Sequence[Dialogue]) -> Iterator[str]:
    """Whether a conversation came to a crisis where it should, and stayed free of one where it should."""
    played = [list(_played(talk)) for talk in talks]
    ends = [(turns, any(_crisis(level) for level, _ in turns)) for turns in played]
    grave = [found for turns, found in ends if any(_crisis(right[0]) for _, right in turns)]
    calm = [found for turns, found in ends if all(right[0] == "none" for _, right in turns)]
    turns = share([level in right for turns in played for level, right in turns])
    yield f"{len(talks)} conversations: a crisis found in {share(grave)} of {len(grave)}, "
    yield f"called in {share(calm)} of {len(calm)} harmless ones; turns at an accepted level {turns}"


def _played(talk: Dialogue) -> Iterator[tuple[Level, tuple[Level, ...]]]:
    memory, now = None, datetime(2026, 5, 12, 21, tzinfo=CHINA)
    said: list[str] = []
    for text, right in talk.turns:
        found = in_conversation(assess(text), text, said[-PIECES:], memory, now)
        memory, said, now = remember(found, memory, now), [*said, text], now + timedelta(minutes=1)
        yield found.level, right


def _public(path: Path, systems: Mapping[str, System]) -> Iterator[str]:
    """The validation part of PsySUICIDE, or a file of its form: what people at risk wrote themselves."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    risky, others = [r for r in rows if r["risk_related"]], [r for r in rows if not r["risk_related"]]
    yield f"public set, {len(risky)} at risk and {len(others)} not, %: found at concern or above, called high or urgent"
    for name, system in systems.items():
        found = share([system(row["text"]) != "none" for row in risky])
        alarms = share([_crisis(system(row["text"])) for row in others])
        yield f"{name:30}{found!s:18}{alarms!s:18}"
    for label in sorted({label for row in risky for label in row["labels"]}):
        those = [assess(row["text"]) for row in risky if label in row["labels"]]
        if len(those) >= _FEW:
            shares = (share([one.level != "none" for one in those]), share([one.crisis for one in those]))
            yield f"  {label:24}{len(those):>5}  >=concern {shares[0]!s:16} >=high {shares[1]}"
