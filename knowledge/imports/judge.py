"""The dry run: what each row of a file would make of the library, and what is wrong with it. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from knowledge import amend
from knowledge.amend import Amendment, Sort, Thing
from knowledge.check import Problem, check
from knowledge.imports.base import Complaint, Parsed, Raw
from knowledge.imports.columns import column, head_of
from knowledge.imports.naming import Namer
from knowledge.imports.values import SLUG, UNKEEPABLE, ValueFault, read
from knowledge.imports.vocabulary import Vocabulary
from knowledge.model import Library

Standing = Literal["new", "changed", "unchanged", "unreadable"]
_ABOUT_FIELD = re.compile(r"字段 (\w+) ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One row judged. `body` None: it cannot be read. `faults` hinder the import, `advice` is for later."""

    place: str
    sort: Sort
    key: str
    title: str
    standing: Standing
    body: dict[str, Any] | None
    changed: tuple[str, ...] = ()  # the heads of the fields that differ
    faults: tuple[Complaint, ...] = ()
    advice: tuple[Complaint, ...] = ()


def judged(parsed: Parsed, library: Library) -> list[Row]:
    """Judge every row of a file against the library in force."""
    vocabulary, namer = Vocabulary.of(library), Namer(library)
    read_rows = [_row(raw, library, vocabulary, namer) for raw in parsed.rows]
    return _advised(_unique(read_rows), library)


def thing_of(row: Row) -> Thing:
    """Give the thing that a readable row makes."""
    thing, _ = amend.decode(row.sort, row.body)
    if thing is None:
        raise ValueError(row.key)
    return thing


def _row(raw: Raw, library: Library, vocabulary: Vocabulary, namer: Namer) -> Row:
    fields, faults = _fields(raw, vocabulary)
    key = _key(raw, fields, library, namer)
    live = amend.find(library, raw.sort, key)
    before = amend.encode(live) if live else {}
    body = {"id": key} | (fields if raw.body is not None else _kept(raw, before) | fields) | {"id": key}
    thing, wrongs = amend.decode(raw.sort, body)
    told = {fault.place for fault in faults}
    faults += [one for wrong in wrongs if (one := _complaint(raw, wrong.what, wrong.mend)).place not in told]
    if not SLUG.fullmatch(key):
        faults.append(Complaint(_place(raw, "id"), f"编号“{key[:40]}”不能用", "只用小写字母、数字和短横线，或者空着"))
    shown = thing or live
    title = amend.title(raw.sort, shown) if shown else _title(raw, body) or key
    if faults or thing is None:
        return Row(raw.place, raw.sort, key, title, "unreadable", None, faults=tuple(faults))
    changed = tuple(head_of(raw.sort, name) for name in amend.fields_changed(live, thing)) if live else ()
    standing: Standing = "new" if live is None else "changed" if changed else "unchanged"
    return Row(raw.place, raw.sort, key, title, standing, amend.encode(thing), changed)


def _fields(raw: Raw, vocabulary: Vocabulary) -> tuple[dict[str, Any], list[Complaint]]:
    """Read the cells of a row."""
    faults = list(raw.complaints)
    if raw.body is not None:
        found = dict(raw.body)
        if _hidden(found):
            faults.append(Complaint(raw.place, "有看不见的字符", "删去它，或者重新打一遍那句话"))
        return found, faults
    found = {}
    for name, cell in raw.cells.items():
        known = column(raw.sort, name)
        if known is None or not cell.text.strip():
            continue
        try:
            found[name] = read(known, cell.text, vocabulary)
        except ValueFault as fault:
            faults.append(Complaint(cell.place, fault.what, fault.mend))
        else:
            if _hidden(found[name]):
                faults.append(Complaint(cell.place, "有看不见的字符", "删去它，或者重新打一遍那句话"))
    return found, faults


def _hidden(value: Any) -> bool:
    """Whether there is something in it that the database cannot keep."""
    if isinstance(value, dict):
        return any(map(_hidden, value.values())) or any(map(_hidden, value))
    if isinstance(value, list):
        return any(map(_hidden, value))
    return isinstance(value, str) and bool(UNKEEPABLE.search(value))


def _kept(raw: Raw, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a file has no column for stays as it was; an empty cell says that there is nothing."""
    return {name: value for name, value in before.items() if name not in raw.cells}


def _key(raw: Raw, fields: Mapping[str, Any], library: Library, namer: Namer) -> str:
    given = fields.get("id")
    if isinstance(given, str) and given:
        return given
    return namer.key(raw.sort, _title(raw, fields), fields.get("topics"), library)


def _title(raw: Raw, fields: Mapping[str, Any]) -> str:
    held = fields.get({"entry": "title", "duty": "problem", "source": "title"}.get(raw.sort, "name"))
    return held if isinstance(held, str) else ""


def _complaint(raw: Raw, what: str, mend: str) -> Complaint:
    """Say in people's words what the reader of records says of a field."""
    found = _ABOUT_FIELD.match(what)
    if found is None:
        return Complaint(raw.place, what, mend)
    name, rest = found[1], found[2]
    if rest == "没有写":
        return Complaint(_place(raw, name), f"没有写“{head_of(raw.sort, name)}”", f"补上“{head_of(raw.sort, name)}”")
    return Complaint(_place(raw, name), f"“{head_of(raw.sort, name)}”{rest}", mend)


def _place(raw: Raw, name: str) -> str:
    return raw.cells[name].place if name in raw.cells else raw.place


def _unique(rows: list[Row]) -> list[Row]:
    """Refuse all rows of one thing but the first."""
    first: dict[tuple[Sort, str], str] = {}
    made = []
    for row in rows:
        known = first.setdefault((row.sort, row.key), row.place)
        if known == row.place:
            made.append(row)
            continue
        fault = Complaint(row.place, f"和{known}是同一条", "只留一行，或者换一个编号")
        made.append(replace(row, standing="unreadable", body=None, faults=(*row.faults, fault)))
    return made


def _advised(rows: list[Row], library: Library) -> list[Row]:
    """Add what the rules find in the library as it would be."""
    fresh = [row for row in rows if row.standing in ("new", "changed")]
    if not fresh:
        return rows
    after = amend.amended(library, tuple(Amendment(row.sort, row.key, thing_of(row)) for row in fresh))
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in check(after, only=[(row.sort, row.key) for row in fresh]):
        found.setdefault(_about(problem), []).append(problem)
    advice = {(row.sort, row.key): tuple(_said(row, found)) for row in fresh}
    return [replace(row, advice=advice.get((row.sort, row.key), ())) for row in rows]


def _about(problem: Problem) -> tuple[str, str]:
    """Tell which thing a problem is about: its folder and its id."""
    folder, _, rest = problem.where.partition("/")
    key = rest.rpartition("#")[2] if "#" in rest else rest.rpartition("/")[2].removesuffix(".md")
    return folder, key


def _said(row: Row, found: Mapping[tuple[str, str], list[Problem]]) -> list[Complaint]:
    return [
        Complaint(row.place, problem.message.rstrip("。"), "导入以后也可以在页面上改")
        for problem in found.get((amend.PLACES[row.sort], row.key), [])
    ]


def counted(rows: list[Row]) -> Mapping[Standing, int]:
    """Count the rows of each standing."""
    return Counter(row.standing for row in rows)
