"""Reading one pattern or one card as an administrator wrote it: YAML that names the field that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import yaml

from bot.messages import LEVELS
from bot.safety import hotlines, names
from bot.safety.patterns import Rule, compiler

Sort = Literal["pattern", "card"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 8
LONGEST = 16_000  # characters of one pattern or card
_KEY = re.compile(r"(?!new$)[a-z][a-z0-9-]{1,60}")  # `new` is the address of a pattern that has no name yet
_DANGERS = LEVELS[1:]
_BROKEN = (re.error, OverflowError, RecursionError, ValueError, FutureWarning)

# What a field may hold: gives the sentence that is wrong with it, or nothing.
Look = Callable[[Any], str]


class ShapeError(ValueError):
    """What was written cannot be read; `sentences` say in Chinese what to change."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("；".join(sentences))
        self.sentences = sentences


def read(sort: Sort, text: str) -> Mapping[str, Any]:
    """The mapping of one pattern or card.

    Raises:
        ShapeError: it is not YAML, or a field is missing, unknown or of another sort.
    """
    raw = _loaded(text)
    fields = _FIELDS[sort]
    problems = [f"不认识的字段 {name}：可以用的有 {'、'.join(fields)}" for name in raw if name not in fields]
    problems += [f"缺少字段 {name}" for name in _NEEDED[sort] if name not in raw]
    for name, look in fields.items():
        if name in raw and (wrong := look(raw[name])):
            problems.append(f"字段 {name}：{wrong}")
    if problems:
        raise ShapeError(*problems)
    return raw


def _loaded(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        message = f"太长了，最多 {LONGEST} 个字"
        raise ShapeError(message)
    try:
        refused = _too_much(text)
        raw = None if refused else yaml.load(text, Loader=_LOADER)  # noqa: S506 - either is a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else "这里"
        message = f"{where}读不成 YAML：检查缩进、冒号后的空格和成对的引号"
        raise ShapeError(message) from None
    except (ValueError, RecursionError):
        raise ShapeError("读不成 YAML：有的值不对") from None
    if refused:
        raise ShapeError(refused)
    if not isinstance(raw, dict):
        raise ShapeError("要写成“字段: 值”的样子，每行一个字段")
    return {"off" if name is False else str(name): value for name, value in raw.items()}  # YAML reads `off` as false


def _too_much(text: str) -> str:
    """What of YAML is not taken: a few aliases or brackets can stand for more than the memory holds."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            return "不能用 YAML 的引用（* 开头的别名）；规则里的 * 和 & 请放在引号里"
        if depth > _DEEPEST:
            return "括号或缩进套得太深"
    return ""


def _key(value: Any) -> str:
    return "" if isinstance(value, str) and _KEY.fullmatch(value) else "用小写英文字母、数字和 -，字母开头"


def _one_of(known: Callable[[], tuple[str, ...]]) -> Look:
    return lambda value: "" if value in known() else f"只能是 {'、'.join(known())}"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "要写一句话"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "只能是 true 或 false"


def _texts(value: Any, *, least: int = 0, most: int = 200) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        return "要写成一列句子，像 [“甲”, “乙”]"
    if not least <= len(value) <= most:
        return f"要有 {least} 到 {most} 句" if least else f"最多 {most} 句"
    return ""


def _examples(value: Any) -> str:
    return _texts(value, least=1)


def _rules(value: Any) -> str:
    """Whether every rule of a list can be compiled."""
    return _texts(value, least=1) or next(filter(None, map(rule_problem, value)), "")


def rule_problem(written: str) -> str:
    """What is wrong with one rule, or nothing."""
    try:
        made: Rule = compiler().rule(written)
        for part in made.parts:
            re.compile(part)
    except KeyError as error:
        return f"没有词组 {{{error.args[0]}}}，词组在 words.yaml 里"
    except _BROKEN:
        return f"规则写法不对：{written[:60]}"
    return ""


def _turns(value: Any) -> str:
    if not isinstance(value, list):
        return "要写成一列 {to: 级别, when: [规则]}"
    for one in value:
        if not isinstance(one, dict) or set(one) != {"to", "when"}:
            return "每一项要有 to 和 when 两样"
        if one["to"] not in LEVELS:
            return f"to 只能是 {'、'.join(LEVELS)}"
        if wrong := _rules(one["when"]):
            return wrong
    return ""


def _when(value: Any) -> str:
    try:
        re.compile(value if isinstance(value, str) and value else "(")
    except _BROKEN:
        return "要写成用 | 隔开的词"
    return ""


def _calls(value: Any) -> str:
    rows: list[Any] = value if isinstance(value, list) and value else [None]
    return "" if all(map(_is_call, rows)) else "要写成 [[号码, 什么时候打], …]"


def _is_call(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and str(row[0]).isdecimal() and not _text(row[1])


def _lines(value: Any) -> str:
    if wrong := _texts(value, least=1, most=6):
        return wrong
    unknown = [one for one in value if one not in hotlines.lines()]
    return f"没有热线 {'、'.join(unknown)}，热线在 hotlines.yaml 里" if unknown else ""


def _steps(value: Any) -> str:
    return _texts(value, least=1, most=4)


_KIND = _one_of(lambda: tuple(names.kinds()))
_LEVEL = _one_of(lambda: _DANGERS)
_FIELDS: Mapping[Sort, Mapping[str, Look]] = {
    "pattern": {
        "id": _key,
        "kind": _KIND,
        "level": _LEVEL,
        "sign": _text,
        "match": _rules,
        "unless": _rules,
        "worse": _turns,
        "milder": _turns,
        "wish": _flag,
        "firm": _flag,
        "off": _flag,
        "fires": _examples,
        "spares": _examples,
    },
    "card": {
        "id": _key,
        "kind": _KIND,
        "level": _one_of(lambda: ("high", "urgent")),
        "when": _when,
        "child": _flag,
        "quiet": _flag,
        "act": _text,
        "calls": _calls,
        "steps": _steps,
        "lines": _lines,
        "for": _texts,
    },
}
_NEEDED: Mapping[Sort, tuple[str, ...]] = {
    "pattern": ("id", "kind", "level", "match", "fires", "spares"),
    "card": ("id", "kind", "level", "act", "steps"),
}
