"""The whole table of staff routes, whoever added them: signed in, with the right role, from our pages, in one's scope.

A route with a placeholder that is new here fails
`test_every_placeholder_has_a_sample` until SAMPLES has a value for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from aiohttp import web
from desk_browser import OURS, PAGE, Browser
from sqlalchemy import insert, update

from bot.handoff.kinds import KINDS
from bot.store.people import Role
from bot.store.tables import cases, conversations, files, parents, staff, stations
from bot.web.permissions import MAY, permission_of
from bot.web.security import HEADERS
from tests.house import House

# The number of a case, under whichever name: here a colleague of another station must find nothing.
OF_CASE = {"cases/{id}", "suggestions/{id}", "reports/{id}", "quality/{id}"}
# What stands in place of a placeholder: by the segment before it and its name. Not needed for {x:a|b|c}: all are tried.
SAMPLES = dict.fromkeys(OF_CASE, "1") | {
    "media/{media}": "1",
    "lines/{line}": "1",
    "canned/{id}": "1",
    "absences/{id}": "1",
    "closures/{id}": "1",
    "shifts/{id}": "1",
    "stations/{station}": "1",
    "entries/{id}": "screens-junior-phone-conflict",
    "imports/{id}": "1",
    "{sort}/{id}": "changzhou-96111",
    "listing/{id}": "changzhou-96111",
    "publish/{number}": "1",
    "detections/{conversation}": "1",
    "missed/{conversation}": "1",
    "{conversation}/{id}": "1",
    "{sort}/{key}": "note",
    "words/{key}": "welcome.hello",
    "invitations/{token}": "x" * 43,
    "invitations/{invitation}": "1",
    "sessions/{session}": "1",
    "people/{person}": "1",
    "bookings/{booking}": "1",
    "slots/{slot}": "1",
    "families/{conversation}": "1",
    "exam/{id}": "1",
    "trials/{id}": "1",
    "units/{id}": "1",
    "unanswered/{id}": "1",
    "digest/{week}": "2026-05-11",
    "pool/{id}": "1",
    "engagements/{engagement}": "1",
    "training/{id}": "1",
}
# Nobody need be signed in for these.
OPEN = {
    ("GET", "/desk/login"),
    ("POST", "/desk/login"),
    ("GET", "/desk/login/code"),
    ("POST", "/desk/login/code"),
    ("POST", "/desk/logout"),
    ("GET", "/desk/invitations/{token}"),
    ("POST", "/desk/invitations/{token}"),
}
_PLACEHOLDER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")
_CHOICE = re.compile(r"[\w-]+(?:\|[\w-]+)+")


def staff_routes(app: web.Application) -> Iterator[tuple[str, str, str | None]]:
    """Give method, pattern and permission of everything under /desk and /admin."""
    for route in app.router.routes():
        resource = route.resource
        if resource is None or route.method == "HEAD" or not resource.canonical.startswith(("/desk", "/admin")):
            continue
        info = resource.get_info()
        pattern = str(info.get("path") or _written(info["pattern"].pattern))
        yield route.method, pattern, permission_of(route.handler)


def _written(pattern: str) -> str:
    """Give a route's pattern back as it stands in the table: {id:\\d{1,18}}."""
    return re.sub(r"\\([-/.])", r"\1", _named(pattern))


def _named(pattern: str) -> str:
    made, at = "", 0
    while (found := pattern.find("(?P<", at)) >= 0:
        name_end = pattern.index(">", found)
        depth, end = 1, name_end + 1
        while depth:
            depth += {"(": 1, ")": -1}.get(pattern[end], 0)
            end += 1
        made += pattern[at:found] + "{" + pattern[found + 4 : name_end] + ":" + pattern[name_end + 1 : end - 1] + "}"
        at = end
    return made + pattern[at:]


def plain(pattern: str) -> str:
    return _PLACEHOLDER.sub(r"{\1}", pattern)


def holes(pattern: str) -> list[tuple[str, list[str] | None]]:
    """Give each placeholder as a key of SAMPLES, with the values to be tried; None where there is no sample."""
    found: list[tuple[str, list[str] | None]] = []
    canonical = plain(pattern).split("/")
    for name, rule in _PLACEHOLDER.findall(pattern):
        at = next(n for n, part in enumerate(canonical) if "{" + name + "}" in part)
        key = f"{canonical[at - 1]}/{{{name}}}"
        choice = rule.split("|") if _CHOICE.fullmatch(rule) else None
        found.append((key, choice or ([SAMPLES[key]] if key in SAMPLES else None)))
    return found


def paths(pattern: str) -> list[str]:
    """Give the addresses to be tried for a pattern."""
    parts = _PLACEHOLDER.split(pattern)[::3]
    values = [tried or ["1"] for _, tried in holes(pattern)]
    filled = (zip(parts, (*chosen, ""), strict=True) for chosen in product(*values))
    return ["".join(part + value for part, value in pairs) for pairs in filled]


def guarded(house: House) -> list[tuple[str, str, str]]:
    """Give method, address and permission of everything that needs somebody to be signed in."""
    rows = [row for row in staff_routes(house.app) if (row[0], plain(row[1])) not in OPEN]
    return [(method, path, may) for method, pattern, may in rows if may is not None for path in paths(pattern)]


async def tried(browser: Browser, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Ask, and do not wait for a stream to end: the status and where it leads."""
    given = OURS | PAGE | headers
    async with browser.request(method, path, headers=given, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


def test_a_pattern_is_read_as_it_stands_in_the_table() -> None:
    pattern = r"/desk/cases/{id:\d{1,18}}/{step:claim|close}"
    assert plain(pattern) == "/desk/cases/{id}/{step}"
    assert paths(pattern) == ["/desk/cases/1/claim", "/desk/cases/1/close"]
    assert holes("/desk/nothing/{what}") == [("nothing/{what}", None)]


async def test_every_placeholder_has_a_sample(house: House) -> None:
    missing = {key for _, pattern, _ in staff_routes(house.app) for key, value in holes(pattern) if value is None}
    assert not missing, f"add a sample value for {sorted(missing)} to SAMPLES of tests/web/test_permissions.py"


async def test_every_route_has_a_permission_or_is_named_as_open(house: House) -> None:
    found = list(staff_routes(house.app))
    assert len(found) > 30
    open_ = {(method, plain(pattern)) for method, pattern, may in found if may is None}
    assert open_ == OPEN, "a route of staff without a permission: give it one in bot/web/routes.py"
    assert {may for _, _, may in found if may} <= set(MAY)


async def test_an_outsider_is_led_to_the_login_and_back(house: House) -> None:
    browser = house.browser()
    for method, path, _ in guarded(house):
        status, leads = await tried(browser, method, path)
        if method == "GET":
            assert (status, leads) == (303, f"/desk/login?next={path}"), path
            assert (await tried(browser, method, path, Accept="text/event-stream"))[0] == 401, path
        else:
            assert status == 401, path


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_without_the_permission_is_refused(house: House, role: Role) -> None:
    browser, refused = await house.staff("someone", "某老师", role), 0
    for method, path, permission in guarded(house):
        if role not in MAY[permission]:
            refused += 1
            async with browser.request(method, path, headers=OURS | PAGE, allow_redirects=False) as answer:
                assert answer.status == 403, (role, method, path)
                assert "您的账号不能打开这一页" in await answer.text()
    assert (refused > 0) == (role != Role.ADMIN)


async def test_nothing_is_changed_from_another_site(house: House) -> None:
    browser = await house.staff("boss", "沈主任", "admin")
    posts = [(method, paths(pattern)) for method, pattern, _ in staff_routes(house.app) if method != "GET"]
    assert {method for method, _ in posts} == {"POST"}
    for path in (path for _, tried_ in posts for path in tried_):
        for site in ("cross-site", "same-site"):
            async with browser.post(path, headers={"Sec-Fetch-Site": site}, allow_redirects=False) as answer:
                assert answer.status == 403, path
                assert "不是从我们的页面发来的" in await answer.text()


async def test_every_answer_carries_the_headers(house: House) -> None:
    browser = house.browser()
    for method, path, _ in guarded(house):
        async with browser.request(method, path, headers=OURS | PAGE, allow_redirects=False) as answer:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (path, name)
            assert answer.headers["Cache-Control"] == "no-store"


# Scope: a colleague of another station does not even learn that a case is there.


async def two_stations(house: House) -> tuple[Browser, dict[str, Browser], list[int]]:
    """Make two stations of one district: a lead who holds cases of each kind at the first, colleagues at the second."""
    here, there = await house.staff("here", "周站长", "lead"), await house.staff("there", "吴老师")
    lead = await house.staff("lead", "钱站长", "lead")
    async with house.app_engine.begin() as conn:
        ids = []
        for slug in ("tianning", "zhonglou"):
            row = insert(stations).values(slug=slug, name=slug, region="changzhou-tianning").returning(stations.c.id)
            ids.append((await conn.execute(row)).scalar_one())
        for login, station in (("here", ids[0]), ("there", ids[1]), ("lead", ids[1])):
            await conn.execute(update(staff).where(staff.c.login == login).values(station_id=station))
        owner = (await conn.execute(staff.select().where(staff.c.login == "here"))).one().id
        numbers = [await _case(conn, kind, ids[0], owner, house.clock()) for kind in KINDS]
        await conn.execute(insert(files).values(case_id=numbers[list(KINDS).index("file")], consent="given"))
        numbers.append(await _case(conn, "chat", ids[0], owner, house.clock(), state="closed"))
    return here, {"counsellor": there, "lead": lead}, numbers


async def _case(conn: Any, kind: str, station: int, owner: int, now: Any, state: str = "claimed") -> int:
    who = insert(parents).values(channel="web", sender=f"visitor-{kind}-{state}").returning(parents.c.id)
    parent = (await conn.execute(who)).scalar_one()
    talk = insert(conversations).values(parent_id=parent).returning(conversations.c.id)
    values = {
        "conversation_id": (await conn.execute(talk)).scalar_one(),
        "kind": kind,
        "state": state,
        "station_id": station,
        "owner_id": owner,
        "opened_at": now,
        "due_at": now,
        "claimed_at": now,
        "answered_at": now,
        "closed_at": now if state == "closed" else None,
    }
    number: int = (await conn.execute(insert(cases).values(**values).returning(cases.c.id))).scalar_one()
    return number


def of_case(house: House) -> list[tuple[str, str, str]]:
    """Give method, address and permission of every route with the number of a case; {case} stands for the number."""
    made = []
    for method, pattern, may in staff_routes(house.app):
        for key in OF_CASE & {key for key, _ in holes(pattern)}:
            name = key.split("/")[0]
            numbered = re.compile(rf"/{name}/1(?=/|$)")
            made += [(method, numbered.sub(f"/{name}/{{case}}", path, count=1), may or "") for path in paths(pattern)]
    return made


async def test_a_colleague_of_another_station_finds_no_case_behind_any_route(house: House) -> None:
    _, colleagues, numbers = await two_stations(house)
    assert len(of_case(house)) > 5
    for method, path, may in of_case(house):
        for role, browser in colleagues.items():
            expected = 404 if role in MAY[may] else 403
            for number in numbers:
                status, _ = await tried(browser, method, path.format(case=number))
                assert status == expected, (role, method, path, number)


async def test_who_holds_the_cases_finds_them_behind_the_same_routes(house: House) -> None:
    """The other half of the test above: a route that is 404 for everybody would prove nothing there."""
    holder, _, numbers = await two_stations(house)
    for method, path, _ in of_case(house):
        if re.search(r"/\d+(?:/|$)", path):  # a thing of the case that is not there
            continue
        found = []
        for number in numbers:
            found.append((await tried(holder, method, path.format(case=number)))[0])
            if found[-1] != 404:
                break
        assert found[-1] != 404, (method, path)


async def test_a_number_without_a_case_looks_just_the_same(house: House) -> None:
    _, colleagues, numbers = await two_stations(house)
    pages = []
    for number in (numbers[0], 999_999):
        answer = await colleagues["counsellor"].get(f"/desk/cases/{number}", headers=PAGE)
        assert answer.status == 404
        pages.append(await answer.text())
    assert pages[0] == pages[1]
