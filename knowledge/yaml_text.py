"""The part of YAML that our content files use: mappings, lists, text, whole numbers, true, false and null.

Reading is strict and says where a fault is; writing gives one fixed form, so that reading and writing again
changes nothing. Dates and times are read as text: `records` knows
which text is a date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import yaml

from knowledge.faults import Fault

WIDTH = 100  # a list longer than this is written one item a line

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
# What needs quotes: marks of YAML at the beginning or inside, and what other readers take for a number or a truth.
_MARKED = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`\s]|[,\[\]{}\\]|: | #|[:\s]$|[^\S ]")
_LOOKS_OTHER = re.compile(
    r"[-+.]?[0-9][0-9_.:a-fox+\-tz]*|~|null|true|false|yes|no|on|off|y|n|\.inf|\.nan", re.IGNORECASE
)
_UNPRINTABLE = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _Loader(yaml.CSafeLoader):
    """Libyaml's parser without YAML 1.1's ideas of what is a number or a truth (`on`, `08:00`, `0110`)."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool] | bool) -> str:
        """Leave every untagged scalar alone; its meaning is decided by `_plain`."""
        return "untagged"


@dataclass(frozen=True, slots=True)
class Line:
    """An item that gets a line of its own in a list: `- {days: all, from: "08:00"}`."""

    value: object


def read(text: str, file: str) -> tuple[object, list[Fault]]:
    """Read one document; what could not be read is None or left out and has its fault."""
    reader = _Reader(file)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        return (None if node is None else reader.value(node)), reader.faults
    except yaml.YAMLError as error:
        return None, [_syntax(error, file)]
    except RecursionError:
        return None, [Fault(file, "一层套一层，太深了", "按内容指南的格式写")]


def _syntax(error: yaml.YAMLError, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    where = f"第 {mark.line + 1} 行附近" if mark else "文件里"
    return Fault(file, f"{where}不是正确的 YAML（{getattr(error, 'problem', None) or error}）", "检查缩进、冒号和引号")


class _Reader:
    """Turns the nodes of one document into plain values and collects the faults on the way."""

    def __init__(self, file: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._seen: set[int] = set()

    def value(self, node: yaml.Node) -> object:
        if node.tag != "untagged":
            self._fault(node, f"有标记 {node.tag}", "去掉以 ! 开头的标记")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else _plain(node.value)
        if id(node) in self._seen:  # an alias; a few of them can unfold to gigabytes
            self._fault(node, "被重复引用", "不用 & 和 *，把内容写出来")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return self._mapping(node)

    def _mapping(self, node: yaml.Node) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, "的字段名不是文字", "字段名只写一个词")
            elif key.value in found:
                self._fault(key, f"的字段 {key.value} 写了两次", "只留一处")
            else:
                found[key.value] = self.value(value)
        return found

    def _fault(self, node: yaml.Node, what: str, mend: str) -> None:
        self.faults.append(Fault(self._file, f"第 {node.start_mark.line + 1} 行{what}", mend))


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


def write(record: Mapping[str, object], *, indent: str = "") -> str:
    """Write a mapping, one field a line; a list in one line where it fits, else one item a line."""
    return "".join(_field(name, value, indent) for name, value in record.items())


def write_list(records: Iterable[Mapping[str, object]]) -> str:
    """Write a list of mappings, with an empty line between them."""
    blocks = []
    for record in records:
        lines = write(record, indent="  ")
        blocks.append("- " + lines[2:])
    return "\n".join(blocks) or "[]\n"


def _field(name: str, value: object, indent: str) -> str:
    head = f"{indent}{scalar(name)}:"
    if isinstance(value, Mapping) and value:
        return f"{head}\n{write(value, indent=indent + '  ')}"
    line = inline(value)
    if isinstance(value, list) and value and (isinstance(value[0], Line) or len(line) > WIDTH):
        return f"{head}\n" + "".join(f"{indent}  - {inline(item)}\n" for item in value)
    return f"{head} {line}\n"


def inline(value: object) -> str:
    """Write a value in one line."""
    if isinstance(value, Line):
        return inline(value.value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(k))}: {inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return scalar(value)


def scalar(value: object) -> str:
    """Write one value that is no list and no mapping."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    text = str(value)
    return _quoted(text) if _needs_quotes(text) else text


def _needs_quotes(text: str) -> bool:
    return not text or bool(_MARKED.search(text) or _LOOKS_OTHER.fullmatch(text) or _UNPRINTABLE.search(text))


def _quoted(text: str) -> str:
    return _UNPRINTABLE.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}"
