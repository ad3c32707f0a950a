"""Publishing under load: `python -m tests.bench.publish_load [--seconds 40 --parents 50]`.

Two web processes and one for the jobs; a chief publishes once a second over HTTP while parents ask. What is wrong: a
request that fails, an answer of two releases, a release that is not published. Exit status 1 when anything is.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock
from bot.store import changes, people, releases
from bot.store.database import open_engine
from bot.store.people import Staff
from bot.store.tables import changes as table
from bot.web.accounts import hash_password
from knowledge import files
from knowledge.amend import encode
from knowledge.editorial import State
from tests.bench.desk_load import PASSWORD, Size, complaints, figures, site
from tests.bench.desk_people import BROKEN, OURS

KEY = "screens-junior-phone-conflict"
WORDS = "把路由器藏进米缸里他也翻得出来"
PAUSE = 1.5  # seconds between two questions of a parent
SETTLE = 20.0
_MARK = re.compile(r"记号(\d+)([甲乙])")


@dataclass
class Seen:
    """What was measured."""

    ends: float
    wrong: Counter[str] = field(default_factory=Counter)
    asked: list[float] = field(default_factory=list)
    releases: Counter[int] = field(default_factory=Counter)  # answers by release
    live: list[float] = field(default_factory=list)  # from click to the pointer
    everywhere: list[float] = field(default_factory=list)  # from click until all processes say so


def body(number: int) -> dict[str, Any]:
    """The entry as it is in the release of a number: the mark stands at both ends of what is said."""
    held = encode(files.load().entries[KEY])
    wordings, brief = held["wordings"], str(held["brief"])
    assert isinstance(wordings, list)
    first, *rest = brief.split("1. ", 1)
    return {**held, "wordings": [*wordings[1:], WORDS], "brief": f"{first}1. 记号{number}甲。{rest[0]}记号{number}乙。"}


async def parent(url: str, seen: Seen, at: int) -> None:
    """Ask again and again, each time as somebody new."""
    await asyncio.sleep(at * PAUSE / 50)
    while time.time() < seen.ends:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            began = time.time()
            try:
                async with session.get(f"{url}/chat") as page:
                    seen.wrong.update([f"page {page.status}"] if page.status != 200 else [])
                given = {"text": WORDS, "key": secrets.token_hex(12), "after": 0}
                async with session.post(f"{url}/chat/say", json=given, headers=OURS) as answer:
                    lines = (await answer.json())["lines"] if answer.status == 200 else []
                    judge(answer.status, "".join(line["html"] for line in lines), seen)
            except BROKEN as error:
                seen.wrong[type(error).__name__] += 1
            seen.asked.append(time.time() - began)
        await asyncio.sleep(PAUSE)


def judge(status: int, said: str, seen: Seen) -> None:
    """Look at an answer: all of it is of one release."""
    if status != 200:
        seen.wrong[f"say {status}"] += 1
    found = set(_MARK.findall(said))
    numbers, ends = {number for number, _ in found}, {end for _, end in found}
    if len(numbers) > 1 or len(ends) == 1:
        seen.wrong["mixed answer"] += 1
    seen.releases.update(int(number) for number in numbers)


async def approved(engine: AsyncEngine, staff: Staff, number: int) -> int:
    """Put the next change there, as a colleague would have approved it."""
    async with engine.begin() as conn:
        change = await changes.save(conn, staff, "entry", KEY, body(number), title="手机", seen=0, now=clock.now())
        await conn.execute(update(table).where(table.c.id == change).values(state=State.APPROVED))
    return change


async def chief(url: str, engine: AsyncEngine, staff: Staff, seen: Seen) -> int:
    """Publish once a second; how many were asked for."""
    made = 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.post(f"{url}/desk/login", data={"name": "boss", "password": PASSWORD}, headers=OURS)
        while time.time() < seen.ends:
            change = await approved(engine, staff, made + 1)
            clicked = time.time()
            given = {f"change-{change}": "1", "step": "publish"}
            async with session.post(f"{url}/admin/publish", data=given, headers=OURS, allow_redirects=False) as told:
                if told.status != 303:
                    seen.wrong[f"publish {told.status}"] += 1
            made += 1
            await live(engine, change, clicked, seen)
            await asyncio.sleep(max(0.0, clicked + 1 - time.time()))
    return made


async def live(engine: AsyncEngine, change: int, clicked: float, seen: Seen) -> None:
    """Wait until the release is live, then until every process answers from it."""
    pointed = False
    while time.time() < clicked + SETTLE:
        async with engine.begin() as conn:
            one = next(one for one in await releases.listed(conn, 3) if change in one.new)
            served = await releases.served(conn, clock.now() - timedelta(seconds=30))
        if one.state in (releases.REFUSED, releases.FAILED):
            seen.wrong[str(one.report)] += 1
            return
        if one.live_at is not None and not pointed:
            pointed = True
            seen.live.append(one.live_at.timestamp() - clicked)
        if pointed and set(served.values()) == {one.directory}:
            seen.everywhere.append(time.time() - clicked)
            return
        await asyncio.sleep(0.02)
    seen.wrong["not everywhere"] += 1


async def run(folder: Path, seconds: float, parents: int) -> int:
    """Do it all, and print what it came to; the exit status."""
    async with site(folder, Size(seconds / 60, parents, 0)) as (url, _, processes):
        engine = open_engine(psutil.Process(processes[0].pid).environ()["BOT_DATABASE_URL"])
        async with engine.begin() as conn:
            await people.add(
                conn, login="boss", name="沈主任", role="chief-editor", password_hash=hash_password(PASSWORD)
            )
            staff = await people.named(conn, "boss")
        assert staff is not None
        seen = Seen(time.time() + seconds)
        made, *_ = await asyncio.gather(
            chief(url, engine, staff, seen), *(parent(url, seen, at) for at in range(parents))
        )
        await engine.dispose()
        log = complaints(folder / "server.log")
    print(f"{made} releases, {len(seen.asked)} questions of {parents} parents in {seconds:.0f} s")
    print(figures("a question and its answer", seen.asked))
    print(figures("from click to live", seen.live))
    print(figures("from click to every process", seen.everywhere))
    print(f"answers by release: {dict(sorted(seen.releases.items()))}")
    print("log:", dict(log.most_common(8)))
    print("wrong:", dict(seen.wrong) or "no request failed, no answer of two releases")
    return 1 if seen.wrong else 0


def main() -> None:
    """Read what is asked for and run it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seconds", type=float, default=40.0)
    reader.add_argument("--parents", type=int, default=50)
    given = reader.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="bench-publish-") as folder:
        sys.exit(asyncio.run(run(Path(folder), given.seconds, given.parents)))


if __name__ == "__main__":
    main()
