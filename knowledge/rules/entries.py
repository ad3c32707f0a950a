"""Rules about one entry: topics, dates, the shape and length of its answers, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.brief import SAY, parse
from knowledge.likeness import alike_among
from knowledge.model import Entry, Library
from knowledge.rules import style
from knowledge.rules.problem import Problem, among, place
from knowledge.sources import resolve

BRIEF_LENGTH = 260
FULL_LENGTH = (400, 900)
STEPS = (3, 5)
TOPICS = 2
SAME_ANSWER = 0.5  # share of common character pairs from which two short answers are one
RULES = ("law", "regulation", "rule", "policy", "local-document")

_NUMBER = re.compile(r"^\s*(\d{1,2})\s*[.．、)）]", re.MULTILINE)
_ARTICLE = re.compile("第[一二三四五六七八九十百千零]+条")
_HEADING = re.compile(r"^#{1,2}\s", re.MULTILINE)


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at every entry of `part` by itself, and at its short answer beside all others."""
    entries = list(library.entries.values())
    for entry in part.entries.values():
        for rule, message in _faults(entry, library):
            yield Problem(place(entry), rule, message)
    for one, other in alike_among([entry.brief for entry in entries], SAME_ANSWER, among(library, part)):
        message = f"简答和 {entries[one].id} 的差不多，请合并两篇，或写清各自回答什么。"
        yield Problem(place(entries[other]), "entries-alike", message)


def _faults(entry: Entry, library: Library) -> Iterator[tuple[str, str]]:
    yield from _topics(entry)
    yield from _dates(entry)
    yield from _related(entry, library)
    yield from _law(entry, library)
    yield from _lengths(entry)
    yield from _shape(entry)
    for text in (entry.title, entry.brief, entry.full):
        yield from style.faults(text)


def _topics(entry: Entry) -> Iterator[tuple[str, str]]:
    if not entry.topics:
        yield "topics", "没有主题，请写一个主要主题。"
    elif len(entry.topics) > TOPICS:
        yield "topics", f"有 {len(entry.topics)} 个主题，最多 {TOPICS} 个，请只留最要紧的。"
    if len(set(entry.topics)) < len(entry.topics):
        yield "topics", "同一个主题写了两次，请删去一个。"


def _dates(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.review_by < entry.written:
        yield "dates", "复审日期早于写作日期，请改正。"
    if entry.reviewed and entry.reviewed < entry.written:
        yield "dates", "审读日期早于写作日期，请改正。"


def _related(entry: Entry, library: Library) -> Iterator[tuple[str, str]]:
    for name in entry.related:
        if name == entry.id:
            yield "related", "相关条目写了自己，请删去。"
        elif name not in library.entries:
            yield "related", f"相关条目 {name} 不存在，请改正或删去。"
    if len(set(entry.related)) < len(entry.related):
        yield "related", "相关条目有重复，请删去。"


def _law(entry: Entry, library: Library) -> Iterator[tuple[str, str]]:
    """An entry that says what is allowed rests on a rule, and a law is cited with its article."""
    cited = [found for reference in entry.sources if (found := resolve(reference, library.sources))]
    if entry.intent == "policy" and not any(citation.source.kind in RULES for citation in cited):
        yield "policy", "讲法规政策的条目要写明依据的法律、法规或文件，请补上出处。"
    if entry.intent == "policy" and any(c.source.kind == "law" for c in cited) and not _ARTICLE.search(entry.full):
        yield "policy", "详解里没有写是哪部法律第几条，请写成《……法》第……条。"
    for citation in cited:
        if citation.source.kind == "law" and citation.locator is None:
            yield "source", f"出处 {citation.source.id} 没有写第几条，请写成 {citation.source.id}-条号。"


def _lengths(entry: Entry) -> Iterator[tuple[str, str]]:
    brief, full = style.length(entry.brief), style.length(entry.full)
    if brief > BRIEF_LENGTH:
        yield "brief-length", f"简答有 {brief} 字，最多 {BRIEF_LENGTH} 字，请删短。"
    least, most = FULL_LENGTH
    if not least <= full <= most:
        yield "full-length", f"详解有 {full} 字，应在 {least} 到 {most} 字之间。"
    if _HEADING.search(entry.full):
        yield "full-shape", "详解里的小标题请用 ###。"


def _shape(entry: Entry) -> Iterator[tuple[str, str]]:
    brief = parse(entry.brief)
    least, most = STEPS
    if not brief.opening:
        yield "brief-shape", "简答开头缺一两句看见家长难处的话。"
    if not least <= len(brief.steps) <= most:
        yield "brief-shape", f"简答有 {len(brief.steps)} 步，应有 {least} 到 {most} 步，每步以“1. ”开头。"
    if [int(number) for number in _NUMBER.findall(entry.brief)] != list(range(1, len(brief.steps) + 1)):
        yield "brief-shape", "简答的步骤编号不对，请从 1 开始依次编号。"
    if brief.say and not ("“" in brief.say and "”" in brief.say):
        yield "brief-shape", f"“{SAY}”后面的话请放在“”里。"
    if not brief.heed:
        yield "brief-shape", "简答最后缺一句：什么情况不一般，该找谁。"
