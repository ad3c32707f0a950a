"""How cases look in the queue: words for waiting, places, stages and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.decision import Tools
from bot.handoff.kinds import KINDS
from bot.privacy import pseudonym
from bot.store.alerts import Knock
from bot.store.cases import GRAVE, Case
from bot.web.desk.steps import standing

SOON = 5  # the last fifth of the time is "soon"


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the templates of the desk show it.

    `unseen`: nobody has said that they look at this danger; `waited` since when, `standing` whom the alerts reached,
    `round` how many there were. `seen_by` is who looks at it. `quiet`: nothing may be sent by itself.
    """

    id: int
    level: str
    who: str
    words: str
    kind: str
    stage: str
    region: str
    owner: str
    due: str
    due_state: str
    mine: bool = False
    open: bool = True
    talks: bool = True
    opened: datetime | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    unseen: bool = False
    waited: str = ""
    standing: str = ""
    round: int = 0
    seen_by: str = ""
    quiet: bool = False


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分"
    if minutes < 24 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"


def _waited(length: timedelta) -> str:
    return _span(length) if length >= timedelta(minutes=1) else "不到 1 分"


def due(case: Case, now: datetime) -> tuple[str, str]:
    """Say how a case stands with time, and its state for the colour: "", soon or over."""
    if case.state == "closed":
        return "已结案", ""
    if case.state == "claimed":
        return "在办", ""
    left = case.due_at - now
    if left < timedelta(0):
        return f"超 {_span(-left)}", "over"
    whole = case.due_at - case.opened_at
    return f"剩 {_span(left)}", "soon" if left < whole / SOON else ""


def row(
    case: Case,
    *,
    now: datetime,
    tools: Tools,
    secret: bytes,
    words: str = "",
    me: int | None = None,
    knock: Knock | None = None,
    quiet: bool = False,
) -> Row:
    """Make the row of a case; the parent appears under a short name that says nothing."""
    stage = tools.library.taxonomy.stages.get(case.stage or "")
    region = tools.tree.name(case.region) if case.region else ""
    text, state = due(case, now)
    detail: dict[str, Any] = case.detail
    knock = knock or Knock(None, {}, "")
    who = f"家长 {pseudonym(secret, str(case.conversation_id or case.id))[:4]}"
    return Row(
        id=case.id,
        level=case.level,
        who=who,
        words=words,
        kind=KINDS[case.kind].name,
        stage=stage.name if stage else "",
        region=region,
        owner=case.owner or "",
        due=text,
        due_state=state,
        mine=me is not None and case.owner_id == me and case.state == "claimed",
        open=case.state != "closed",
        talks=KINDS[case.kind].talks,
        opened=case.opened_at,
        reason=case.reason,
        evidence=tuple(str(piece) for piece in detail.get("evidence", ())),
        facts=tuple(
            (label, value) for label, value in (("地区", region), ("孩子", stage.name if stage else "")) if value
        ),
        unseen=case.unseen,
        waited=_waited(now - (knock.since or case.opened_at)) if case.unseen else "",
        standing=standing(knock.last) if case.unseen else "",
        round=case.alerts,
        seen_by=knock.seen_by if case.level in GRAVE and case.state == "open" and not case.unseen else "",
        quiet=quiet or detail.get("quiet") is True,
    )
