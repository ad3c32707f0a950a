"""人员: invitations by link, who may look after whom, and what happens to the work of somebody who leaves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from desk_browser import OURS, PAGE, Browser, a_case, post, text
from sqlalchemy import insert, select, update

from bot.store.audit import Act
from bot.store.tables import audit, cases, conversations, invitations, staff, stations
from tests.house import PASSWORD, House, rows

WORDS = "梅花 竹子 兰花 菊花 四君子"


@pytest.fixture
async def places(house: House) -> tuple[int, int]:
    """Two stations: one in Tianning, one in Putuo."""
    async with house.app_engine.begin() as conn:
        made = []
        for slug, name, region in (("tn", "天宁站", "tianning"), ("pt", "普陀站", "putuo")):
            row = insert(stations).values(slug=slug, name=name, region=region).returning(stations.c.id)
            made.append((await conn.execute(row)).scalar_one())
    return made[0], made[1]


async def at(house: House, login: str, role: str, station: int | None = None, region: str | None = None) -> Browser:
    """Sign somebody in who belongs somewhere."""
    browser = await house.staff(login, f"{login}老师", role)
    async with house.app_engine.begin() as conn:
        where = {"station_id": station, "region": region}
        await conn.execute(update(staff).where(staff.c.login == login).values(**where))
    return browser


async def number(house: House, login: str) -> int:
    return next(row.id for row in await rows(house.database_url, staff) if row.login == login)


async def invite(browser: Browser, **given: object) -> tuple[int, str]:
    """Ask for a link: the status, and the link or what is wrong."""
    fields = {"login": "wu-01", "name": "吴老师", "role": "counsellor", "station": "", "region": ""} | given
    status, page = await post(browser, "/desk/people/invitations", **{name: str(said) for name, said in fields.items()})
    link = re.search(r'value="http[^"]*(/desk/invitations/[\w-]+)"', page)
    return status, link[1] if link else page


async def acts(house: House) -> list[str]:
    return [row.act for row in await rows(house.database_url, audit)]


async def test_a_lead_invites_and_the_colleague_chooses_a_password_and_is_in(
    house: House, places: tuple[int, int]
) -> None:
    lead = await at(house, "qian", "lead", places[0])
    _, link = await invite(lead, station=places[0])
    assert "吴老师" in await text(lead, "/desk/people")
    new = house.browser()
    page = await text(new, link)
    assert "吴老师，您好" in page
    assert "天宁站" in page
    answer = await new.post(link, data={"password": WORDS, "again": WORDS}, headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk")
    assert (await new.get("/desk/own", allow_redirects=False)).status == 200
    made = next(row for row in await rows(house.database_url, staff) if row.login == "wu-01")
    assert (made.name, made.role, made.station_id) == ("吴老师", "counsellor", places[0])
    assert {Act.INVITED, Act.JOINED} <= set(await acts(house))


async def test_a_link_is_kept_only_as_a_hash_and_works_once(house: House) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    _, link = await invite(boss)
    [kept] = await rows(house.database_url, invitations)
    assert link.rsplit("/", 1)[1] not in str(tuple(kept))
    assert (await post(house.browser(), link, password=WORDS, again=WORDS))[0] == 303
    assert (await post(house.browser(), link, password=PASSWORD, again=PASSWORD))[0] == 410
    assert (await house.browser().get(link)).status == 410


async def test_a_link_ends_after_seven_days_and_when_it_is_taken_back(house: House) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    _, old = await invite(boss)
    house.clock.forward(timedelta(days=7, seconds=1))
    assert (await house.browser().get(old)).status == 410
    boss = await house.staff("boss", "沈主任", "admin")
    _, link = await invite(boss)
    [found] = re.findall(r"/desk/people/invitations/(\d+)/revoke", await text(boss, "/desk/people"))
    assert (await post(boss, f"/desk/people/invitations/{found}/revoke"))[0] == 303
    assert (await post(house.browser(), link, password=WORDS, again=WORDS))[0] == 410
    assert (await post(boss, f"/desk/people/invitations/{found}/revoke"))[0] == 404


@pytest.mark.parametrize(
    ("password", "again", "why"),
    [("short", "short", "至少 12 个字符"), (WORDS, WORDS + "x", "不一样"), ("wu-01 is my name", "x", "不要有您的账号")],
)
async def test_a_bad_password_leaves_the_link_good(house: House, password: str, again: str, why: str) -> None:
    _, link = await invite(await house.staff("boss", "沈主任", "admin"))
    status, page = await post(house.browser(), link, password=password, again=again)
    assert status == 400
    assert why in page
    assert (await house.browser().get(link)).status == 200


async def test_an_invitation_never_takes_over_an_account(house: House) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    _, link = await invite(boss, login="zhou")
    await house.staff()  # made from the command line meanwhile
    assert (await post(house.browser(), link, password=WORDS, again=WORDS))[0] == 409
    status, page = await invite(boss, login="ZHOU")
    assert status == 400
    assert "已经有人用了" in page


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"login": "x y"}, "账号用"),
        ({"name": ""}, "请写名字"),
        ({"role": "king"}, "更上一级"),
        ({"station": "999"}, "您管的站点"),
        ({"station": "one"}, "您管的站点"),
        ({"role": "supervisor", "region": "没有这个地方"}, "没有找到这个地区"),
    ],
)
async def test_a_wrong_invitation_is_told_and_nothing_typed_is_lost(
    house: House, given: dict[str, str], why: str
) -> None:
    status, page = await invite(await house.staff("boss", "沈主任", "admin"), **given)
    assert status == 400
    assert why in page
    assert f'value="{given.get("login", "wu-01")}"' in page
    assert await rows(house.database_url, invitations) == []


async def test_each_invites_below_themselves_and_inside_their_scope_only(house: House, places: tuple[int, int]) -> None:
    lead = await at(house, "qian", "lead", places[0])
    head = await at(house, "sun", "supervisor", region="tianning")
    assert (await invite(lead, login="a1", station=places[1]))[0] == 400
    assert (await invite(lead, login="a2", station=places[0], role="lead"))[0] == 400
    assert (await invite(lead, login="a3"))[0] == 400
    assert (await invite(head, login="a4", station=places[1]))[0] == 400
    assert (await invite(head, login="a5", station=places[0], role="admin"))[0] == 400
    assert (await invite(head, login="a6", station=places[0], role="lead"))[0] == 200
    assert (await invite(lead, login="a7", station=places[0]))[0] == 200
    assert [row.login for row in await rows(house.database_url, invitations)] == ["a6", "a7"]


async def test_people_outside_ones_scope_do_not_exist(house: House, places: tuple[int, int]) -> None:
    lead = await at(house, "qian", "lead", places[0])
    head = await at(house, "sun", "supervisor", region="tianning")
    await at(house, "near", "counsellor", places[0])
    await at(house, "far", "counsellor", places[1])
    await house.staff("boss", "沈主任", "admin")
    for browser in (lead, head):
        page = await text(browser, "/desk/people")
        assert "near老师" in page
        assert "far老师" not in page
        for login in ("far", "boss"):
            path = f"/desk/people/{await number(house, login)}"
            assert (await browser.get(path)).status == 404
            for step in ("change", "disable", "enable", "sessions", "second-factor"):
                assert (await post(browser, f"{path}/{step}", name="x", capacity="5"))[0] == 404
    assert all(row.active for row in await rows(house.database_url, staff))


async def test_nobody_changes_somebody_above_or_beside_themselves_or_their_own_role(
    house: House, places: tuple[int, int]
) -> None:
    lead = await at(house, "qian", "lead", places[0])
    await at(house, "li", "lead", places[0])
    beside, me = await number(house, "li"), await number(house, "qian")
    assert (await lead.get(f"/desk/people/{beside}")).status == 200
    for step in ("change", "disable", "sessions", "second-factor"):
        assert (await post(lead, f"/desk/people/{beside}/{step}", name="李", capacity="5"))[0] == 403
    assert (await post(lead, f"/desk/people/{me}/disable"))[0] == 403
    given = {"name": "钱站长", "capacity": "7", "role": "admin", "station": str(places[1])}
    assert (await post(lead, f"/desk/people/{me}/change", **given))[0] == 303
    mine = next(row for row in await rows(house.database_url, staff) if row.id == me)
    assert (mine.name, mine.capacity, mine.role, mine.station_id) == ("钱站长", 7, "lead", places[0])


async def test_an_account_is_changed_and_a_new_role_ends_its_sessions(house: House, places: tuple[int, int]) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    zhou = await at(house, "zhou", "counsellor", places[0])
    path = f"/desk/people/{await number(house, 'zhou')}"
    given = {"name": "周主任", "capacity": "3", "role": "counsellor", "station": str(places[1]), "speaks-粤语": "1"}
    assert (await post(boss, f"{path}/change", **given))[0] == 303
    row = next(row for row in await rows(house.database_url, staff) if row.login == "zhou")
    assert (row.name, row.capacity, row.station_id, row.languages) == ("周主任", 3, places[1], ["粤语"])
    assert (await zhou.get("/desk", allow_redirects=False)).status == 200
    assert (
        await post(boss, f"{path}/change", **given | {"role": "supervisor", "station": "", "region": "常州市天宁区"})
    )[0] == 303
    row = next(row for row in await rows(house.database_url, staff) if row.login == "zhou")
    assert (row.role, row.station_id, row.region) == ("supervisor", None, "320402")
    assert (await zhou.get("/desk", headers=PAGE, allow_redirects=False)).status == 303
    for wrong in ({"capacity": "0"}, {"capacity": "many"}, {"capacity": "0050000"}, {"name": ""}):
        assert (await post(boss, f"{path}/change", **given | wrong))[0] == 400


async def test_a_disabled_colleague_is_out_and_their_talk_waits_for_the_next(
    house: House, places: tuple[int, int]
) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    case = await a_case(house)
    zhou = await at(house, "zhou", "counsellor", places[0])
    assert (await post(zhou, f"/desk/cases/{case}/claim"))[0] == 303
    path = f"/desk/people/{await number(house, 'zhou')}"
    assert (await post(boss, f"{path}/disable"))[0] == 303
    assert (await zhou.get("/desk", headers=PAGE, allow_redirects=False)).status == 303
    async with house.app_engine.connect() as conn:
        found = (await conn.execute(select(cases.c.state, cases.c.owner_id))).one()
        holder = await conn.scalar(select(conversations.c.holder))
    assert tuple(found) == ("open", None)
    assert holder == "queue"
    page = await text(boss, f"/desk/cases/{case}")
    assert "老师离开，回到队列" in page
    assert "已经重新排队" in page
    assert Act.DISABLED in await acts(house)
    assert (await post(boss, f"{path}/enable"))[0] == 303
    await house.staff("li", "李老师")
    answer = await house.browser().post(
        "/desk/login", data={"name": "zhou", "password": PASSWORD}, headers=OURS, allow_redirects=False
    )
    assert answer.status == 303


async def test_what_somebody_sent_out_ends_when_they_leave(house: House, places: tuple[int, int]) -> None:
    boss = await house.staff("boss", "沈主任", "admin")
    _, link = await invite(await at(house, "qian", "lead", places[0]), station=places[0])
    assert (await post(boss, f"/desk/people/{await number(house, 'qian')}/disable"))[0] == 303
    assert (await house.browser().get(link)).status == 410


async def test_sessions_and_the_second_factor_are_ended_by_who_looks_after_somebody(
    house: House, places: tuple[int, int]
) -> None:
    lead, zhou = await at(house, "qian", "lead", places[0]), await at(house, "zhou", "counsellor", places[0])
    person = await number(house, "zhou")
    async with house.app_engine.begin() as conn:
        await conn.execute(update(staff).where(staff.c.id == person).values(totp="sealed"))
    assert (await post(lead, f"/desk/people/{person}/second-factor"))[0] == 303
    assert (await zhou.get("/desk", headers=PAGE, allow_redirects=False)).status == 303
    assert next(row for row in await rows(house.database_url, staff) if row.id == person).totp is None
    zhou = await at(house, "zhou", "counsellor", places[0])
    assert (await post(lead, f"/desk/people/{person}/sessions"))[0] == 303
    assert (await zhou.get("/desk", headers=PAGE, allow_redirects=False)).status == 303
    assert {Act.SECOND_FACTOR, Act.REVOKED} <= set(await acts(house))
