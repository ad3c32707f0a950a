"""The phrases as administrators read them: by group, each with when it is said; what is filled in has Chinese names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from bot.dialogue.editing.kinds import FIXED, editable, kind_of
from bot.dialogue.editing.rules import placeholders, written
from bot.dialogue.phrases import in_force, packaged
from bot.store.edits import Version


@dataclass(frozen=True, slots=True)
class Row:
    """One phrase in the list: its text in force, and who changed it last, if anybody did."""

    key: str
    when: str
    text: str
    changed: bool
    refused: bool
    version: Version | None

    def matches(self, words: str, *, only_changed: bool) -> bool:
        """Whether it is looked for."""
        return (self.changed or self.refused or not only_changed) and words in f"{self.when}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that are said in the same matter."""

    id: str
    name: str
    rows: tuple[Row, ...]


def groups(versions: Iterable[Version]) -> list[Group]:
    """Give all phrases that may be changed, by group; `versions` are the last of each key."""
    known = {one.key: one for one in versions if one.sort == "phrase"}
    made: dict[str, list[Row]] = {}
    for key in editable():
        made.setdefault(key.partition(".")[0], []).append(_row(key, known.get(key)))
    names = _source()["groups"]
    return [Group(name, names.get(name, name), tuple(rows)) for name, rows in made.items()]


def fixed() -> list[tuple[str, str]]:
    """Give what cannot be changed here, each text with the reason; records of the talk are no words to parents."""
    keys = (key for key in packaged() if kind_of(key) == "fixed" and not key.startswith(("line.", "notice.")))
    return [(written(packaged()[key]), FIXED.get(key) or FIXED[key.partition(".")[0]]) for key in keys]


def when(key: str) -> str:
    """When a phrase is said; what nobody has explained is named by its text."""
    return str(_source()["when"].get(key) or written(packaged()[key]))


def group_name(key: str) -> str:
    """What the group of a phrase is called."""
    name = key.partition(".")[0]
    return str(_source()["groups"].get(name, name))


def shown(text: str) -> str:
    """Write what is filled in by its Chinese name: {region} becomes {地区}."""
    names = {name: value[0] for name, value in _source()["values"].items()}
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{names.get(found[1], found[1])}}}", text)


def typed(key: str, body: str) -> str:
    """Read what was typed: {地区} is {region} again, where the phrase has it."""
    known = placeholders(written(packaged()[key])) or set()
    codes = {_source()["values"][name][0]: name for name in known if name in _source()["values"]}
    text = body.replace("\r\n", "\n").replace("｛", "{").replace("｝", "}")
    return re.sub(r"\{\s*(\w+)\s*\}", lambda found: f"{{{codes.get(found[1], found[1])}}}", text).strip()


def fillings(key: str) -> list[tuple[str, str]]:
    """Name what is filled into a phrase, each with an example."""
    known = placeholders(written(packaged()[key])) or set()
    return [(name, sample) for code, (name, sample) in _source()["values"].items() if code in known]


def samples() -> dict[str, str]:
    """Give an example for everything that is filled in."""
    return {code: str(sample) for code, (_, sample) in _source()["values"].items()}


def _row(key: str, version: Version | None) -> Row:
    text, usual = in_force().get(key, packaged()[key]), packaged()[key]
    changed = text != usual
    wanted = version is not None and version.body is not None
    return Row(key, when(key), shown(written(text)), changed, wanted and not changed, version)


@cache
def _source() -> Mapping[str, Any]:
    text = files("bot.web.admin.account").joinpath("phrase_names.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))
