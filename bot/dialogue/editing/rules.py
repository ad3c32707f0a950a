"""What a changed phrase must keep, so that the code that fills, shows and understands it still can. Pure.

An edit is judged against the packaged phrase alone, never against other edits: those that hold do so in any order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType

from bot.dialogue.editing import notices
from bot.dialogue.editing.kinds import MOST_ITEMS, QUESTIONS, kind_of, why_fixed
from bot.dialogue.editing.style import said, short
from bot.dialogue.following import rates
from bot.dialogue.intents import guess
from bot.dialogue.phrases import Phrases, Text, packaged
from bot.dialogue.words import act_of, books, confirms, declines
from knowledge.rules.numbers import phones

LABEL = 18  # characters that fit on a chip of a phone, see bot.dialogue.answers
_WORD, _SENTENCE, _GROWTH = 10, 60, 2.5  # a word stays a word; a sentence may grow, not become a page
_QUOTED = re.compile("“([^”]{1,20})”")
_TOLD = re.compile("(?:回复|回一句|回|说)“([^”]{1,20})”")
# What a parent must go on reading where they read it now.
_KEPT = ("自动回复", "自动助手", "不是真人", "不是医生")
_MARK = "自动回复"  # WeChat's side knows the mark by its place, at the beginning
_UNDERSTOOD = frozenset({"guidance", "policy", "service", "activity", "handoff", "suggestion", "profile"})
_AIMLESS = frozenset({"guidance", "smalltalk", "out-of-scope"})


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody saved: of a phrase its text (of a list an item a line), of the notice all of it."""

    sort: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Made:
    """The phrases with their edits, and the edits that break a rule and are left out, with what they break."""

    phrases: Phrases
    refused: tuple[tuple[Edit, tuple[str, ...]], ...] = ()


def assembled(edits: Iterable[Edit]) -> Made:
    """Put edits over the packaged phrases; what breaks a rule is skipped, and the packaged one stays."""
    made: dict[str, Text] = dict(packaged())
    refused = []
    for edit in edits:
        faults = problems(edit)
        if faults:
            refused.append((edit, tuple(faults)))
        elif edit.sort == "notice":
            made.update(notices.phrases_of(notices.parsed(edit.body)))
        else:
            made[edit.key] = read(edit.key, edit.body)
    return Made(MappingProxyType(made), tuple(refused))


def problems(edit: Edit) -> list[str]:
    """Say what is wrong with an edit, one sentence each."""
    if edit.sort == "notice":
        found = notices.faults(edit.body) if edit.key == notices.KEY else {"": ["没有这一份说明。"]}
        return [sentence for sentences in found.values() for sentence in sentences]
    if edit.key not in packaged():
        return ["没有这一句话了。"]
    fixed = why_fixed(edit.key)
    return [fixed] if fixed else list(dict.fromkeys(_faults(edit.key, edit.body)))


def read(key: str, body: str) -> Text:
    """Read what was typed: one text, or of a list an item a line."""
    if isinstance(packaged()[key], tuple):
        return tuple(line.strip() for line in body.splitlines() if line.strip())
    return body.strip()


def written(text: Text) -> str:
    """Write a phrase as it is typed."""
    return text if isinstance(text, str) else "\n".join(text)


def limit(key: str) -> int:
    """How many characters a text, or each item of a list, may have; placeholders are not counted."""
    text = packaged()[key]
    if kind_of(key) in ("tap", "commands", "questions"):
        return LABEL
    longest = max((len(_bare(item)) for item in _items(text)), default=0)
    if longest <= _WORD and "。" not in written(text):
        return LABEL
    return max(_SENTENCE, math.ceil(_GROWTH * longest))


def room(key: str) -> tuple[int, int]:
    """How few and how many items a list may have; one for what is no list."""
    kind, text = kind_of(key), packaged()[key]
    if kind == "questions":
        return 1, QUESTIONS[key]
    if kind == "items":
        return 1, MOST_ITEMS
    return len(_items(text)), len(_items(text))


def placeholders(text: str) -> set[str] | None:
    """Name what is filled in; None if the braces cannot be read."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    names = [name for _, name, form, turn in parts if name is not None and not form and not turn]
    fields = sum(name is not None for _, name, _, _ in parts)
    return set(names) if len(names) == fields else None


def sense(label: str) -> str:
    """What a label does when it is pressed: the command, the answer to a question of ours, or what it asks for."""
    act = act_of(label) or rates(label)
    if act:
        return act
    if confirms(label) or declines(label):
        return "yes" if confirms(label) else "no"
    return "books" if books(label) else guess(label).intent


def _faults(key: str, body: str) -> Iterator[str]:
    text, known = read(key, body), packaged()[key]
    items = _items(text)
    if not items or not items[0]:
        yield "还没有写。"
        return
    if isinstance(text, str) and isinstance(known, str) and text.count("\n") > known.count("\n"):
        yield "请写成一段，中间不换行。"
    yield from _counted(key, items)
    whole, before = "\n".join(items), "\n".join(_items(known))
    broken = list(_filled(whole, before))
    yield from broken
    if broken:
        return
    yield from said(whole, before)
    yield from _numbers(whole, before)
    yield from _kept(whole, before)
    yield from _pressed(key, items, _items(known))


def _counted(key: str, items: Sequence[str]) -> Iterator[str]:
    fewest, most = room(key)
    if not fewest <= len(items) <= most:
        many = f"{most}" if fewest == most else f"{fewest} 到 {most}"
        yield f"这里要写 {many} 行，现在是 {len(items)} 行。"
    for item in items:
        length = len(_bare(item))
        if length > limit(key):
            yield f"“{short(item)}”有 {length} 个字，最多 {limit(key)} 个。"


def _filled(whole: str, before: str) -> Iterator[str]:
    """What is filled in must be there still, and nothing else; braces of another kind would break the sentence."""
    wanted, found = placeholders(before) or set(), placeholders(whole)
    if found is None:
        yield "大括号没有写完整，请照原来的写。"
        return
    for name in sorted(wanted - found):
        yield f"少了 {{{name}}}，这里要填进当时的内容。"
    for name in sorted(found - wanted):
        yield f"多了 {{{name}}}，这里没有这一项可填。"


def _numbers(whole: str, before: str) -> Iterator[str]:
    now, then = set(phones(_bare(whole))), set(phones(_bare(before)))
    for number in sorted(now - then):
        yield f"号码 {number} 不能写在这里，电话请登记到“服务与热线”。"
    for number in sorted(then - now):
        yield f"号码 {number} 不能少。"


def _kept(whole: str, before: str) -> Iterator[str]:
    """Words that work or are owed to parents stay; no others are promised to work."""
    for word in _KEPT:
        if word in before and word not in whole:
            yield f"“{word}”这几个字要留着，家长凭它知道是谁在说话。"
    if before.startswith(_MARK) and not whole.startswith(_MARK):
        yield f"要用“{_MARK}”开头。"
    quoted = set(_QUOTED.findall(whole))
    for word in dict.fromkeys(_QUOTED.findall(before)):
        if act_of(word) and word not in quoted:
            yield f"要留着“{word}”，家长靠这几个字办事，引号也要在。"
    for word in dict.fromkeys(_TOLD.findall(whole)):
        if f"“{word}”" not in before and "{" not in word and sense(word) in _AIMLESS:
            yield f"家长回“{word}”，机器人听不懂，请换成它听得懂的说法。"


def _pressed(key: str, items: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    """A label must do, when pressed, what it did."""
    kind = kind_of(key)
    if kind in ("tap", "commands"):
        for new, old in zip(items, before, strict=False):
            if sense(new) != sense(old):
                yield f"点了“{new}”，机器人做的不是“{old}”那件事了，请换一个说法。"
    if kind == "offer" and act_of(_bare(items[0])):
        yield f"“{items[0]}”是一句口令，按下去会做别的事，请换一个说法。"
    if key == "booking.tap" and not books(items[0].format(when="5月12日9:00", title="家庭教育咨询")):
        yield "要用“约”和时间开头，家长过一会儿再点，机器人才认得。"
    if kind == "questions":
        yield from _asked(items, before)


def _asked(items: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    acts = {act_of(item) for item in items}
    for item in items:
        if not act_of(item) and sense(item) not in _UNDERSTOOD:
            yield f"点了“{item}”，机器人听不懂，请换成家长会问的一句话。"
    for old in before:
        if act_of(old) and act_of(old) not in acts:
            yield f"要留一个能做“{old}”这件事的。"
    if len(set(items)) < len(items):
        yield "有两行一样，请去掉一行。"


def _items(text: Text) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _bare(text: str) -> str:
    return re.sub(r"\{\w*\}", "", text)
