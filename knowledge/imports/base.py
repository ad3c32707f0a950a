"""What a file gives before anybody judges it: rows of cells, each with the place where people find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.amend import Sort

# More than anybody writes by hand; the whole library is a tenth of it.
MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 80
MOST_IN_A_CELL = 200_000  # characters
MOST_TEXT = 12_000_000  # characters of a whole file


class RefusedFile(Exception):  # noqa: N818 - what happened, not an error of ours
    """Nothing of a file can be taken. The message says in Chinese what it is and what to do."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend: where it stands, what it is, what to do."""

    place: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}：{self.what}。{self.mend}。"


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody wrote in one field."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One thing as the file has it: cells by the name of their field, or all fields at once (`body`)."""

    sort: Sort
    place: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file: its rows, and what was passed over, which stops nothing."""

    rows: tuple[Raw, ...] = ()
    notes: tuple[Complaint, ...] = ()


def to_plain(parsed: Parsed) -> dict[str, Any]:
    """Give it as JSON holds it, for the way out of the process that read it."""
    return {
        "rows": [
            {
                "sort": raw.sort,
                "place": raw.place,
                "cells": {name: [cell.text, cell.place] for name, cell in raw.cells.items()},
                "body": raw.body,
                "complaints": [_listed(one) for one in raw.complaints],
            }
            for raw in parsed.rows
        ],
        "notes": [_listed(one) for one in parsed.notes],
    }


def from_plain(value: Mapping[str, Any]) -> Parsed:
    """Read what `to_plain` gave."""
    rows = (
        Raw(
            raw["sort"],
            raw["place"],
            {name: Cell(*cell) for name, cell in raw["cells"].items()},
            raw["body"],
            tuple(Complaint(*one) for one in raw["complaints"]),
        )
        for raw in value["rows"]
    )
    return Parsed(tuple(rows), tuple(Complaint(*one) for one in value["notes"]))


def _listed(one: Complaint) -> list[str]:
    return [one.place, one.what, one.mend]
