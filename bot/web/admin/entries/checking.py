"""What the rules and the search say of an entry as it is typed: beside which field, in words for educators.

Pure and slow (a quarter of a second): views call it in a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from indexes.engine import SearchEngine
from indexes.hits import Hits, Query
from knowledge.amend import Amendment, amended, decode
from knowledge.check import check
from knowledge.model import Entry, Library
from knowledge.rules import style
from knowledge.rules.entries import BRIEF_LENGTH, FULL_LENGTH
from knowledge.rules.problem import place
from knowledge.rules.wordings import COUNT

NEAR = 5
_SLOTS: Mapping[str, str] = {
    "topics": "topics",
    "stages": "topics",
    "families": "topics",
    "dates": "review_by",
    "region": "region",
    "related": "related",
    "source": "sources",
    "policy": "sources",
    "titles-alike": "title",
    "entries-alike": "brief",
    "brief-shape": "brief",
    "brief-length": "brief",
    "full-shape": "full",
    "full-length": "full",
}
_MISSING: Mapping[str, tuple[str, str]] = {
    "title": ("title", "还没有写标题，就用家长会问的那句话。"),
    "brief": ("brief", "还没有写聊天里的回答。"),
    "full": ("full", "还没有写详解。"),
    "review_by": ("review_by", "请选一个审读到期的日子。"),
    "written": ("review_by", "不知道是哪天写的，请重新存一次。"),
}
# What rules say of files, in words for people who see a form.
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"出处 (.+) 不在 sources\.yaml 中，请补上出处或改正标识。"), r"“\1”没有登记过，请从列表里选。"),
    (re.compile(r"没有写出处，请至少写一个 sources\.yaml 里的出处。"), "还没有写依据，请至少选一个。"),
    (re.compile(r"出处 (.+) 没有写第几条，请写成 .+-条号。"), r"“\1”要写明第几条，请填在旁边。"),
    (re.compile(r"出处 (.+) 里的 (.+) 不对，"), r"“\1”里的“\2”不对，"),
    (re.compile(r"地区 (.+) 不在 regions\.csv 中，请改成已有的。"), r"不认识“\1”这个地方，请从列表里选。"),
    (re.compile(r"\w+ 里的 (.+) 不在 taxonomy\.yaml 中，请改成已有的。"), r"没有“\1”这一类，请从列表里选。"),
    (re.compile(r"相关条目 (.+) 不存在，请改正或删去。"), r"没有标题是“\1”的在用条目，请从列表里选，或者删去。"),
    (re.compile(r"没有主题，请写一个主要主题。"), "还没有选主题。"),
)
_ID = re.compile(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend beside a field; `at` is the row where the field has rows (from 0)."""

    slot: str
    sentence: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that is near: `wording` is what in it comes nearest; `linked` says that it is a related one already."""

    id: str
    title: str
    wording: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found; `caught` are wordings that another entry answers now: row and its title."""

    entry: Entry
    findings: tuple[Finding, ...] = ()
    elsewhere: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    caught: tuple[tuple[int, str], ...] = ()
    brief: int = 0
    full: int = 0

    @property
    def most(self) -> int:
        """How long a short answer may be."""
        return BRIEF_LENGTH

    @property
    def room(self) -> tuple[int, int]:
        """How long the long text should be."""
        return FULL_LENGTH

    @property
    def wanted(self) -> tuple[int, int]:
        """How many wordings there should be."""
        return COUNT

    def of(self, slot: str, at: int | None = None) -> list[str]:
        """Give the sentences for one place of the form."""
        return [finding.sentence for finding in self.findings if (finding.slot, finding.at) == (slot, at)]


def looked(body: Mapping[str, Any], entry: Entry, library: Library, engine: SearchEngine | None) -> Looked:
    """Look at an entry as it is typed."""
    found = dict.fromkeys(_unreadable(body, entry))
    whole = amended(library, (Amendment("entry", entry.id, entry),))
    elsewhere = []
    for problem in check(whole, only={("entry", entry.id)}):
        sentence = plain(problem.message, whole)
        if problem.where == place(entry):
            found |= dict.fromkeys(_placed(problem.rule, sentence, entry))
        else:
            key = problem.where.rsplit("/", 1)[-1].removesuffix(".md")
            other = whole.entries.get(key)
            elsewhere.append(f"《{other.title}》：{sentence}" if other else sentence)
    near, caught = around(entry, engine) if engine is not None else ((), ())
    return Looked(
        entry,
        tuple(found),
        tuple(elsewhere),
        near,
        caught,
        style.length(entry.brief),
        style.length(entry.full),
    )


def gone(key: str, library: Library) -> tuple[str, ...]:
    """Say what would be wrong elsewhere if an entry were taken out."""
    without = amended(library, (Amendment("entry", key, None),))
    said = []
    for problem in check(without, only={("entry", key)}):
        other = library.entries.get(problem.where.rsplit("/", 1)[-1].removesuffix(".md"))
        sentence = plain(problem.message, library)
        said.append(f"《{other.title}》：{sentence}" if other else sentence)
    return tuple(said)


def around(entry: Entry, engine: SearchEngine) -> tuple[tuple[Near, ...], tuple[tuple[int, str], ...]]:
    """Ask the search as parents would: which entries are near, and which wordings lead elsewhere now."""
    asked = [text for text in (entry.title, *entry.wordings) if text]
    if not asked:
        return (), ()
    found = engine.search_many([Query(text, region=entry.region, limit=4) for text in asked])
    near: dict[str, tuple[float, Near]] = {}
    for hits in found:
        for rank, hit in enumerate(hits.items):
            if hit.id == entry.id:
                continue
            score = near[hit.id][0] if hit.id in near else 0.0
            one = Near(hit.id, hit.title, hit.wording, hit.id in entry.related)
            near[hit.id] = score + hit.score / (rank + 1), near[hit.id][1] if hit.id in near else one
    first = sorted(near.values(), key=lambda pair: -pair[0])[:NEAR]
    said = found[1:] if entry.title else found
    return tuple(one for _, one in first), tuple(_caught(entry, said))


def _caught(entry: Entry, found: list[Hits]) -> Iterator[tuple[int, str]]:
    rows = [at for at, wording in enumerate(entry.wordings) if wording]
    for at, hits in zip(rows, found, strict=True):
        if hits.verdict == "answer" and hits.items and hits.items[0].id != entry.id:
            yield at, hits.items[0].title


def plain(message: str, library: Library) -> str:
    """Say what a rule says without names of files and ids."""
    for pattern, words in _PLAIN:
        message = pattern.sub(words, message)

    def named(found: re.Match[str]) -> str:
        key = found[0]
        if key in library.entries:
            return f"《{library.entries[key].title}》"
        return f"《{library.sources[key].title}》" if key in library.sources else key

    return _ID.sub(named, message).replace("“《", "《").replace("》”", "》")


def _unreadable(body: Mapping[str, Any], entry: Entry) -> Iterator[Finding]:
    """What keeps the fields from being an entry at all."""
    _, wrongs = decode("entry", {**body, "id": entry.id})
    for wrong in wrongs:
        name = next((name for name in _MISSING if f"字段 {name} " in wrong.what), "")
        if name:
            yield Finding(*_MISSING[name])
        else:
            yield Finding("whole", f"{wrong.what}，请{wrong.mend}。")


def _placed(rule: str, sentence: str, entry: Entry) -> Iterator[Finding]:
    """Put what a rule found beside its field; an empty field has been told of already."""
    if rule.startswith("wordings"):
        yield Finding("wordings", sentence, _row(sentence, entry.wordings))
    elif rule in ("brief-shape", "full-length") and not (entry.brief if rule == "brief-shape" else entry.full):
        return
    elif rule in _SLOTS:
        yield Finding(_SLOTS[rule], sentence)
    else:
        yield Finding(_told(rule, sentence, entry), sentence)


def _row(sentence: str, wordings: tuple[str, ...]) -> int | None:
    """Find the row that a sentence is about: of two that are alike, the later one."""
    named = [at for at, wording in enumerate(wordings) if f"“{wording}”" in sentence]
    return named[-1] if named else None


def _told(rule: str, sentence: str, entry: Entry) -> str:
    """Find the text in which a forbidden word, a mark or a number stands."""
    texts = {"title": entry.title, "brief": entry.brief, "full": entry.full}
    for slot, text in texts.items():
        if any(one == rule and said == sentence for one, said in style.faults(text)):
            return slot
    number = re.search(r"\d{3,}", sentence)
    return next((slot for slot, text in texts.items() if number and number[0] in text), "whole")
