"""值班 over HTTP: the week of a station, who plans what, and that nobody sees or changes another station's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from desk_browser import OURS, PAGE, Browser, post, text

from bot.store import audit, duty, people, stations
from bot.store.tables import absences, closures, shifts
from tests.house import KEPT, PASSWORD, House, rows

MORNING = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)  # Tuesday 10:00 in China


class Place:
    """Two stations, each with a counsellor; the first with a lead, and a supervisor of its region."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ids: dict[str, int] = {}

    async def open(self) -> None:
        async with self.house.app_engine.begin() as conn:
            for slug, name, region in (("tianning", "天宁站", "changzhou"), ("putuo", "普陀站", "shanghai")):
                number = await stations.add(conn, slug=slug, name=name, region=region)
                assert number is not None
                self.ids[slug] = number
        for login, role, station in (
            ("shen", "counsellor", "tianning"),
            ("lin", "lead", "tianning"),
            ("far", "counsellor", "putuo"),
            ("farlead", "lead", "putuo"),
        ):
            await self.hire(login, role, station_id=self.ids[station])

    async def hire(self, login: str, role: str, **where: object) -> None:
        async with self.house.app_engine.begin() as conn:
            self.ids[login] = await people.add(
                conn, login=login, name=f"{login} 老师", role=role, password_hash=KEPT, **where
            )

    async def enter(self, login: str) -> Browser:
        browser = self.house.browser()
        given = {"name": login, "password": PASSWORD}
        answer = await browser.post("/desk/login", data=given, headers=OURS, allow_redirects=False)
        assert answer.status == 303
        return browser

    async def plan(self, hours: str = "workday 08:30-12:00", who: str = "shen", station: str = "tianning") -> int:
        async with self.house.app_engine.begin() as conn:
            return await duty.add_shift(
                conn,
                staff_id=self.ids[who],
                station_id=self.ids[station],
                hours=hours,
                from_day=date(2026, 5, 1),
                until_day=None,
            )


@pytest.fixture
async def place(house: House) -> Place:
    house.clock.set(MORNING)
    made = Place(house)
    await made.open()
    return made


async def test_the_week_shows_who_is_there_now_and_who_comes_next(place: Place) -> None:
    await place.plan("workday 08:30-12:00; workday 13:30-17:30")
    await place.plan("sat 09:00-12:00", "lin")
    page = await text(await place.enter("shen"), "/desk/duty")
    assert "8:30-12:00" in page
    assert "13:30-17:30" in page
    now = page[page.index("现在在") : page.index("没有排班的日子")]
    assert "shen 老师" in now
    assert "今天 13:30 shen 老师" in now
    assert "lin 老师</b>" not in now


async def test_holidays_and_make_up_days_are_marked(place: Place) -> None:
    page = await text(await place.enter("shen"), "/desk/duty?week=2026-05-04")
    assert '周一 5 月 4 日 <span class="badge" data-state="warn">休</span>' in page
    assert '周六 5 月 9 日 <span class="badge" data-state="warn">班</span>' in page


async def test_a_lead_plans_changes_and_drops_a_shift(place: Place) -> None:
    lead, station = await place.enter("lin"), str(place.ids["tianning"])
    given = {"station": station, "person": str(place.ids["shen"]), "hours": "工作日 8:30-12:00", "from": "2026-05-12"}
    assert (await post(lead, "/desk/duty/shifts", **given))[0] == 303
    [kept] = await rows(place.house.database_url, shifts)
    assert (kept.hours, kept.from_day, kept.until_day) == ("workday 08:30-12:00", date(2026, 5, 12), None)
    changed = given | {"hours": "每天 9:00-11:00", "until": "2026-06-30"}
    assert (await post(lead, f"/desk/duty/shifts/{kept.id}/save", **changed))[0] == 303
    [kept] = await rows(place.house.database_url, shifts)
    assert (kept.hours, kept.until_day) == ("all 09:00-11:00", date(2026, 6, 30))
    assert (await post(lead, f"/desk/duty/shifts/{kept.id}/remove", station=station))[0] == 303
    assert await rows(place.house.database_url, shifts) == []
    async with place.house.app_engine.connect() as conn:
        trail = await audit.of_subject(conn, f"station:{station}")
    assert [trace.detail["what"] for trace in trail] == ["shift-remove", "shift-save", "shift-add"]


@pytest.mark.parametrize(
    ("path", "given", "words"),
    [
        ("shifts", {"hours": "上午", "from": "2026-05-12"}, "没有看懂"),
        ("shifts", {"hours": "", "from": "2026-05-12"}, "请写上班时间"),
        ("shifts", {"hours": "工作日 8:00-9:00", "from": ""}, "请选从哪天起"),
        ("shifts", {"hours": "工作日 8:00-9:00", "from": "2026-05-12", "until": "2026-05-11"}, "到哪天要在"),
        ("absences", {"from": "2026-05-12T10:00", "until": "2026-05-12T09:00"}, "要晚于"),
        ("absences", {"from": "gestern", "until": "2026-05-12T09:00"}, "请选从什么时候"),
        ("absences", {"from": "0001-01-01T10:00", "until": "0001-01-01T11:00"}, "年份好像不对"),
        ("closures", {"from": "2026-05-12", "note": ""}, "家长会读到"),
        ("closures", {"from": "2026-05-12", "note": "长" * 41}, "最多 40 个字"),
        ("hours", {"hours": "下班以后"}, "没有看懂"),
    ],
)
async def test_a_mistake_is_told_where_it_was_made_and_nothing_is_lost(
    place: Place, path: str, given: dict[str, str], words: str
) -> None:
    more = {"station": str(place.ids["tianning"]), "person": str(place.ids["lin"])}
    status, page = await post(await place.enter("lin"), f"/desk/duty/{path}", **given, **more)
    assert status == 400
    assert words in page
    assert all(value in page for value in given.values())


async def test_somebody_notes_their_own_absence_and_takes_it_back(place: Place) -> None:
    await place.plan()
    browser = await place.enter("shen")
    given = {"from": "2026-05-12T09:00", "until": "2026-05-12T18:00", "note": "培训"}
    assert (await post(browser, "/desk/duty/absences", **given))[0] == 303
    [kept] = await rows(place.house.database_url, absences)
    assert (kept.staff_id, kept.from_at) == (place.ids["shen"], datetime(2026, 5, 12, 1, 0, tzinfo=UTC))
    page = await text(browser, "/desk/duty")
    assert "请假" in page
    assert "没有人</b>" in page
    assert (await post(browser, f"/desk/duty/absences/{kept.id}/remove"))[0] == 303
    assert await rows(place.house.database_url, absences) == []


async def test_a_closure_is_shown_with_its_words_and_only_admins_close_all(place: Place) -> None:
    lead, station = await place.enter("lin"), str(place.ids["tianning"])
    given = {"station": station, "from": "2026-05-13", "note": "站里搬家", "scope": "all"}
    assert (await post(lead, "/desk/duty/closures", **given))[0] == 303
    [kept] = await rows(place.house.database_url, closures)
    assert (kept.station_id, kept.until_day) == (place.ids["tianning"], date(2026, 5, 13))
    assert "站里搬家" in await text(lead, "/desk/duty")
    admin = await place.house.staff("boss", "管理员", "admin")
    assert (await post(admin, "/desk/duty/closures", **given))[0] == 303
    everywhere = [one for one in await rows(place.house.database_url, closures) if one.station_id is None]
    assert len(everywhere) == 1
    assert (await post(lead, f"/desk/duty/closures/{everywhere[0].id}/remove"))[0] == 404
    assert (await post(admin, f"/desk/duty/closures/{everywhere[0].id}/remove"))[0] == 303


async def test_what_belongs_to_another_station_is_not_there(place: Place) -> None:
    station, shift = str(place.ids["tianning"]), await place.plan()
    async with place.house.app_engine.begin() as conn:
        absence = await duty.add_absence(
            conn, staff_id=place.ids["shen"], from_at=MORNING, until_at=MORNING.replace(year=2027)
        )
        closure = await duty.add_closure(
            conn, station_id=place.ids["tianning"], from_day=date(2026, 5, 12), until_day=date(2026, 5, 12), note="x"
        )
    far = await place.enter("farlead")
    day = {"from": "2026-05-12", "hours": "每天 9:00-10:00", "note": "x"}
    for path, given in (
        ("shifts", {"station": station, "person": str(place.ids["shen"]), **day}),
        ("shifts", {"station": str(place.ids["putuo"]), "person": str(place.ids["shen"]), **day}),
        (f"shifts/{shift}/save", {"station": station, **day}),
        (f"shifts/{shift}/remove", {"station": str(place.ids["putuo"])}),
        ("absences", {"person": str(place.ids["shen"]), "from": "2026-05-12T09:00", "until": "2026-05-12T10:00"}),
        (f"absences/{absence}/remove", {}),
        ("closures", {"station": station, **day}),
        (f"closures/{closure}/remove", {}),
        ("hours", {"station": station, **day}),
    ):
        assert (await post(far, f"/desk/duty/{path}", **given))[0] == 404, path
    assert (await far.get(f"/desk/duty?station={station}", headers=PAGE)).status == 404
    assert (await far.get(f"/desk/stations/{station}/code", headers=PAGE)).status == 404
    assert len(await rows(place.house.database_url, shifts)) == 1


async def test_a_counsellor_plans_nothing_for_others(place: Place) -> None:
    browser, station = await place.enter("shen"), str(place.ids["tianning"])
    for path in ("shifts", "shifts/1/save", "shifts/1/remove", "closures", "closures/1/remove", "hours"):
        assert (await post(browser, f"/desk/duty/{path}", station=station))[0] == 403, path
    away = {"person": str(place.ids["lin"]), "from": "2026-05-12T09:00", "until": "2026-05-12T10:00"}
    assert (await post(browser, "/desk/duty/absences", **away))[0] == 404
    assert "排上" not in await text(browser, "/desk/duty")
    outsider = place.house.browser()
    assert (await outsider.get("/desk/duty", headers=PAGE, allow_redirects=False)).status == 303
    assert (await post(outsider, "/desk/duty/hours", station=station))[0] == 401


async def test_a_supervisor_sees_the_stations_of_their_region(place: Place) -> None:
    await place.hire("chief", "supervisor", region="changzhou")
    browser = await place.enter("chief")
    assert "天宁站" in await text(browser, "/desk/duty")
    assert (await browser.get(f"/desk/duty?station={place.ids['putuo']}", headers=PAGE)).status == 404
    given = {"station": str(place.ids["tianning"]), "hours": "每天 8:00-20:00"}
    assert (await post(browser, "/desk/duty/hours", **given))[0] == 303
    assert "每天 8:00-20:00" in await text(browser, "/desk/duty")


async def test_without_stations_the_page_tells_the_hours_of_the_deployment(house: House) -> None:
    page = await text(await house.staff(), "/desk/duty")
    assert "没有设站点，按统一时间：每天 全天" in page
