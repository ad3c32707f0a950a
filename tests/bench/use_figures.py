"""`python -m tests.bench.use_figures`: how long the admin's figures take at a million acts over a year.

Fills a private database (a minute or two) and opens the page and its exports for several periods. BENCH_FOLDER keeps it
between runs; BENCH_ROUNDS is how often each is opened.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot import clock
from bot.app import SERVICES, build
from bot.settings import Settings
from bot.store import embedded, people, schema, sessions
from bot.store.database import open_engine
from indexes.build import build as build_index
from indexes.engine import SearchEngine
from indexes.live import Live
from knowledge import files
from knowledge.release import freeze
from tests.bench.desk_pages import LIMIT, _ago, opened
from tests.house import KEPT

ACTS, TALKS, DAYS = 1_000_000, 60_000, 365
_DAYS = (1, 7, 30, 90, 365)

# Of act n: the parents who wrote lately write again; half of what is asked is of forty entries, as it is.
_ENTRY = "CASE WHEN n % 2 = 0 THEN 1 + n * 7 % 40 ELSE 1 + n * 13 % {entries} END"
STEPS = (
    "INSERT INTO parents (channel, sender) SELECT 'web', 'v' || n FROM generate_series(1, {talks}) n",
    "INSERT INTO conversations (parent_id) SELECT id FROM parents",
    """INSERT INTO turns (conversation_id, at, channel, intent, outcome, entries, listings, region, stage)
    SELECT CASE WHEN n % 50 > 0 THEN 1 + (n / 20 + n * 37 % 4000) % {talks} END,
        now() - ({acts} - n) * interval '1 day' * {days} / {acts}, 'web', 'guidance',
        CASE WHEN n % 40 = 0 THEN 'person' ELSE
            (ARRAY['answered','answered','answered','answered','clarified','abstained','started','other'])
                [1 + n * 11 % 8]
        END,
        CASE WHEN n * 11 % 8 < 4 THEN jsonb_build_array(({keys})[{entry}]) ELSE '[]' END,
        CASE WHEN n % 12 = 0 THEN jsonb_build_array(({services})[1 + n * 3 % 60]) ELSE '[]' END,
        (ARRAY['changzhou', 'putuo', 'baoji', 'yubei', 'jincheng', NULL])[1 + n % 6],
        (ARRAY['primary', 'junior', 'senior', 'preschool', NULL])[1 + n * 17 % 5]
    FROM generate_series(1, {acts}) n""",
    """INSERT INTO feedback (conversation_id, entry_id, verdict, at)
    SELECT 1 + n % {talks}, ({keys})[1 + n % 40], CASE WHEN n % 4 > 0 THEN 'yes' ELSE 'no' END,
        now() - n * interval '1 day' * {days} / 100000 FROM generate_series(1, 100000) n""",
    """INSERT INTO reads (entry_id, day, times) SELECT ({keys})[1 + n % 40], current_date - n / 40, 3
    FROM generate_series(1, 40 * {days}) n""",
)


def _array(keys: list[str]) -> str:
    return "ARRAY[" + ",".join(f"'{key}'" for key in keys) + "]"


async def fill(engine: AsyncEngine) -> None:
    """Fill an empty database and gather what the planner needs to know."""
    library = files.load()
    keys, services = sorted(library.entries), sorted(library.listings)[:60]
    held = {"keys": _array(keys), "services": _array(services), "talks": TALKS, "acts": ACTS, "days": DAYS}
    async with engine.begin() as conn:
        await conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
        for step in STEPS:
            await conn.exec_driver_sql(step.format(**held, entry=_ENTRY.format(entries=len(keys))))
        await people.add(conn, login="bench-admin", name="管理员", role="admin", password_hash=KEPT)
    async with engine.connect() as conn:
        plain = await conn.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("VACUUM ANALYZE")


async def prepare(url: str) -> None:
    """Bring an empty database to the schema and fill it; one that is full is left as it is."""
    engine = open_engine(url)
    await schema.upgrade(engine)
    async with engine.connect() as conn:
        there = (await conn.exec_driver_sql("SELECT count(*) FROM turns")).scalar_one()
    await engine.dispose()
    if there:
        return
    engine = create_async_engine(embedded.asyncpg_url(url))  # no limit of ten seconds here
    began = time.perf_counter()
    await fill(engine)
    await engine.dispose()
    print(f"filled in {time.perf_counter() - began:.0f} s: {ACTS} acts of {TALKS} parents over {DAYS} days", flush=True)


async def measure(url: str, folder: Path) -> int:
    """Print p50 and p95 of the page for every period, then of its exports; how many are too slow."""
    index = build_index(freeze(files.load(), 1), Path(tempfile.mkdtemp(dir=folder)), dense=False)
    app = build(
        Settings(data_dir=folder, second_factor="offered"), url, only="web", live=Live(SearchEngine.open(index))
    )
    slow = 0
    async with TestClient(TestServer(app)) as client:
        token, now = f"bench-{time.time()}", clock.now()
        async with app[SERVICES].engine.begin() as conn:
            person = await people.named(conn, "bench-admin")
            assert person is not None
            await sessions.begin(conn, person.id, token, now=now, until=now + timedelta(hours=6))
        paths = [f"/admin/figures?from={_ago(days - 1)}" for days in _DAYS]
        paths += [f"/admin/figures?from={_ago(364)}&region=changzhou&stage=junior", "/admin/figures/reported"]
        paths += [f"/admin/figures/export?from={_ago(364)}&format={form}" for form in ("csv", "xlsx")]
        for path in paths:
            status, took = await opened(client, path, token)
            p50, p95 = statistics.median(took), took[min(int(len(took) * 0.95), len(took) - 1)]
            mark = "  SLOW" if status != 200 or p95 > LIMIT else ""
            slow += bool(mark)
            print(f"{status} {p50:8.1f} {p95:8.1f} ms  {path}{mark}", flush=True)
    return slow


def main() -> None:
    """Run it; the exit status says whether all are fast enough."""
    kept = os.environ.get("BENCH_FOLDER")
    with tempfile.TemporaryDirectory(prefix="bench-figures-") as made:
        folder = Path(kept or made)
        folder.mkdir(parents=True, exist_ok=True)
        with embedded.running(folder) as url:
            asyncio.run(prepare(url))
            sys.exit(1 if asyncio.run(measure(url, folder)) else 0)


if __name__ == "__main__":
    main()
