"""Every form that a thing ever had, named so that addresses can ask for two of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.changes import Version
from knowledge.editorial import STATE_WORDS, State

LIVE, PACKAGED = "live", "packaged"
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One form that the thing had: `name` is what addresses call it."""

    name: str
    label: str
    author: str
    at: datetime | None
    state: str
    body: Body | None


def forms_of(versions: Sequence[Version], live: Body | None, packaged: Body | None = None) -> list[Form]:
    """List all forms, newest first; the packaged one and the live one where no saving has them."""
    found = [
        Form(
            str(version.id),
            f"第 {len(versions) - at} 次保存",
            version.author,
            version.at,
            _state(version, last=at == 0 or versions[at - 1].change_id != version.change_id),
            version.body,
        )
        for at, version in enumerate(versions)
    ]
    bodies = [version.body for version in versions]
    if packaged is not None:
        state = "在用" if live == packaged else ""
        found.append(Form(PACKAGED, "随程序来的", "", None, state, packaged))
    if live is not None and live != packaged and live not in bodies:
        found.append(Form(LIVE, "在用的", "", None, "在用", live))
    return found


def named(forms: Iterable[Form], name: str) -> Form | None:
    """Find the form that an address asks for."""
    return next((form for form in forms if form.name == name), None)


def before(forms: Sequence[Form], one: Form) -> Form | None:
    """Give the form that stood before; of the oldest there is none."""
    at = forms.index(one) + 1
    return forms[at] if at < len(forms) else None


def _state(version: Version, *, last: bool) -> str:
    """Say what became of a saving; only the last one of a change went its way."""
    words = STATE_WORDS[version.state] if last else ""
    if last and version.release_number and version.state is State.PUBLISHED:
        words = f"{words}，第 {version.release_number} 版"
    return words if version.body is not None else f"停用 {words}".strip()
