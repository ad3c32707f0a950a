"""The paraphrases of the entries of one topic <-> `paraphrases/<topic>.yaml`: an entry's id, and its lines below."""

from __future__ import annotations

from knowledge import yaml_text
from knowledge.faults import Fault
from knowledge.model import Library
from knowledge.yaml_text import Line


def read(text: str, file: str) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """Read one file: the lines by the id of their entry."""
    value, faults = yaml_text.read(text, file)
    if not isinstance(value, dict):
        return {}, faults or [Fault(file, "不是“条目: 各种说法”的样子", "先写条目的 id 和冒号，下面每行一种说法")]
    found: dict[str, tuple[str, ...]] = {}
    for name, lines in value.items():
        if isinstance(lines, list) and all(isinstance(line, str | int) for line in lines):
            found[name] = tuple(map(str, lines))
        else:
            faults.append(Fault(file, f"{name} 下面不是一行一种说法", "每行以 “- ” 开头，有冒号的加引号"))
    return found, faults


def write(library: Library) -> dict[str, str]:
    """Write the paraphrases of a library, by topic; lines whose entry is gone are not kept."""
    topics: dict[str, dict[str, object]] = {}
    for name, lines in library.paraphrases.items():
        if entry := library.entries.get(name):
            topics.setdefault(entry.topics[0], {})[name] = [Line(line) for line in lines]
    return {topic: yaml_text.write(held) for topic, held in topics.items()}
