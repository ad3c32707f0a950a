"""What is wrong with a content file: found while reading it, before any rule of `check` can look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be read: in which file, what it is, and how to mend it."""

    file: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}：{self.what}。{self.mend}。"


class ContentError(Exception):
    """The content cannot be read. It carries every fault that was found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
