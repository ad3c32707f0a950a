"""Reading the forms of duty. Pure: what is wrong comes back as a sentence for who typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.channels.web.forms import text_of
from bot.handoff.duty import words as hours_words
from knowledge.calendar import CHINA, FIRST_YEAR, LAST_YEAR

LONGEST_NOTE = 40
LONGEST = timedelta(days=366)


class FormError(Exception):
    """The form cannot be taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was filled in: which one, and its texts."""

    form: str
    texts: Mapping[str, str]

    def get(self, name: str) -> str:
        """Give one text; what was not filled in is empty."""
        return self.texts.get(name, "")


NAMES = ("person", "hours", "from", "until", "note", "station", "scope")


def typed(form: str, given: Mapping[str, object]) -> Typed:
    """Take the texts of a form."""
    return Typed(form, {name: text_of(given, name).strip() for name in NAMES})


def shift(form: Typed) -> dict[str, Any]:
    """Give hours, from_day and until_day of a shift.

    Raises:
        FormError: something cannot be taken.
    """
    start = _day(form.get("from"), "从哪天起")
    end = _day(form.get("until"), "到哪天") if form.get("until") else None
    if end is not None and end < start:
        raise FormError("到哪天要在从哪天起之后。")
    planned = hours(form)
    if not planned:
        raise FormError("请写上班时间，比如：工作日 8:30-12:00、13:30-17:30。")
    return {"hours": planned, "from_day": start, "until_day": end}


def hours(form: Typed) -> str:
    """Give the hours of a form in the grammar, "" for none; see `shift`."""
    try:
        return hours_words.read(form.get("hours"))
    except ValueError as error:
        raise FormError(str(error)) from error


def absence(form: Typed) -> dict[str, Any]:
    """Give from_at, until_at and note of an absence; see `shift`."""
    start, end = _moment(form.get("from"), "从什么时候"), _moment(form.get("until"), "到什么时候")
    if not start < end <= start + LONGEST:
        raise FormError("到什么时候要晚于从什么时候，最长一年。")
    return {"from_at": start, "until_at": end, "note": _note(form)}


def closure(form: Typed) -> dict[str, Any]:
    """Give from_day, until_day and note of a closure; see `shift`."""
    start = _day(form.get("from"), "从哪天起")
    end = _day(form.get("until"), "到哪天") if form.get("until") else start
    if not start <= end <= start + LONGEST:
        raise FormError("到哪天不能早于从哪天起，最长一年。")
    note = _note(form)
    if not note:
        raise FormError("请写一句为什么，家长会读到，比如：站里搬家。")
    return {"from_day": start, "until_day": end, "note": note}


def _note(form: Typed) -> str:
    if len(form.get("note")) > LONGEST_NOTE:
        raise FormError(f"说明最多 {LONGEST_NOTE} 个字。")
    return form.get("note")


def _day(words: str, what: str) -> date:
    try:
        found = date.fromisoformat(words)
    except ValueError:
        raise FormError(f"请选{what}。") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise FormError(f"“{what}”的年份好像不对，请再看一看。")
    return found


def _moment(words: str, what: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise FormError(f"请选{what}。") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise FormError(f"“{what}”的年份好像不对，请再看一看。")
    return found.replace(tzinfo=CHINA)
