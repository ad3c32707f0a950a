"""What a found wording is said about: denied, past, somebody else's, in a game, a question of policy, a joke.

Each rule looks at the clause or the sentence of the finding itself, never at the whole message, so that a
harmless clause cannot silence a real sign beside it. A level is only ever lowered here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.messages import LEVELS, Level
from bot.safety.patterns import Book, Pattern, Span
from bot.safety.text import clause_of, sentence_of

_LIVING = frozenset({"suicide", "self-harm", "parent-despair", "child-writing"})
_FEARED = _LIVING | {"missing", "harm-to-others"}
_PASSED_ON = _FEARED | {"injury", "poisoning", "illness", "bullying"}
_AFTER = 60  # characters in which "…现在好了" still speaks of what was told before


@dataclass(frozen=True, slots=True)
class Finding:
    """One pattern found: at which level after its scope, and where. `softened`: the scope lowered it."""

    pattern: Pattern
    level: Level
    spans: tuple[Span, ...]
    softened: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The surroundings of one finding, cut out of the message."""

    book: Book
    kind: str
    found: str
    before: str  # the clause up to the finding
    lead: str  # the sentence up to the finding
    sentence: str
    rest: str  # what follows the finding, over sentences

    def says(self, name: str, where: str) -> bool:
        """Whether the words of one scope group stand there."""
        return self.book.scope[name].search(where) is not None


def view(text: str, span: Span, kind: str, book: Book) -> View:
    """Cut the surroundings of a span out of a message."""
    start, end = span
    left, _ = clause_of(text, start, end)
    first, last = sentence_of(text, start, end)
    return View(
        book, kind, text[start:end], text[left:start], text[first:start], text[first:last], text[end : end + _AFTER]
    )


def settle(finding: Finding, text: str, book: Book) -> Finding:
    """The finding at the level that its surroundings leave; `none` means that it says nothing of this family."""
    if finding.pattern.firm:
        return finding
    seen = view(text, finding.spans[0], finding.pattern.kind, book)
    ceilings = [ceiling for applies, ceiling in _RULES if applies(seen)]
    level = min((finding.level, *ceilings), key=LEVELS.index)
    return finding if level == finding.level else replace(finding, level=level, softened=True)


def _denied(seen: View) -> bool:
    """没有想自杀, 不是想死只是累; but not 是不是想死, which asks."""
    denied = seen.says("negator", seen.before) or (seen.kind in _LIVING and seen.says("denied-inside", seen.found))
    return denied and not seen.says("relapse", seen.rest)


def _invented(seen: View) -> bool:
    """游戏里, 小说里, 跳楼的新闻, unless the child does the same (跟着学, 也想)."""
    told = seen.says("fiction", seen.lead) and not seen.says("own", _last_of(seen, "fiction"))
    return (told or seen.says("about", seen.rest)) and not _imitated(seen)


def _imitated(seen: View) -> bool:
    return seen.says("imitates", seen.sentence)


def _last_of(seen: View, name: str) -> str:
    """What stands between the last such word and the finding: there a sentence may come back to the own child."""
    places = [found.end() for found in seen.book.scope[name].finditer(seen.lead)]
    return seen.lead[places[-1] :] if places else seen.lead


def _asked_in_general(seen: View) -> bool:
    """怎么预防自杀, 打孩子犯法吗: nobody in particular, nothing that happened."""
    return seen.says("policy", seen.sentence) and not seen.says("particular", seen.sentence)


def _others(seen: View) -> bool:
    return seen.says("others", seen.lead) and not seen.says("own", _last_of(seen, "others")) and not _imitated(seen)


def _heard_of(seen: View) -> bool:
    """同学家孩子跳楼了: over, and another family's; grief is not a crisis here."""
    return seen.kind in _LIVING and _others(seen) and not seen.says("alive", seen.sentence)


def _passed_on(seen: View) -> bool:
    """朋友家娃走丢过, 听说外地…: hearsay of another family, nothing that goes on now."""
    ongoing = seen.says("now", seen.before + seen.found)
    return seen.kind in _PASSED_ON and _others(seen) and seen.says("hearsay", seen.sentence) and not ongoing


def _friend_at_risk(seen: View) -> bool:
    return seen.kind in _LIVING and _others(seen) and not seen.says("now", seen.sentence)


def _over(seen: View) -> bool:
    """以前…现在好了."""
    return seen.says("past", seen.lead + seen.found) and seen.says("resolved", seen.rest)


def _feared(seen: View) -> bool:
    """怕他想不开, 会不会是想自杀: a worry or a question, nothing seen yet."""
    asked = seen.says("asking", seen.before) or seen.says("asked-inside", seen.found)
    return (seen.kind in _FEARED and asked) or seen.says("fear", seen.before)


_RULES: tuple[tuple[Callable[[View], bool], Level], ...] = (
    (_denied, "none"),
    (_invented, "none"),
    (_asked_in_general, "none"),
    (_heard_of, "none"),
    (_passed_on, "none"),
    (_friend_at_risk, "concern"),
    (_over, "concern"),
    (_feared, "concern"),
)


def meant_lightly(findings: list[Finding], text: str, book: Book) -> list[Finding]:
    """作业写得想死: a mere wording beside workload or joke words, with no other sign, is one gentle check."""
    living = [one for one in findings if one.level != "none" and one.pattern.kind in _LIVING]
    wishes = [one for one in living if one.pattern.wish]
    others = [one for one in living if not one.pattern.wish and one.level != "concern"]
    if not wishes or others or book.scope["weighty"].search(text):
        return findings
    return [_lightened(one, text, book) if one in wishes else one for one in findings]


def _lightened(finding: Finding, text: str, book: Book) -> Finding:
    start, end = sentence_of(text, *finding.spans[0])
    if not (book.scope["workload"].search(text[start:end]) or book.scope["joke"].search(text)):
        return finding
    return replace(finding, level=min(finding.level, "concern", key=LEVELS.index), softened=True)
