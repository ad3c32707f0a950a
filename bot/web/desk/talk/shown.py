"""What the page of a case shows of the conversation: lines, delivery, pictures, what WeChat still takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.web.ports import Line, Picture
from bot.channels.wechat import quota
from bot.handoff.kinds import KINDS
from bot.handoff.sending import quiet
from bot.store import alerts, audit, cases, media, story, thread
from bot.store.alerts import Knock
from bot.store.audit import Act
from bot.store.cases import Case, Step
from bot.store.media import Kept
from bot.store.people import Staff
from bot.store.story import Earlier, Partner

PAGE = 200
# Kinds whose page has nothing of the conversation: who is let into them is not let into the talk.
_WITHOUT_TALK = frozenset({"file", "report"})
_STATES = {"pending": "sending", "sent": "sent", "failed": "failed", "parked": "parked", "withdrawn": "withdrawn"}
_LOW = 2


@dataclass(frozen=True, slots=True)
class Window:
    """What may still go to WeChat, before it is used up.

    `left` of `whole` messages, those underway taken out; `hours` is how long (47:46); `state` is "", low or closed;
    `words` says the rest.
    """

    left: int
    whole: int
    hours: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page of a case shows. `pushed`: the words leave for WeChat; `window` what it takes of them."""

    case: Case
    steps: list[Step]
    knock: Knock | None
    lines: Sequence[Line] = ()
    window: Window | None = None
    quiet: bool = False
    pushed: bool = False
    earlier: tuple[Earlier, ...] = ()


def shows_talk(case: Case) -> bool:
    """Whether who sees this case may read the conversation in it, its pictures too."""
    return case.kind not in _WITHOUT_TALK


async def load(conn: AsyncConnection, case_id: int, staff: Staff, now: datetime) -> Story | None:
    """Read everything of a case that this person may see, without any lock; the reading goes into the trail."""
    case = await cases.find(conn, case_id, seen_by=staff)
    if case is None:
        return None
    await audit.record_reading(conn, staff, Act.READ_CASE, f"case:{case_id}", now)
    steps = await cases.timeline(conn, case_id)
    knock = (await alerts.knocks(conn, [case_id])).get(case_id)
    talk = case.conversation_id
    partner = await story.partner(conn, talk) if talk is not None else None
    if talk is None or partner is None:
        return Story(case, steps, knock)
    lines = await thread.lines(conn, talk, limit=PAGE, newest=True, reach=thread.Reach.of(case, staff))
    return Story(
        case,
        steps,
        knock,
        await shown(conn, talk, case, lines, staff),
        await window(conn, talk, partner, now),
        quiet(partner),
        partner.channel == "wechat",
        tuple(await story.earlier(conn, talk, case_id, staff)),
    )


async def shown(conn: AsyncConnection, talk: int, case: Case, lines: Sequence[thread.Line], staff: Staff) -> list[Line]:
    """Make lines of the store those of a page, with their pictures, and with what this reader may do about them."""
    pictures = await media.of_messages(conn, talk, [line.id for line in lines if line.who == "parent"])
    mine = case.state == "claimed" and case.owner_id == staff.id
    return [staff_line(line, case.id, pictures.get(line.id, ()), mine=mine) for line in lines]


def staff_line(line: thread.Line, case_id: int = 0, pictures: Sequence[Kept] = (), *, mine: bool = False) -> Line:
    """Make a line as the desk shows it: with its delivery and the reason; to whose case it is with a way to mend it."""
    mends = mine and line.who == "person" and line.case_id == case_id and line.state in ("failed", "parked")
    return Line(
        id=line.id,
        who=line.who,  # type: ignore[arg-type]  # the column holds one of the five
        text=line.text,
        at=line.at,
        reply=line.reply,
        state=_STATES.get(line.state, "") if line.who == "person" else "",  # type: ignore[arg-type]  # as in the table
        author=line.author,
        why=line.reason,
        key=line.key,
        pictures=tuple(_picture(one, case_id) for one in pictures),
        mends=f"/desk/cases/{case_id}/lines/{line.id}" if mends else "",
    )


def _picture(kept: Kept, case_id: int) -> Picture:
    if kept.state == "kept":
        return Picture(address=f"/desk/cases/{case_id}/media/{kept.id}")
    return Picture(words="正在取这张图片" if kept.state == "pending" else f"图片没有取到：{kept.reason}")


async def window(conn: AsyncConnection, talk: int, partner: Partner, now: datetime) -> Window | None:
    """Tell what WeChat still takes of us; None where nothing is counted."""
    if partner.channel != "wechat":
        return None
    return window_of(partner.windows, await story.underway(conn, talk), now)


def window_of(stored: Mapping[str, Any], underway: int, now: datetime) -> Window:
    """Say what may still go to WeChat: the messages left once those underway have gone, and the time."""
    windows = quota.from_json(stored)
    verdict = quota.may_send(windows, now)
    left = max(verdict.left - underway, 0)
    whole = max(quota.TALK_MESSAGES, left)
    hours = _hours(verdict.until - now) if verdict.until else ""
    if verdict.why == "window-closed":
        return Window(0, whole, "", "closed", "家长超过 48 小时没有说话。您写的会留着，等家长再来时送出。")
    if not left:
        return Window(0, whole, hours, "closed", "这一轮的 5 条已经用完。您写的会留着，等家长再说话时送出。")
    return Window(left, whole, hours, "low" if left <= _LOW else "", "家长再说一句，就重新有 5 条。")


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} 小时 {minutes % 60} 分" if minutes >= 60 else f"{minutes} 分"


_EARLIER = {"open": "还没有人接", "claimed": "在办", "closed": "已结案"}


def earlier_words(earlier: Earlier) -> str:
    """Say what became of another case of the same parent, without what was written about the family."""
    how = (earlier.outcome or "").split("：", maxsplit=1)[0] or _EARLIER[earlier.state]
    return f"第 {earlier.id} 件 · {KINDS[earlier.kind].name} · {how}"
