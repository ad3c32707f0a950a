"""The desk under load: `python -m tests.bench.desk_load [--minutes 5 --parents 200 --counsellors 20]`.

Two web processes and one for the jobs on one database; half of the parents at the chat page, half in the stand-in for
WeChat. Every parent asks for a person; the counsellors take them from the queue, all at once, and answer each line.
At the end every line of both sides is compared: lost, doubled, out of order. Exit status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from aiohttp.test_utils import TestServer

from bot import clock
from bot.demo.wechat import Account, FakeWeChat
from bot.store import embedded, people, schema
from bot.store.database import open_engine
from bot.web.accounts import hash_password
from indexes.build import build as build_index
from indexes.live import write_pointer
from knowledge import files
from knowledge.release import freeze
from tests.bench.__main__ import free_port, until
from tests.bench.desk_people import CALL, Counsellor, Ledger, WebParent, WeChatParent, marks

PASSWORD = "a long enough password"
PAUSE = 8.0  # seconds between two lines of a parent, about: quick for somebody who types on a phone
FIRST = 300  # of the talks: smaller ones would read as telephone numbers (110, 120), and pages make links of these
SETTLE = 30.0  # seconds for what is on its way at the end
Parent = WebParent | WeChatParent
Line = tuple[int, int]  # talk and number


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked for."""

    minutes: float
    parents: int
    counsellors: int


@dataclass
class Evening:
    """Everybody, and the talks that have begun: case by talk."""

    size: Size
    ledger: Ledger
    parents: list[Parent]
    counsellors: list[Counsellor]
    ends: float = 0.0
    taken: dict[int, tuple[Counsellor, int]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


async def parent_talks(evening: Evening, parent: Parent) -> None:
    """Ask for a person, wait for one, then say a line every few seconds."""
    await asyncio.sleep(random.uniform(0, PAUSE * 2))
    evening.tasks.append(await parent.enter())
    parent.sent[parent.talk, 0] = time.time()
    for _ in range(20):
        if await parent.write(f"{CALL} kp{parent.talk}n0e"):
            break
        await asyncio.sleep(PAUSE)
    number = 1
    while time.time() < evening.ends:
        await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE)
        if parent.talk in evening.taken and time.time() < evening.ends:
            await parent.says(number)
            number += 1


async def counsellor_works(evening: Evening, mine: Counsellor) -> None:
    """Take who waits while there are any, and answer in every talk what has come since."""
    evening.tasks.append(await mine.enter(PASSWORD))
    share = -(-evening.size.parents // evening.size.counsellors) + 2
    answered: dict[int, int] = defaultdict(int)
    while time.time() < evening.ends:
        if len(mine.ears) < share and len(evening.taken) < evening.size.parents:
            await take_one(evening, mine)
        for case, ear in list(mine.ears.items()):
            if len(ear.heard) > answered[case] and time.time() < evening.ends:
                talk = ear.heard[-1][0][0]
                answered[case] = len(ear.heard)
                number = sum(1 for one, _ in mine.sent if one == talk)
                await mine.says(case, talk, number)
        await asyncio.sleep(0.2)


async def take_one(evening: Evening, mine: Counsellor) -> None:
    """Press 接手 on one of the first rows, as everybody does; whoever wins opens the case."""
    waiting = [case for case in mine.waiting()[:20] if case not in mine.ears]
    if not waiting:
        return
    case = random.choice(waiting)
    if await mine.claim(case):
        task, _ = await mine.open(case)
        evening.tasks.append(task)
        for (talk, _), _ in mine.ears[case].heard[:1]:
            evening.taken[talk] = (mine, case)


def compare(evening: Evening) -> tuple[Counter[str], list[float], list[float]]:
    """Compare what was said with what was heard, both ways; wrongs, and seconds to the desk and to the parents."""
    wrong: Counter[str] = Counter()
    to_desk: list[float] = []
    to_parent: list[float] = []
    for parent in evening.parents:
        talk = parent.talk
        if talk not in evening.taken:
            wrong["talks that nobody took"] += 1
            continue
        theirs, case = evening.taken[talk]
        ours = {one: at for one, at in theirs.sent.items() if one[0] == talk}
        heard = theirs.ears[case].heard
        wrong.update(one_way("to the desk", parent.sent, heard, to_desk))
        wrong.update(one_way(f"to {type(parent).__name__}", ours, parent.heard(), to_parent))
    return wrong, to_desk, to_parent


def one_way(name: str, said: dict[Line, float], heard: list[tuple[Line, float]], took: list[float]) -> Counter[str]:
    """Compare one direction of one talk."""
    lines, counts = [one for one, _ in heard], Counter(one for one, _ in heard)
    first = list(dict.fromkeys(lines))
    took += [at - said[one] for one, at in heard if one in said and one[1] > 0]  # 0 came before anybody listened
    return +Counter(
        {
            f"lost {name}": sum(one not in counts for one in said),
            f"doubled {name}": sum(count > 1 for count in counts.values()),
            f"out of order {name}": int(first != sorted(first)),
            f"never said {name}": sum(one not in said for one in counts),
        }
    )


def figures(name: str, took: list[float]) -> str:
    """Say how long lines took."""
    if len(took) < 2:
        return f"{name}: {len(took)} lines"
    cuts = statistics.quantiles(took, n=100)
    p50, p95, p99 = (f"{cuts[at] * 1000:.0f}" for at in (49, 94, 98))
    return f"{name}: {len(took)} lines, p50 {p50} p95 {p95} p99 {p99} max {max(took) * 1000:.0f} ms"


async def settle(evening: Evening) -> None:
    """Give what is on its way the time to come."""
    for _ in range(int(SETTLE / 0.5)):
        if not any(name.startswith("lost") for name in compare(evening)[0]):
            break
        await asyncio.sleep(0.5)


async def look_again(evening: Evening) -> None:
    """Say of lines that did not come by a web parent's stream whether they stand on a page opened anew."""
    for parent in evening.parents:
        if parent.talk not in evening.taken or not isinstance(parent, WebParent):
            continue
        said = {one for one in evening.taken[parent.talk][0].sent if one[0] == parent.talk}
        if missing := sorted(said - {one for one, _ in parent.heard()}):
            async with parent.session.get(f"{parent.url}/chat") as response:
                shown = set(marks(await response.text(), "c"))
            print(f"not streamed to parent {parent.talk}: {missing}, on the page: {sorted(shown & set(missing))}")


def start(environment: dict[str, str], port: int) -> list[subprocess.Popen[bytes]]:
    """Start two web processes, which share the port, and one for the jobs."""
    with (Path(environment["BOT_DATA_DIR"]) / "server.log").open("ab") as log:
        given = {"stdout": log, "stderr": log}
        command = [sys.executable, "-m", "bot", "serve", "--only"]
        ports = {"web": str(port), "jobs": "0"}
        return [
            subprocess.Popen([*command, kind], env={**environment, "BOT_PORT": ports[kind]}, **given)
            for kind in ("web", "web", "jobs")
        ]


@contextlib.asynccontextmanager
async def site(folder: Path, size: Size) -> AsyncIterator[tuple[str, FakeWeChat, list[subprocess.Popen[bytes]]]]:
    """Start WeChat's stand-in, the database and the three processes."""
    write_pointer(folder / "indexes", build_index(freeze(files.load(), 1), folder / "indexes", model="hashing").name)
    port = free_port()
    fake = FakeWeChat(Account(f"http://127.0.0.1:{port}/wechat"), clock=clock.now, rng=random.Random(7))
    server = TestServer(fake.app())
    await server.start_server()
    account = fake.world.account
    with embedded.running(folder) as database:
        engine = open_engine(database)
        await schema.upgrade(engine)
        hashed = hash_password(PASSWORD)
        async with engine.begin() as conn:
            for number in range(size.counsellors):
                await people.add(
                    conn, login=f"t{number}", name=f"{number} 号老师", role="counsellor", password_hash=hashed
                )
        await engine.dispose()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BOT_")},
            "BOT_DATA_DIR": str(folder),
            "BOT_DATABASE_URL": database,
            "BOT_EMBEDDING_MODEL": "hashing",
            "BOT_DUTY_HOURS": "all 00:00-00:00",
            "BOT_SECOND_FACTOR": "offered",
            "BOT_WECHAT_TOKEN": account.token,
            "BOT_WECHAT_APP_ID": account.app_id,
            "BOT_WECHAT_APP_SECRET": account.app_secret,
            "BOT_WECHAT_AES_KEY": account.aes_key,
            "BOT_WECHAT_API_BASE": str(server.make_url("")).rstrip("/"),
        }
        processes = start(environment, port)
        try:
            await asyncio.to_thread(until, f"http://127.0.0.1:{port}/health/ready", '"ready": true', 120)
            await asyncio.sleep(5)  # the second one too
            yield f"http://127.0.0.1:{port}", fake, processes
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
            await server.close()


async def run(folder: Path, size: Size) -> int:
    """Let the evening happen and print what it came to; the exit status."""
    async with site(folder, size) as (url, fake, processes):
        ledger = Ledger()
        parents: list[Parent] = [
            WeChatParent(talk, fake, ledger) if talk % 2 else WebParent(talk, url, ledger)
            for talk in range(FIRST, FIRST + size.parents)
        ]
        staff = [Counsellor(f"t{number}", url, ledger) for number in range(size.counsellors)]
        evening = Evening(size, ledger, parents, staff, time.time() + size.minutes * 60)
        began = time.time()
        await asyncio.gather(
            *(parent_talks(evening, parent) for parent in parents),
            *(counsellor_works(evening, one) for one in staff),
        )
        seconds = time.time() - began
        await settle(evening)
        await look_again(evening)
        running = [psutil.Process(process.pid) for process in processes]
        status = report(evening, seconds, running, complaints(folder / "server.log"))
        for task in evening.tasks:
            task.cancel()
        await asyncio.gather(*evening.tasks, return_exceptions=True)
        for person in (*parents, *staff):
            await person.leave()
    return status


def complaints(path: Path) -> Counter[str]:
    """Count what the servers complained of, without the moments."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"\[(?:warning|error)\s*\] (.*)", re.sub(r"\x1b\[[0-9;]*m", "", text))
    return Counter(" ".join(re.sub(r"\d+", "n", line).split())[:100] for line in found)


def report(evening: Evening, seconds: float, processes: list[psutil.Process], log: Counter[str]) -> int:
    """Print the figures; 1 when a line was lost, doubled or out of order."""
    wrong, to_desk, to_parent = compare(evening)
    said = sum(len(one.sent) for one in (*evening.parents, *evening.counsellors))
    print(f"{evening.size.parents} parents, {evening.size.counsellors} counsellors, {seconds:.0f} s, "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    print(f"talks taken {len(evening.taken)}, lines {said}, {said / seconds:.1f} a second")
    print(figures("from a parent's post to the counsellor's stream", to_desk))
    print(figures("from a counsellor's post to the parent's stream or phone", to_parent))
    print(f"claims that raced: {evening.ledger.raced}; streams opened again: {evening.ledger.reopened}")
    print("answers:", json.dumps(dict(sorted(evening.ledger.answers.items())), ensure_ascii=False))
    print("memory MB:", [round(process.memory_info().rss / 2**20) for process in processes],
          "processor s:", [round(sum(process.cpu_times()[:2])) for process in processes])  # fmt: skip
    print("log:", json.dumps(dict(log.most_common(12)), ensure_ascii=False))
    print("wrong:", dict(wrong) or "nothing lost, nothing doubled, everything in order")
    return 1 if wrong else 0


def main() -> None:
    """Read what is asked for and run it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--minutes", type=float, default=5.0)
    reader.add_argument("--parents", type=int, default=200)
    reader.add_argument("--counsellors", type=int, default=20)
    given = reader.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        sys.exit(asyncio.run(run(Path(folder), Size(given.minutes, given.parents, given.counsellors))))


if __name__ == "__main__":
    main()
