"""A family's file as paper: the same sections for the print view and the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.handoff.family.consent import HOW, STATES, WORDS
from bot.handoff.family.visits import CONFIRMED, WAYS
from bot.store.follow_ups import FollowUp
from bot.times import day
from bot.web.desk.family.pairs import pairs
from bot.web.desk.family.pdf import Paper, Section
from bot.web.desk.family.sheet import SIDES, Sheet, answer_words, came_of
from bot.web.words import calendar_day, clock
from knowledge.calendar import CHINA


def paper(sheet: Sheet, by: str, now: datetime) -> Paper:
    """Lay a file out; `by` is who prints it."""
    about = " · ".join(
        filter(None, (f"档案 {sheet.case.id} 号", sheet.place, sheet.stage, _consent(sheet), _owner(sheet)))
    )
    return Paper(f"{sheet.who}一家", about, _sections(sheet, now), by, _moment(now))


def _sections(sheet: Sheet, now: datetime) -> list[Section]:
    plan = [(one.goal, one.who, _day(one.until_day), _state(STATES[one.state], one.note)) for one in sheet.plan]
    aides = [(SIDES[one.side][0], one.who, one.part, _day(one.next_day)) for one in sheet.aides if not one.role]
    paired = [
        (f"{one.aide.who}（{one.side}）", one.role, one.aide.part, one.ended or one.period) for one in pairs(sheet, now)
    ]
    referrals = [
        (one.to_whom, one.why, _day(one.on_day), _state(answer_words(one, now)[0], one.note)) for one in sheet.referrals
    ]
    coming = [(_moment(one.due_at), _joined(one.what, _how(sheet, one))) for one in sheet.coming]
    done = [
        (_moment(one.done_at), "\n".join(filter(None, (_joined(one.what, _how(sheet, one)), came_of(one)))))
        for one in sheet.follow_ups
        if one.done_at
    ]
    return [
        Section("现在的情况", sheet.situation, head=False),
        Section("计划（一家一策）", _headed(("要做到什么", "谁来做", "到什么时候", "怎么样了"), plan)),
        Section("帮手（一人一帮）", _headed(("哪一边", "谁", "帮什么", "下次"), aides)),
        *([Section("结对", _headed(("谁", "身份", "帮什么", "从哪天到哪天"), paired))] if paired else []),
        Section("转介", _headed(("转给谁", "为什么", "哪天", "回音"), referrals)),
        Section("接下来", coming, head=False),
        Section("走到今天", done, head=False),
        *([Section("结果", [("结果", sheet.case.outcome)], head=False)] if sheet.case.outcome else []),
    ]


def _how(sheet: Sheet, one: FollowUp) -> str:
    return _joined(WAYS.get(one.way, ""), sheet.helper(one), CONFIRMED["yes"] if one.confirmed == "yes" else "")


def _joined(*words: str) -> str:
    return " · ".join(filter(None, words))


def _headed(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [head, *rows] if rows else []


def _consent(sheet: Sheet) -> str:
    at, how = sheet.file.consent_at, HOW.get(sheet.file.consent_how, "")
    if sheet.file.consent != "given" or at is None:
        return WORDS[sheet.file.consent]
    return f"{calendar_day(at.astimezone(CHINA).date())}{WORDS['given']}（{how}）"


def _owner(sheet: Sheet) -> str:
    return f"负责：{sheet.case.owner}" if sheet.case.owner else ""


def _state(words: str, note: str) -> str:
    return f"{words}：{note}" if note else words


def _day(on: date | None) -> str:
    return day(on) if on else ""


def _moment(at: datetime) -> str:
    return f"{calendar_day(at.astimezone(CHINA).date())} {clock(at)}"
