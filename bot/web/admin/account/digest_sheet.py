"""What the pages of the weekly digest show: its standing in words, bubbles, who has it, what became of past ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dialogue.decision import Tools
from bot.dialogue.digest_reply import Week, anything_left, standing, written
from bot.messages import Reply
from bot.store import digests, subscriptions
from bot.store.digests import SENDING, SENT, UNSENT, Digest, key_of
from bot.times import clock, day, weekday
from bot.web.admin.account.digest_form import Typed
from bot.web.admin.figures.sheets import many
from bot.web.sheets import FEW
from knowledge.calendar import CHINA
from knowledge.digest import GROUP_NAMES, GROUPS, group_of, week_of
from knowledge.editorial import STATE_WORDS, State

_BADGES = {State.DRAFT: "", State.IN_REVIEW: "warn", State.APPROVED: "good", SENDING: "brand", SENT: "good"}
_STATES: Mapping[str, str] = {SENDING: "正在发", SENT: "已发", UNSENT: "没有发"}
_TODO = {
    State.DRAFT: "还没有送审。没有人批准，就不发。",
    State.IN_REVIEW: "等另一位同事批准。没有人批准，就不发。",
    State.DROPPED: "这一周不发。",
}
OPENED_WITHIN = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Card:
    """A digest as lists show it."""

    week: date
    span: str
    state: str
    badge: str
    due: str
    todo: str
    opening: str
    titles: tuple[str, ...]
    author: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Past:
    """A past week with what became of it; numbers so small that they may be somebody's are words."""

    card: Card
    went: bool
    sent: int
    waiting: int
    skipped: int | str
    opened: int
    left: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a group in the form: its name, what is typed, what is wrong with it, a remark on it."""

    name: str
    title: str
    fault: str
    remark: str


def card(digest: Digest, tools: Tools, now: datetime) -> Card:
    """Put a digest into the words of a list."""
    last = digest.week + timedelta(days=6)
    state = STATE_WORDS[State(digest.state)] if digest.state in set(State) else _STATES[digest.state]
    return Card(
        week=digest.week,
        span=f"{day(digest.week)}—{day(last)}",
        state=state,
        badge=_BADGES.get(digest.state, "bad" if digest.state == UNSENT else ""),
        due=moment(digest.due_at),
        todo=_todo(digest, now),
        opening=digest.opening,
        titles=tuple(
            dict.fromkeys(one.title for group in GROUPS for one in standing(tools, digest.entries.get(group, ())))
        ),
        author=digest.author,
        approved_by=digest.approved_by,
    )


def _todo(digest: Digest, now: datetime) -> str:
    """Say what has to happen, or why nothing did."""
    if digest.state == UNSENT:
        return digest.note
    if digest.state == State.APPROVED:
        return f"{moment(digest.due_at)} 自动发出。" if digest.due_at > now else "时间到了，马上开始发。"
    late = digest.state in (State.DRAFT, State.IN_REVIEW) and digest.due_at <= now
    todo = _TODO.get(State(digest.state), "") if digest.state in set(State) else ""
    return f"{todo}原定的时间已经过了，这周内批准就马上发。" if late and week_of(_today(now)) == digest.week else todo


def moment(at: datetime) -> str:
    """Name a time so that it stays true: 5 月 15 日（周五）19:00."""
    local = at.astimezone(CHINA).date()
    return f"{day(local)}（{weekday(local)}）{clock(at)}"


def _today(now: datetime) -> date:
    return now.astimezone(CHINA).date()


def anything(digest: Digest, tools: Tools) -> bool:
    """Whether anything of it can still be sent."""
    return anything_left(tools, Week(digest.week, digest.opening, digest.entries))


def groups(digest: Digest, typed: Typed, tools: Tools, sent: Collection[str]) -> list[tuple[str, str, list[Slot]]]:
    """Give the places of the form by group, each with why its entry was proposed."""
    return [(group, GROUP_NAMES[group], _slots(group, digest, typed, tools, sent)) for group in GROUPS]


def _slots(group: str, digest: Digest, typed: Typed, tools: Tools, sent: Collection[str]) -> list[Slot]:
    by_title = {tools.library.entries[one].title: one for one in typed.chosen[group] if one in tools.library.entries}
    made = []
    for number, title in enumerate(typed.titles[group]):
        name, known = f"{group}-{number}", by_title.get(title, "")
        remark = "八周内发过或排上了" if known in sent else digest.why.get(known, "")
        made.append(Slot(name, title, typed.faults.get(name, ""), remark))
    return made


def regions(tools: Tools) -> list[tuple[str, str]]:
    """Give the places that have activities of their own, for the preview."""
    places = {one.region for one in tools.library.activities.values()} - {"china"}
    return sorted(((one, tools.tree.name(one)) for one in places if one in tools.library.regions), key=lambda it: it[1])


def previews(digest: Digest, typed: Typed, tools: Tools, region: str) -> list[tuple[str, Reply | None]]:
    """Write the bubble of each group as its parents would read it."""
    week = Week(digest.week, typed.opening, typed.chosen)
    place = region if region in tools.library.regions else None
    return [
        (GROUP_NAMES[group], written(tools, week, stages[-1] if stages else None, place))
        for group, stages in GROUPS.items()
    ]


async def subscribers(conn: AsyncConnection) -> dict[str, object]:
    """Count who has it by stage. Small numbers do not appear, nor one that could be known from all the others."""
    counts = dict.fromkeys(GROUPS, 0)
    for stage, number in (await subscriptions.by_stage(conn)).items():
        counts[group_of(stage)] += number
    small = [group for group, number in counts.items() if 0 < number < FEW]
    if len(small) == 1:
        others = [group for group, number in counts.items() if number >= FEW]
        small += sorted(others, key=lambda group: counts[group])[:1]
    rows = [(GROUP_NAMES[group], "不显示" if group in small else number) for group, number in counts.items()]
    return {"total": sum(counts.values()), "rows": rows, "hidden": bool(small)}


async def past(conn: AsyncConnection, tools: Tools, this: date, now: datetime, limit: int) -> list[Past]:
    """List past weeks, and this one once it went out, with their numbers."""
    states = (SENDING, SENT, UNSENT, State.DROPPED.value)
    waiting = await digests.waiting(conn, now)
    listed = await digests.past(conn, limit, states=states)
    held = [one for one in listed if one.week < this or one.state in (SENDING, SENT)]
    return [await _past(conn, one, tools, now, waiting) for one in held]


async def _past(conn: AsyncConnection, digest: Digest, tools: Tools, now: datetime, waiting: Mapping[str, int]) -> Past:
    opened = 0
    if digest.sent_at is not None:
        first = _today(digest.sent_at)
        opened = await digests.opened(conn, sorted(digest.chosen), first, first + OPENED_WITHIN)
    return Past(
        card=card(digest, tools, now),
        went=digest.sent_at is not None,
        sent=digest.sent,
        waiting=waiting.get(key_of(digest.week), 0),
        skipped=_few(digest.skipped),
        opened=opened,
        left=digest.left,
    )


def _few(number: int) -> int | str:
    shown = many(number)
    return shown if isinstance(shown, int | str) else str(shown)
