"""The page of health: everything in words, open when WeChat, the database or the index is not as it should be."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from desk_browser import Browser, post, text

from bot import jobs
from bot.app import SERVICES, build
from bot.demo.wechat.faults import Fault
from bot.settings import Settings
from bot.store import releases, schema, vitals
from bot.store.health import Database, Waiting
from bot.store.vitals import Vital
from bot.web.admin.account import conditions, health
from indexes.engine import SearchEngine
from indexes.live import Live
from tests.house import House

NOW = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)
QUOTA = "openapi/quota/get"


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.staff("shen", "沈主任", "admin")


def told(page: str) -> dict[str, tuple[str, str]]:
    """Read the lines of the page: by name the badge and the sentence."""
    found = re.findall(r'<li><span class="badge" data-state="(\w+)">.*?<b>([^<]+)</b>　(.*?)</p>', page, re.DOTALL)
    return {name: (state, words) for state, name, words in found}


def line(page: str) -> str:
    found = re.search(r'id="line".*?<b>(.*?)</b>', page, re.DOTALL)
    assert found
    return found[1]


async def all_well(house: House) -> None:
    """Let a process tell of its jobs, as it does every ten seconds."""
    now = house.clock()
    pulse = {"every": 1.0, "began": now.isoformat(), "ended": now.isoformat(), "well": now.isoformat(), "seconds": 0.01}
    async with house.app_engine.begin() as conn:
        await conn.exec_driver_sql("DELETE FROM vitals WHERE name LIKE 'jobs:%%'")
        await vitals.tell(conn, "jobs:here:1:ab", {"jobs": {"send": pulse, "publish": pulse}}, now)


@asynccontextmanager
async def locked(house: House, *tables: str) -> AsyncIterator[None]:
    """Keep tables from being read, as a migration or a broken transaction would."""
    async with house.app_engine.connect() as conn, conn.begin() as transaction:
        await conn.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        yield
        await transaction.rollback()


async def test_the_page_tells_of_wechat_index_jobs_database_and_settings(house: House, admin: Browser) -> None:
    await house.say("孩子写作业磨蹭怎么办")
    await post(admin, "/admin/menu/look")  # a call, so that there is a token
    await all_well(house)
    page = await text(admin, "/admin/health")
    lines = told(page)
    assert lines["微信凭证"][0] == "good"
    assert "今天 22:4" in lines["微信凭证"][1]  # two hours from 20:41
    assert lines["收到微信消息"] == ("none", "最近一小时 1 条，一天 1 条。")
    assert lines["等着送出的"] == ("good", "没有。")
    assert lines["在用的"] == ("good", "第 1 版。")
    assert lines["查找"][0] == "warn"  # the house has no dense leg
    assert lines["送出消息"][0] == "good"
    assert lines["数据库"][0] == "good"
    assert lines["公众号"][0] == "good"
    assert "查找" in line(page)
    for secret in (house.settings.wechat_app_secret, house.settings.wechat_token, house.settings.wechat_aes_key):
        assert secret.get_secret_value() not in page
    async with house.app_engine.connect() as conn:
        token = (await conn.exec_driver_sql("SELECT token FROM access_tokens")).scalar_one()
    assert token not in page


async def test_the_settings_stand_here_and_the_overview_only_says_how_many(house: House, admin: Browser) -> None:
    editor = await house.staff("lin", "林编辑", "editor")
    for browser, linked in ((admin, True), (editor, False)):
        page = await text(browser, "/admin")
        assert "项要留意" in page
        assert "没有配置对外地址" not in page
        assert ("看运行状况" in page) == linked
    assert "没有配置对外地址" in await text(admin, "/admin/health")


async def test_a_fault_of_wechat_is_told_with_what_to_do_until_it_is_over(house: House, admin: Browser) -> None:
    house.fake.world.faults.order("get_current_selfmenu_info", Fault(errcode=40164, times=3))
    for row in (1, 2, 3):
        await post(admin, "/admin/menu/look")
        lines = await until_kept(house, admin, lambda body, row=row: body.get("in_a_row") == row)
    state, words = lines["和微信的往来"]
    assert state == "bad"
    for part in ("看菜单时出错", "连着 3 次", "白名单"):
        assert part in words
    await post(admin, "/admin/menu/look")
    lines = await until_kept(house, admin, lambda body: body.get("in_a_row") == 0)
    assert lines["和微信的往来"] == ("good", "现在正常。")


async def until_kept(house: House, admin: Browser, so: Any) -> dict[str, tuple[str, str]]:
    """Wait until the observer, which nobody waits for, has written."""
    for _ in range(200):
        async with house.app_engine.connect() as conn:
            vital = await vitals.find(conn, vitals.WECHAT)
        if vital and so(vital.body):
            return told(await text(admin, "/admin/health"))
    raise AssertionError(vital)


async def test_the_quotas_are_asked_for_on_a_button(house: House, admin: Browser) -> None:
    house.fake.world.limits["qrcode/create"] = 0
    before = len(house.fake.world.calls)
    assert "今天用了" not in await text(admin, "/admin/health")
    assert len(house.fake.world.calls) == before  # opening the page calls nobody
    _, page = await post(admin, "/admin/health/quota")
    lines = told(page)
    assert lines["发消息"] == ("good", "今天用了 0 次，能用 500000 次。")
    assert lines["做二维码"] == ("bad", "今天用了 0 次，能用 0 次。")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(errcode=45009, times=None), "次数用完了"),
        (Fault(raw="nonsense", times=None), "不像是微信说的话"),
        (Fault(raw='{"errcode": 0, "quota": {"used": "many"}}', times=None), "不像是微信说的话"),
        (Fault(errcode=76022, times=None), "微信不告诉"),
    ],
)
async def test_quotas_that_are_refused_are_told(house: House, admin: Browser, fault: Fault, words: str) -> None:
    house.fake.world.faults.order(QUOTA, fault)
    status, page = await post(admin, "/admin/health/quota")
    assert (status, words in page) == (200, True)


async def test_the_page_opens_while_wechat_does_not_answer(
    house: House, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "QUOTA", 0.2)
    house.fake.world.faults.order(QUOTA, Fault(hang=30, times=None))
    status, page = await post(admin, "/admin/health/quota")
    assert (status, "微信没有答复" in page) == (200, True)
    assert "数据库" in told(page)


async def test_the_page_opens_while_parts_of_the_database_hang(
    house: House, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "READING", 0.3)
    async with locked(house, "vitals", "outbox", "releases", "access_tokens", "serving"):
        page = await text(admin, "/admin/health")
    lines = told(page)
    for name in ("后台任务", "等着送出的", "微信凭证", "和微信的往来", "各处", "最近一次建成"):
        assert lines[name] == ("warn", "暂时读不到：数据库没有及时回答。"), name
    assert lines["数据库"][0] == "good"
    assert lines["在用的"][0] == "good"


async def test_processes_that_answer_from_another_release_are_told(house: House, admin: Browser) -> None:
    async with house.app_engine.begin() as conn:
        await releases.serves(conn, "far:1:aa", "an-older-one", house.clock())
    state, words = told(await text(admin, "/admin/health"))["各处"]
    assert (state, "2 处程序里有 1 处" in words) == ("warn", True)


async def test_the_page_opens_without_an_index(house: House, admin: Browser) -> None:
    house.app[SERVICES].live.engine = None
    page = await text(admin, "/admin/health")
    assert told(page)["索引"][0] == "bad"
    assert "索引" in line(page)


async def test_without_an_account_the_page_says_so_and_nothing_can_be_asked(
    database_url: str, tmp_path: Path, search_engine: SearchEngine, house: House
) -> None:
    settings = Settings(data_dir=tmp_path / "bare", second_factor="offered")
    async with TestServer(build(settings, database_url, clock=house.clock, live=Live(search_engine))) as server:
        house.sites.insert(0, server)
        admin = await house.staff("shen", "沈主任", "admin")
        page = await text(admin, "/admin/health")
        assert "没有配置，只有网页对话" in page
        assert "问问微信" not in page
        assert "问不了" in (await post(admin, "/admin/health/quota"))[1]
        for path in ("send", "look"):
            status, page = await post(admin, f"/admin/menu/{path}")
            assert (status, "还没有配置公众号的密钥" in page) == (409, True)


# How the parts are judged.


def pulse(**given: Any) -> dict[str, Any]:
    return {"every": 1.0, "seconds": 0.0, "failures": 0, "failing": 0, "error": "", "began": None, "ended": None} | {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()
    }


def of_jobs(*pulses: dict[str, Any], at: datetime = NOW) -> tuple[str, str]:
    rows = [Vital(f"jobs:{n}", {"jobs": {"send": one}}, at) for n, one in enumerate(pulses)]
    [one] = conditions.jobs(rows, NOW)
    return one.state, one.sentence


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_a_job_is_to_be_mended_only_if_it_fails_hangs_or_has_not_run_for_too_long() -> None:
    assert of_jobs(pulse(began=ago(seconds=3), ended=ago(seconds=2)))[0] == "good"
    assert of_jobs(pulse(began=ago(minutes=5), ended=ago(minutes=4), every=3600.0))[0] == "good"
    assert of_jobs(pulse(began=ago(minutes=5))) == ("good", "刚启动。")
    assert of_jobs(pulse(began=ago(minutes=5), ended=ago(minutes=6)))[0] == "good"  # it works on something long
    assert of_jobs(pulse(began=ago(minutes=6), ended=ago(minutes=5))) == ("bad", "已经 5 分钟没有做了。")
    assert of_jobs(pulse(began=ago(hours=1), ended=ago(hours=2))) == ("bad", "已经做了 60 分钟，还没有做完。")
    failing = pulse(began=ago(seconds=2), ended=ago(seconds=1), failing=3, failures=9, error="OSError")
    assert of_jobs(failing) == ("bad", "连着 3 次没做成（OSError）。")
    mended = pulse(began=ago(seconds=2), ended=ago(seconds=1), failures=9)
    assert of_jobs(mended)[0] == "good"
    assert of_jobs(mended, failing)[0] == of_jobs(failing, mended)[0] == "bad"


def test_every_job_has_words_that_people_understand() -> None:
    written = "".join(file.read_text("utf-8") for file in Path(jobs.__file__).parent.glob("*.py"))
    names = re.findall(r'\bJob\("([^"]+)"', written)
    assert len(names) > 10
    assert set(names) <= set(conditions.JOB_WORDS), (
        "say in JOB_WORDS of bot/web/admin/account/conditions.py what it does"
    )


def test_processes_that_are_gone_do_not_count_and_without_any_it_is_to_be_mended() -> None:
    fine = pulse(began=ago(seconds=3), ended=ago(seconds=2))
    assert of_jobs(fine, at=ago(minutes=2))[0] == "bad"
    assert conditions.jobs([], NOW)[0].state == "bad"


def test_what_waits_is_judged_by_how_long_it_waits() -> None:
    for age, state in ((timedelta(seconds=5), "good"), (timedelta(minutes=6), "warn"), (timedelta(hours=2), "bad")):
        first = next(iter(conditions.lines(Waiting(2, NOW - age, 0, ()), NOW)))
        assert first.state == state
    said = list(conditions.lines(Waiting(0, None, 3, (("太长", 2), ("", 1))), NOW))
    assert [one.sentence for one in said] == ["没有。", "3 条，家长一说话就送到。", "3 条。"]
    assert said[-1].detail == "太长 2 条；没有写明 1 条"


def test_a_database_of_another_version_is_to_be_mended_and_one_that_is_full_to_be_watched() -> None:
    assert [one.state for one in conditions.database(Database(schema.HEAD, 10, 1, 100), schema.HEAD)] == ["good"] * 2
    assert [one.state for one in conditions.database(Database("0001", 10, 90, 100), schema.HEAD)] == ["bad", "warn"]


def test_one_line_says_how_everything_is() -> None:
    good = conditions.Condition("good", "查找", "")
    warn, bad = conditions.Condition("warn", "连接", ""), conditions.Condition("bad", "索引", "")
    assert conditions.summary([good]) == ("good", "一切正常。")
    assert conditions.summary([good, warn]) == ("warn", "有 1 处留意：连接。")
    assert conditions.summary([warn, bad]) == ("bad", "有 1 处要处理：索引。另有 1 处留意。")
    assert [conditions.size(n) for n in (2048, 5 * 1024**2, 3 * 1024**3)] == ["2 KB", "5.0 MB", "3.0 GB"]
