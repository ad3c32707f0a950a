"""The reviewed patterns as compiled rules: words in groups, scenes built from groups.

The grammar of a rule in `patterns.yaml`: `{group}` is any word of a group of `words.yaml`; `..6` is up to six
characters of the same clause; `~12` (or `.{0,12}`) is up to twelve that may cross commas but not the end of the
sentence; `&` joins parts that stand anywhere in the message, in any order; the rest is a regular expression.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any, cast

import yaml

from bot.in_force import InForce
from bot.messages import Level
from bot.safety.hints import required

HERE = Path(__file__).parent
_GROUP = re.compile(r"\{([a-z-]+)\}(\?)?")
_CHOICE = re.compile(r"\(([^()]*)\)")
_MOST = 6  # occurrences of one rule looked at in one message

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """Words to look in, with the groups of words and the characters that they hold (or more than these)."""

    words: str
    groups: frozenset[str]
    chars: frozenset[str]

    def cut(self, start: int, end: int) -> Text:
        """A piece of it; groups and characters are those of the whole, which is enough for ruling out."""
        return replace(self, words=self.words[start:end])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `needs` (groups) and `hints` (characters) are what it cannot match without.

    `parts` are regular expressions, compiled when a message first makes them possible: few ever do, and compiling them
    all would keep the first message of a process waiting.
    """

    needs: frozenset[str]
    hints: tuple[frozenset[str], ...]
    parts: tuple[str, ...]

    def possible(self, text: Text) -> bool:
        """Whether the text holds what the rule cannot do without; cheap, and false for nearly all rules."""
        return self.needs <= text.groups and not any(hint.isdisjoint(text.chars) for hint in self.hints)

    def spans(self, text: Text) -> list[tuple[Span, ...]]:
        """Where it matches: for each place of the first part, that place and the first of each other part."""
        if not self.possible(text):
            return []
        others = [found.span() for part in self.parts[1:] if (found := _compiled(part).search(text.words))]
        if len(others) < len(self.parts) - 1:
            return []
        every = _compiled(self.parts[0]).finditer(text.words)
        places = [found.span() for found, _ in zip(every, range(_MOST), strict=False)]
        return [(place, *others) for place in places]

    def holds(self, text: Text) -> bool:
        """Whether it matches at all."""
        return self.possible(text) and all(_compiled(part).search(text.words) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Turn:
    """Another level when one of the rules holds too; `lower` says in which direction."""

    to: Level
    when: tuple[Rule, ...]
    lower: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """One scene: what it is a sign of, how bad it is, when it is worse or not meant.

    `sign` names what it adds to other signs; without one it adds nothing. `wish` marks a mere wording that workload
    and joke words soften; `firm` one that nothing softens. `fires` and `spares` are the examples that the tests run.
    """

    id: str
    kind: str
    level: Level
    sign: str
    match: tuple[Rule, ...]
    unless: tuple[Rule, ...] = ()
    turns: tuple[Turn, ...] = ()
    wish: bool = False
    firm: bool = False
    fires: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that assessing needs, loaded once."""

    words: Mapping[str, tuple[str, ...]]
    patterns: tuple[Pattern, ...]
    spellings: tuple[tuple[re.Pattern[str], str], ...]
    idioms: re.Pattern[str]
    scope: Mapping[str, re.Pattern[str]]
    child: tuple[Rule, ...]
    grown: tuple[Rule, ...]
    _rules: tuple[tuple[Pattern, Rule], ...] = field(init=False, repr=False, compare=False)
    _by_char: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """File every rule under the characters of its rarest hint, so that a message looks at few of them."""
        rules = tuple((one, rule) for one in self.patterns for rule in one.match)
        seen = Counter(char for one in self.patterns for text in one.fires for char in text)
        by_char: defaultdict[str, list[int]] = defaultdict(list)
        for number, (_, rule) in enumerate(rules):
            rarest = min(rule.hints, key=lambda hint: sum(seen[char] for char in hint), default=frozenset({""}))
            for char in rarest:
                by_char[char].append(number)
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_by_char", {char: tuple(numbers) for char, numbers in by_char.items()})

    def candidates(self, text: Text) -> list[tuple[Pattern, Rule]]:
        """The rules that a text may match, with their patterns, in the order of the file."""
        numbers: set[int] = set(self._by_char.get("", ()))  # rules without a hint
        for char in text.chars:
            numbers.update(self._by_char.get(char, ()))
        found = (self._rules[number] for number in sorted(numbers))
        return [(pattern, rule) for pattern, rule in found if rule.possible(text)]

    def text(self, words: str) -> Text:
        """The words with the groups of which they hold at least one word."""
        groups = frozenset(name for name, group in self.words.items() if any(map(words.__contains__, group)))
        return Text(words, groups, frozenset(words))


@functools.cache
def _compiled(part: str) -> re.Pattern[str]:
    return re.compile(part)


def _spellings(word: str) -> Iterator[str]:
    """Every literal that a word with choices stands for: 爬(上|到) is 爬上 and 爬到."""
    pieces = _CHOICE.split(word)
    options = [piece.split("|") if n % 2 else [piece] for n, piece in enumerate(pieces)]
    return ("".join(chosen) for chosen in product(*options))


class Compiler:
    """Turns the written rules into compiled ones, knowing the groups of words."""

    def __init__(self, words: Mapping[str, str], classes: Mapping[str, str]) -> None:
        self.words = {
            name: tuple(dict.fromkeys(w for x in v.split() for w in _spellings(x))) for name, v in words.items()
        }
        longest = {name: sorted(v, key=len, reverse=True) for name, v in self.words.items()}
        self._regex = {name: "(?:" + "|".join(map(re.escape, v)) + ")" for name, v in longest.items()}
        self._regex |= {name: f"(?:{v})" for name, v in classes.items()}

    def regex(self, written: str) -> str:
        """One part of a rule as a regular expression."""
        text = re.sub(r"\s+", "", written)
        text = _GROUP.sub(lambda found: self._regex[found[1]] + (found[2] or ""), text)
        text = re.sub(r"\.\.(\d+)", r"[^，。？]{0,\1}", text)
        return re.sub(r"~(\d+)|\.\{0,(\d+)\}", _within_sentence, text)

    def rule(self, written: str) -> Rule:
        """A whole rule with the groups that it cannot do without."""
        outside = written
        while (shorter := _strip_innermost(outside)) != outside:  # what stands in brackets is a choice or optional
            outside = shorter
        if "|" in outside:  # a choice of whole rules: no group is common to them
            outside = ""
        needs = {found[1] for found in _GROUP.finditer(outside) if not found[2] and found[1] in self.words}
        parts = written.split("&")
        hints = {hint for part in parts for hint in required(part)}
        return Rule(frozenset(needs), tuple(hints), tuple(self.regex(part) for part in parts))

    def rules(self, written: object) -> tuple[Rule, ...]:
        """Rules from a list in a file; nothing there means none."""
        return tuple(self.rule(str(one)) for one in cast("list[object]", written or []))

    def pattern(self, raw: Mapping[str, Any]) -> Pattern:
        """One pattern from its mapping in the file."""
        turns = [Turn(t["to"], self.rules(t["when"]), lower=False) for t in raw.get("worse", ())]
        turns += [Turn(t["to"], self.rules(t["when"]), lower=True) for t in raw.get("milder", ())]
        return Pattern(
            id=raw["id"],
            kind=raw["kind"],
            level=raw["level"],
            sign=raw.get("sign", ""),
            match=self.rules(raw["match"]),
            unless=self.rules(raw.get("unless")),
            turns=tuple(turns),
            wish=raw.get("wish", False),
            firm=raw.get("firm", False),
            fires=tuple(raw["fires"]),
            spares=tuple(raw.get("spares", ())),
        )


def _within_sentence(found: re.Match[str]) -> str:
    return f"[^。？]{{0,{found[1] or found[2]}}}"


def _strip_innermost(text: str) -> str:
    return re.sub(r"\([^()]*\)\??", "", text)


def read_yaml(name: str) -> Any:
    """A packaged YAML file, by the C loader where there is one (ten times faster at the start)."""
    return read_yaml_file(HERE / name)


def read_yaml_file(path: Path) -> Any:
    """A YAML file that we wrote ourselves."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders


@functools.cache
def compiler() -> Compiler:
    """What knows the packaged groups of words."""
    words = read_yaml("words.yaml")
    return Compiler(words["words"], words["classes"])


@functools.cache
def packaged() -> Book:
    """The packaged patterns; read at the first use."""
    words, rules = read_yaml("words.yaml"), compiler()
    raw = read_yaml("patterns.yaml")
    return Book(
        words=rules.words,
        patterns=tuple(rules.pattern(one) for one in raw["patterns"]),
        spellings=tuple((re.compile(wrong), right) for wrong, right in words["spellings"]),
        idioms=re.compile("|".join(rules.regex(one) for one in words["idioms"])),
        scope={name: re.compile("|".join(rules.regex(x) for x in v)) for name, v in words["scope"].items()},
        child=rules.rules(raw["child"]),
        grown=rules.rules(raw["grown"]),
    )


IN_FORCE = InForce("book", packaged)


def book() -> Book:
    """The patterns in force: the packaged ones with what administrators changed of them (see `rules.py`)."""
    return IN_FORCE.get()
