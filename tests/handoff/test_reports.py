"""A mandatory report: nine situations, how grave, whom it goes to, sealed, the reporter known to nobody."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.handoff import passing, reports
from bot.handoff.desk import DeskError, UnknownCaseError
from bot.handoff.reports import REPORTER, TRIGGERS, Report
from bot.handoff.steps import Step, may
from bot.store import cases, people
from bot.store import reports as rows
from bot.store.cases import Case
from bot.store.events import CaseTag
from bot.store.people import Staff
from bot.store.tables import stations
from tests.duty_always import ALWAYS

SEEN = Report(
    triggers=("abandoned",),
    danger="no",
    police="not-yet",
    seen="孩子一个人在家三天，说没有吃的。",
    when="今天上午",
    place="常州天宁",
    who="没有大人",
    done="给他买了饭",
)


@pytest.fixture
async def station(engine: AsyncEngine) -> int:
    async with engine.begin() as conn:
        made = stations.insert().values(slug="tn", name="天宁站", region="tianning").returning(stations.c.id)
        number: int = (await conn.execute(made)).scalar_one()
    return number


async def a_person(engine: AsyncEngine, login: str, name: str, role: str, station_id: int | None) -> Staff:
    async with engine.begin() as conn:
        staff_id = await people.add(conn, login=login, name=name, role=role, password_hash="x", station_id=station_id)
    regions = frozenset({"tianning"}) if station_id else frozenset()
    return Staff(staff_id, login, name, role, True, station_id, "tianning" if station_id else None, regions)


async def sent(engine: AsyncEngine, who: Staff, now: datetime, report: Report = SEEN, key: str = "key-0001") -> Case:
    async with engine.begin() as conn:
        case_id, _ = await reports.send(conn, who, report, "tianning", key, now)
        case = await cases.find(conn, case_id)
    assert case is not None
    return case


def test_there_are_the_nine_situations_of_the_law() -> None:
    assert len(TRIGGERS) == len({trigger.key for trigger in TRIGGERS}) == 9
    assert all(trigger.level in ("high", "urgent") for trigger in TRIGGERS)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "high"),
        ({"danger": "yes"}, "urgent"),
        ({"danger": "unsure"}, "high"),
        ({"triggers": ("missing",)}, "urgent"),
    ],
)
def test_a_report_is_urgent_by_its_situation_or_a_danger_of_now(changes: dict[str, object], level: str) -> None:
    assert reports.level_of(replace(SEEN, **changes)) == level  # type: ignore[arg-type]


def test_what_is_missing_is_said_by_field() -> None:
    assert reports.problems(SEEN) == {}
    assert set(reports.problems(Report())) == {"triggers", "danger", "police", "seen", "place", "who"}
    assert "最多 2000 个字" in reports.problems(replace(SEEN, seen="长" * 2001))["seen"]
    assert "triggers" in reports.problems(replace(SEEN, triggers=("made-up",)))


def test_a_child_somewhere_else_is_not_the_reporter_s_station_s() -> None:
    zhou = Staff(1, "zhou", "周老师", "counsellor", True, 7, "tianning", frozenset({"tianning"}))
    assert reports.station_of(zhou, "tianning") == 7
    assert reports.station_of(zhou, "putuo") is None


async def test_the_reporter_stands_nowhere_but_in_its_column(engine: AsyncEngine, now: datetime, station: int) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    case = await sent(engine, zhou, now)
    async with engine.begin() as conn:
        await reports.add(conn, case.id, zhou, "又去看了一次，门锁着。", now)
        steps = await cases.timeline(conn, case.id)
        assert await rows.reporter_name(conn, case.id) == "周老师"
    assert {step.actor for step in steps} == {REPORTER}
    assert "周老师" not in str([case.detail, case.reason, steps])
    lead = await a_person(engine, "liu", "刘站长", "lead", station)
    assert not reports.knows_reporter(case, lead)
    assert reports.knows_reporter(case, zhou)
    assert reports.knows_reporter(case, replace(lead, role="admin"))


async def test_only_the_reporter_and_those_who_lead_there_see_it(
    engine: AsyncEngine, now: datetime, station: int
) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    shen = await a_person(engine, "shen", "沈老师", "counsellor", station)
    lead = await a_person(engine, "liu", "刘站长", "lead", station)
    case = await sent(engine, zhou, now)
    async with engine.begin() as conn:
        for who in (zhou, lead):
            assert (await reports.found(conn, case.id, who)).id == case.id
        with pytest.raises(UnknownCaseError):
            await reports.found(conn, case.id, shen)
        with pytest.raises(UnknownCaseError):
            await reports.add(conn, case.id, shen, "我也看到了", now)


async def test_those_who_lead_claim_add_and_close_and_the_record_stays(
    engine: AsyncEngine, now: datetime, station: int
) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    lead = await a_person(engine, "liu", "刘站长", "lead", station)
    case = await sent(engine, zhou, now)
    assert case.unseen
    async with engine.begin() as conn:
        with pytest.raises(DeskError, match="站长或主管"):
            await reports.claim(conn, case.id, zhou, now)
        with pytest.raises(DeskError, match="接手"):
            await reports.close(conn, case.id, lead, "公安已立案", now)
        await reports.claim(conn, case.id, lead, now)
        await reports.claim(conn, case.id, lead, now)
        await reports.add(conn, case.id, lead, "派出所已到场。", now)
        await reports.add(conn, case.id, lead, "派出所已到场。", now)
        await reports.close(conn, case.id, lead, "公安已立案", now)
        await reports.add(conn, case.id, zhou, "孩子已回学校。", now)
        after = await cases.find(conn, case.id)
        steps = [step.tag for step in await cases.timeline(conn, case.id)]
    assert after is not None
    assert (after.state, after.outcome, after.unseen) == ("closed", "公安已立案", False)
    assert after.detail == case.detail
    assert reports.intact(after)
    tags = (CaseTag.REPORTED, CaseTag.ACKNOWLEDGED, CaseTag.CLAIMED, CaseTag.ADDED, CaseTag.CLOSED, CaseTag.ADDED)
    assert tuple(steps) == tags


async def test_another_word_breaks_the_seal(engine: AsyncEngine, now: datetime, station: int) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    case = await sent(engine, zhou, now)
    assert reports.intact(case)
    assert not reports.intact(replace(case, detail={**case.detail, "seen": "没有这回事"}))


async def test_the_same_form_sent_twice_reports_once(engine: AsyncEngine, now: datetime, station: int) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    first = await sent(engine, zhou, now)
    assert (await sent(engine, zhou, now)).id == first.id
    assert (await sent(engine, zhou, now, key="key-0002")).id != first.id


async def test_the_reporter_takes_no_step_that_would_write_their_name(
    engine: AsyncEngine, now: datetime, station: int
) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    case = await sent(engine, zhou, now)
    assert all(may(step, case, zhou, now) for step in Step)


async def test_handing_it_over_does_not_break_its_seal(engine: AsyncEngine, now: datetime, station: int) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    lead = await a_person(engine, "liu", "刘站长", "lead", station)
    other = await a_person(engine, "gu", "顾站长", "lead", station)
    case = await sent(engine, zhou, now)
    async with engine.begin() as conn:
        await passing.to_person(conn, case.id, lead, other.id, "请顾站长跟进", now, ALWAYS)
        after = await cases.find(conn, case.id)
    assert after is not None
    assert after.owner == "顾站长"
    assert reports.intact(after)
    assert not reports.intact(replace(after, detail={**after.detail, "key": "another"}))


async def test_the_same_form_sent_twice_at_once_reports_once(engine: AsyncEngine, now: datetime, station: int) -> None:
    zhou = await a_person(engine, "zhou", "周老师", "counsellor", station)
    async with engine.begin() as conn:
        first, _ = await reports.send(conn, zhou, SEEN, "tianning", "key-0001", now)
        second = asyncio.create_task(sent(engine, zhou, now))
        done, _ = await asyncio.wait({second}, timeout=0.5)
        assert not done  # it waits for what the first one makes of it
    assert (await second).id == first
