"""The desk as a parent may be told of it: a plain value, so that deciding what to say needs no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Own:
    """The station whose code a parent scanned."""

    slug: str
    name: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as a parent may be told of it: is somebody on duty, when next (in words), how many wait.

    `full`: those who are there have as many talks as they can hold. `closed` is why the station is closed now, in the
    words that parents read. Not `sure`: whether somebody is there depends on a holiday notice that is not out.
    `own` is the station whose code the parent scanned. `kind` is the kind of case that all this is about, `facts` what
    routing writes into that case, and `told` what its timeline says of the way.
    """

    on_duty: bool
    opens: str | None = None
    waiting: int = 0
    full: bool = False
    closed: str = ""
    sure: bool = True
    own: Own | None = None
    kind: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
