"""How cases look in the queue: words for waiting, places, stages and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue.decision import Tools
from bot.handoff.kinds import KINDS
from bot.handoff.steps import ago
from bot.messages import GRAVE
from bot.privacy import pseudonym
from bot.store.alerts import Knock
from bot.store.cases import Case
from bot.store.queue import JUST, Heard
from bot.times import when
from bot.web.desk.steps import standing

SOON = 5  # the last fifth of the time is "soon"


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the templates of the desk show it.

    `unseen`: nobody has said that they look at this danger; `waited` since when, `standing` whom the alerts reached,
    `round` how many there were. `seen_by` is who looks at it. `quiet`: nothing may be sent by itself.
    `handed`: who has just given it to this reader; `later`: until when it is put off; `taken`: that a colleague has
    just taken it; `free`: it can be claimed; `moves`: how often a rule gave it to others.
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
    station: str = ""
    department: str = ""
    handed: str = ""
    later: str = ""
    taken: str = ""
    free: bool = False
    moves: int = 0


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分"
    if minutes < 24 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"


def _waited(length: timedelta) -> str:
    return _span(length) if length >= timedelta(minutes=1) else "不到 1 分"


def _since(length: timedelta) -> str:
    words = _waited(length)
    return f" {words}" if words[0].isdecimal() else words


def due(case: Case, now: datetime, heard: Heard | None = None) -> tuple[str, str]:
    """Say how a case stands with time, and its state for the colour: "", soon or over."""
    if case.state == "closed":
        return "已结案", ""
    if case.snoozed(now):
        return "稍后", ""
    left = case.due_at - now
    if case.state == "claimed" and KINDS[case.kind].talks:
        waits = heard is not None and not heard.answered and case.claimed_at is not None
        since = max(heard.at, case.claimed_at) if heard and waits and case.claimed_at else now
        return (f"等了{_since(now - since)}", "") if waits else ("在聊", "")
    if case.state == "claimed" and left >= timedelta(0):
        return "在办", ""
    if left < timedelta(0):
        return f"超 {_span(-left)}", "over"
    whole = case.due_at - case.opened_at
    return f"剩 {_span(left)}", "soon" if left < whole / SOON else ""


def _taken(case: Case, now: datetime, me: int | None) -> str:
    """Say that a colleague has just taken a case, so that two hands over one row know."""
    just = case.claimed_at is not None and timedelta(0) <= now - case.claimed_at < JUST
    if case.state != "claimed" or case.owner_id == me or case.claimed_at is None or not just:
        return ""
    return f"{case.owner} {ago(case.claimed_at, now)}接了这一件"


def _who(case: Case, secret: bytes) -> str:
    """Name the parent by a short name; a report has none: no parent has written."""
    return (
        "强制报告" if case.kind == "report" else f"家长 {pseudonym(secret, str(case.conversation_id or case.id))[:4]}"
    )


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
    heard: Heard | None = None,
) -> Row:
    """Make the row of a case; the parent appears under a short name that says nothing."""
    found = tools.library.taxonomy.stages.get(case.stage or "")
    stage, region = found.name if found else "", tools.tree.name(case.region) if case.region else ""
    text, state = due(case, now, heard)
    knock = knock or Knock(None, {}, "")
    return Row(
        id=case.id,
        level=case.level,
        who=_who(case, secret),
        words=words or (case.reason if case.kind == "report" else "") or (heard.words if heard else ""),
        kind=KINDS[case.kind].name,
        stage=stage,
        region=region,
        owner=case.owner or "",
        due=text,
        due_state=state,
        mine=me is not None and case.owner_id == me and case.state == "claimed",
        open=case.state != "closed",
        talks=KINDS[case.kind].talks,
        opened=case.opened_at,
        reason=case.reason,
        evidence=tuple(str(piece) for piece in case.detail.get("evidence", ())),
        facts=tuple(fact for fact in (("地区", region), ("孩子", stage)) if fact[1]),
        unseen=case.unseen,
        waited=_waited(now - (knock.since or case.opened_at)) if case.unseen else "",
        standing=standing(knock.last) if case.unseen else "",
        round=case.alerts,
        seen_by=knock.seen_by if case.level in GRAVE and case.state == "open" and not case.unseen else "",
        quiet=quiet or case.detail.get("quiet") is True,
        station=case.station or "",
        department=case.department or "",
        handed=str(case.detail.get("handed", "")) if me is not None and case.owner_id == me else "",
        later=when(case.snoozed_until, now) if case.snoozed_until and case.snoozed(now) else "",
        taken=_taken(case, now, me),
        free=case.state == "open",
        moves=case.moves,
    )
