"""The taxonomy <-> `taxonomy.yaml`: topics with their groups, stages with their years, families."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from knowledge import yaml_text
from knowledge.faults import Fault
from knowledge.model import Stage, Taxonomy, Topic
from knowledge.yaml_text import Line

FILE = "taxonomy.yaml"
T = TypeVar("T")

_PARTS = ("stages", "families", "groups", "topics")
# Kept in the same file for its readers; the code has them as types of its own.
_ELSEWHERE = ("intents", "risks")
_AGES = re.compile(r"(\d{1,2})-(\d{1,2})")


class _ShapeError(Exception):
    """A part of the file that has not the shape it needs."""


def read(text: str) -> tuple[Taxonomy | None, list[Fault]]:
    """Read the taxonomy; with any fault there is none."""
    value, faults = yaml_text.read(text, FILE)
    if faults:
        return None, faults
    if not isinstance(value, dict):
        return None, [Fault(FILE, "没有内容", f"写上 {'、'.join(_PARTS)}")]
    unknown = value.keys() - {*_PARTS, *_ELSEWHERE}
    faults = [Fault(FILE, f"不认识字段 {name}", "改正拼写或删去它") for name in sorted(unknown)]
    found = Taxonomy(
        topics=_part(value, "topics", _topic, faults),
        groups=_part(value, "groups", _name, faults),
        stages=_part(value, "stages", _stage, faults),
        families=_part(value, "families", _name, faults),
    )
    for topic in found.topics.values():
        if topic.group not in found.groups:
            faults.append(Fault(FILE, f"topics 里 {topic.id} 的组 {topic.group} 不存在", "改成 groups 里有的"))
        for name in set(topic.stages) - found.stages.keys():
            faults.append(Fault(FILE, f"topics 里 {topic.id} 的年龄段 {name} 不存在", "改成 stages 里有的"))
    return (None if faults else found), faults


def write(taxonomy: Taxonomy) -> str:
    """Write the taxonomy in its one form."""
    parts: dict[str, Mapping[str, object]] = {
        "stages": {s.id: Line({"name": s.name, "ages": f"{s.first}-{s.last}"}) for s in taxonomy.stages.values()},
        "families": dict(taxonomy.families),
        "groups": dict(taxonomy.groups),
        "topics": {t.id: Line(_written(t)) for t in taxonomy.topics.values()},
    }
    return "\n".join(yaml_text.write({name: part}) for name, part in parts.items())


def _part(
    value: Mapping[str, object], part: str, build: Callable[[str, object], T], faults: list[Fault]
) -> Mapping[str, T]:
    items = value.get(part)
    if not isinstance(items, dict):
        faults.append(Fault(FILE, f"没有 {part}", f"写上 {part}，每行一个"))
        return {}
    found: dict[str, T] = {}
    for key, item in items.items():
        try:
            found[key] = build(key, item)
        except _ShapeError as wrong:
            faults.append(Fault(FILE, f"{part} 里的 {key} 写得不对", str(wrong)))
    return found


def _name(_: str, item: object) -> str:
    if not isinstance(item, str) or not item.strip():
        raise _ShapeError("写成“标识: 名称”")
    return item


def _fields(item: object, *names: str) -> list[str]:
    if not isinstance(item, dict) or item.keys() != set(names) or not all(isinstance(v, str) for v in item.values()):
        raise _ShapeError(f"写成 {{{'、'.join(names)}}}，都是文字")
    return [item[name] for name in names]


def _topic(key: str, item: object) -> Topic:
    """Read a topic; the stages in which it occurs may be left out."""
    stages = item.get("stages", []) if isinstance(item, dict) else []
    if not isinstance(stages, list) or not all(isinstance(stage, str) for stage in stages):
        raise _ShapeError("stages 写成 [primary, junior] 的样子")
    rest = {field: value for field, value in item.items() if field != "stages"} if isinstance(item, dict) else item
    name, group = _fields(rest, "name", "group")
    return Topic(key, name, group, tuple(stages))


def _written(topic: Topic) -> dict[str, object]:
    stages = {"stages": list(topic.stages)} if topic.stages else {}
    return {"name": topic.name, "group": topic.group, **stages}


def _stage(key: str, item: object) -> Stage:
    name, ages = _fields(item, "name", "ages")
    years = _AGES.fullmatch(ages)
    if not years or int(years[1]) >= int(years[2]):
        raise _ShapeError("ages 写成 6-12 的样子，小的在前")
    return Stage(key, name, int(years[1]), int(years[2]))
