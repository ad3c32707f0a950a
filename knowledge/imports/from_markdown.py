"""Markdown: an entry file as the library keeps it."""

from __future__ import annotations

from knowledge import amend, entry_files
from knowledge.imports.base import Complaint, Parsed, Raw
from knowledge.imports.columns import EXAMPLE_ID
from knowledge.imports.from_csv import decoded


def read(data: bytes, name: str) -> Parsed:
    """Read one entry.

    Raises:
        RefusedFile: it is no text.
    """
    text = decoded(data).replace("\r\n", "\n")
    entry, faults = entry_files.read(text, name)
    if entry is not None and entry.title.startswith(EXAMPLE_ID):
        return Parsed()
    if entry is not None:
        return Parsed((Raw("entry", name, body=amend.encode(entry)),))
    complaints = tuple(Complaint(name, fault.what, fault.mend) for fault in faults)
    return Parsed((Raw("entry", name, body={"id": _stem(name)}, complaints=complaints),))


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".md")
