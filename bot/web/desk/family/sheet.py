"""What a family's file shows, loaded at once: for its page, its print view and its PDF; what lies ahead, what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.family.visits import CONFIRMED, HOME, TOLD, WAYS, key
from bot.handoff.family.writing import ANSWERS, SECTIONS
from bot.store import audit, cases, files, follow_ups
from bot.store import visits as stored_visits
from bot.store.audit import Act, Trace
from bot.store.cases import Case, Step
from bot.store.events import CaseTag
from bot.store.files import Aide, File, Member, PlanItem, Referral
from bot.store.follow_ups import FollowUp
from bot.times import clock, day, when
from bot.web.desk.steps import timeline
from knowledge.calendar import CHINA

PATIENCE = timedelta(days=5)  # so long a referral may be without an answer
SIDES: dict[str, tuple[str, str, str]] = {  # of helpers: name, icon, whom to ask when nobody is there
    "school": ("学校", "school", "请班主任"),
    "family": ("家庭", "home", "请家里人"),
    "hospital": ("医院", "hospital", "请医院"),
    "community": ("社区", "station", "请儿童主任"),
}
_READING = {Act.READ_FILE: "", Act.PRINTED: "，打印或导出"}
_NOT_ARRIVED = ("parked", "failed", "withdrawn")
_BADGES = {"done": "good", "taken": "good", "stuck": "warn", "refused": "bad"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with everything in it. `who` is the family's short name, `place` and `stage` are in words."""

    case: Case
    file: File
    who: str
    place: str
    stage: str
    members: Sequence[Member]
    plan: Sequence[PlanItem]
    aides: Sequence[Aide]
    referrals: Sequence[Referral]
    follow_ups: Sequence[FollowUp]
    steps: Sequence[Step]
    seen: Sequence[Trace]
    deliveries: Mapping[int, str]  # of a visit that is told of: why the words have not arrived, if they have not

    @property
    def situation(self) -> list[tuple[str, str]]:
        """The sections that are written, with their names."""
        return [(SECTIONS[name][0], self.file.situation[name]) for name in SECTIONS if self.file.situation.get(name)]

    @property
    def coming(self) -> list[FollowUp]:
        """The follow-ups still to come, the next one first."""
        return [one for one in self.follow_ups if one.done_at is None]

    def helper(self, one: FollowUp) -> str:
        """Name whose contact a follow-up is; "" for the staff's own."""
        return next((aide.who for aide in self.aides if aide.id == one.helper_id), "")


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing that lies ahead: when in words, what, and whether its time is over. `id` is that of a follow-up.

    `how` it is done and by whom. Of a visit: how it `stands` with the parent, in which colour, and whether they can be
    told (`untold`); `clock` is the time of day of a follow-up, `on` the day that is offered when it is written down.
    """

    at: str
    what: str
    late: bool
    id: int | None = None
    how: str = ""
    stands: str = ""
    mark: str = ""
    home: bool = False
    untold: bool = False
    clock: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that has happened: when, what, and more of it."""

    at: datetime
    what: str
    more: str
    written: bool


async def load(conn: AsyncConnection, case: Case, names: Mapping[str, str]) -> Sheet | None:
    """Load the file of a case that this person may see; `names` are the words for who, place and stage."""
    file = await files.find(conn, case.id)
    if file is None:
        return None
    planned = await follow_ups.of_case(conn, case.id)
    return Sheet(
        case=case,
        file=file,
        who=names["who"],
        place=names["place"],
        stage=names["stage"],
        members=await files.members(conn, case.id),
        plan=await files.plan(conn, case.id),
        aides=await files.aides(conn, case.id),
        referrals=await files.referred(conn, case.id),
        follow_ups=planned,
        steps=await cases.timeline(conn, case.id),
        seen=[one for one in await audit.of_subject(conn, f"case:{case.id}") if one.act in _READING],
        deliveries=await _deliveries(conn, case, planned),
    )


async def _deliveries(conn: AsyncConnection, case: Case, planned: Sequence[FollowUp]) -> dict[int, str]:
    """Say of the visits that parents are told of why the words have not arrived."""
    told = [one for one in planned if one.told == "gone" or (one.done_at is None and one.told == "told")]
    found: dict[int, str] = {}
    for one in told if case.conversation_id is not None else []:
        talk = case.conversation_id or 0
        if one.told == "gone" and not await stored_visits.heard(conn, talk, key(one.id)):
            continue  # nobody was expected, so that nothing had to be called off
        state = await stored_visits.delivery(conn, talk, key(one.id))
        if state is not None and state[0] in _NOT_ARRIVED:
            found[one.id] = state[1] or "没有送出"
    return found


def badge(state: str) -> str:
    """Give the colour of a plan item's or a referral's state."""
    return _BADGES.get(state, "")


def late_by(then: datetime, now: datetime) -> str:
    """Say how long ago something was due: 已过 2 天, 今天 9:30 已过."""
    days = (now.astimezone(CHINA).date() - then.astimezone(CHINA).date()).days
    return f"已过 {days} 天" if days else f"今天 {clock(then)} 已过"


def ahead(sheet: Sheet, now: datetime) -> list[Ahead]:
    """Give what lies ahead and what is late, by time: follow-ups, the plan's days, helpers, answers to referrals."""
    today = now.astimezone(CHINA).date()
    found: list[tuple[datetime, Ahead]] = []
    for one in sheet.coming:
        late = one.due_at <= now
        words = late_by(one.due_at, now) if late else when(one.due_at, now)
        planned = _planned(sheet, one, words, late=late)
        noted = min(one.due_at.astimezone(CHINA).date(), today)
        found.append((one.due_at, replace(planned, on=noted.isoformat())))
    days: list[tuple[date | None, str]] = [
        (one.until_day, one.goal) for one in sheet.plan if one.until_day and one.state in ("open", "stuck")
    ]
    days += [(one.next_day, f"{SIDES[one.side][0]} · {one.who}") for one in _next_helpers(sheet, today)]
    days += [(_patience(one), f"问{one.to_whom}有没有回音") for one in sheet.referrals if one.answer == "waiting"]
    days += [(one.until_day, f"{one.who}的结对到期") for one in sheet.aides if one.running]
    for on, what in days:
        if on is not None:
            found.append(_on_day(on, what, today, now))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _planned(sheet: Sheet, one: FollowUp, words: str, *, late: bool) -> Ahead:
    how = " · ".join(filter(None, (WAYS.get(one.way, ""), sheet.helper(one))))
    home = one.way == HOME
    stands = TOLD.get(one.told, "还没有告诉家长") if home and not late else ""
    if one.id in sheet.deliveries:
        stands = f"还没送到家长：{sheet.deliveries[one.id]}"
    mark = {"yes": "good", "other": "warn", "untold": "warn"}.get(one.told, "")
    untold = home and not late and one.told in ("", "untold")
    at = f"{one.due_at.astimezone(CHINA):%H:%M}"
    return Ahead(words, one.what, late, one.id, how, stands, mark, home, untold, at)


def _next_helpers(sheet: Sheet, today: date) -> list[Aide]:
    return [one for one in sheet.aides if one.next_day and one.next_day >= today]


def _patience(one: Referral) -> date:
    return one.on_day + PATIENCE


def _on_day(on: date, what: str, today: date, now: datetime) -> tuple[datetime, Ahead]:
    at = datetime.combine(on, time(), CHINA)
    late = on < today
    return at, Ahead(late_by(at, now) if late else "今天" if on == today else day(on), what, late)


def past(sheet: Sheet) -> list[Past]:
    """Give what was done and how the file came about, newest first. Steps say what was changed, not what it says."""
    done = [_happened(sheet, one, one.done_at) for one in sheet.follow_ups if one.done_at is not None]
    shown = [step for step in sheet.steps if step.tag != CaseTag.FILE_FOLLOWED]  # its words stand there themselves
    told = [
        Past(line.at, line.words, " · ".join(filter(None, (line.actor, _whom(step) or line.more))), written=False)
        for step, line in zip(shown, timeline(shown), strict=True)
    ]
    return sorted(done + told, key=lambda one: one.at, reverse=True)


def _happened(sheet: Sheet, one: FollowUp, at: datetime) -> Past:
    unheard = f"还没送到家长：{sheet.deliveries[one.id]}，请打电话" if one.id in sheet.deliveries else ""
    more = (one.what, WAYS.get(one.way, ""), sheet.helper(one), CONFIRMED.get(one.confirmed, ""), unheard)
    return Past(at, came_of(one), " · ".join(filter(None, more)), written=True)


def came_of(one: FollowUp) -> str:
    """Say what came of a follow-up: that it was off, the result, what was agreed."""
    result = f"没去成：{one.result}" if one.dropped else one.result
    return f"{result}\n说好了：{one.agreed}" if one.agreed else result


def _whom(step: Step) -> str:
    return str(step.detail.get("who", "")) if step.tag in (CaseTag.FILE_LET_IN, CaseTag.FILE_LET_OUT) else ""


def changed(sheet: Sheet, tag: CaseTag) -> Step | None:
    """Give the last step of a sort: who changed the plan, and when."""
    return next((step for step in reversed(sheet.steps) if step.tag == tag), None)


def readers(sheet: Sheet) -> list[tuple[str, datetime, str]]:
    """Say who has read the file, newest first: name, when, and what beside reading."""
    return [(one.name, one.at, _READING[Act(one.act)]) for one in sheet.seen]


def answer_words(referral: Referral, now: datetime) -> tuple[str, str]:
    """Say what came back of a referral, and its colour: a week of silence is late."""
    if referral.answer != "waiting":
        return ANSWERS[referral.answer], badge(referral.answer)
    waited = (now.astimezone(CHINA).date() - referral.on_day).days
    if waited >= PATIENCE.days:
        return f"{waited} 天没有回音", "bad"
    return ANSWERS["waiting"], ""
