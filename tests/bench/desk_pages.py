"""`python -m tests.bench.desk_pages`: how long every page of the desk takes at a million lines, for each role.

Fills a private database (two to five minutes) and opens every GET page that the route table has. BENCH_FOLDER keeps
the database between runs; BENCH_ROUNDS is how often each page is opened; BENCH_ONLY looks at addresses that contain it.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import clock
from bot.app import SERVICES, build
from bot.settings import Settings
from bot.store import embedded, people, schema, sessions
from bot.store.database import open_engine
from bot.web.accounts import COOKIE
from indexes.build import build as build_index
from indexes.engine import SearchEngine
from indexes.live import Live
from knowledge import files
from knowledge.release import freeze
from tests.bench.desk_fill import CASES, OPEN, PEOPLE, fill

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "12"))
ONLY = os.environ.get("BENCH_ONLY", "")
LIMIT = 300.0  # milliseconds
_NOT_PAGES = ("/stream", "/logout", "/login", "/invitations/", "/media/", "/second-factor")
_SAMPLE = {"person": "1", "station": "2", "slot": "1", "key": "suicide", "file": "1"}
_QUERIES = {
    "/desk": ("", "view=mine", "view=all", "view=closed", "view=later", "kind=suggestion", "station=2"),
    "/desk/board": ("", "station=2"),
    "/desk/figures": ("", "from={90}", "from={365}"),
    "/desk/figures/export": ("format=csv", "format=xlsx"),
    "/desk/quality": ("", "seed=abc&n=20"),
    "/desk/suggestions": ("", "view=late", "view=answered", "view=low"),
}


async def numbers(engine: AsyncEngine) -> dict[str, str]:
    """Find a case for each kind of page: of a talk that goes on, of a file, a report, a closed talk."""
    wanted = {
        "cases": "kind = 'chat' AND state <> 'closed' AND station_id = 2",
        "files": "kind = 'file'",
        "reports": "kind = 'report'",
        "report": "kind = 'report'",
        "quality": "kind = 'chat' AND state = 'closed' AND station_id = 2",
    }
    async with engine.connect() as conn:
        return {
            name: str((await conn.exec_driver_sql(f"SELECT max(id) FROM cases WHERE {condition}")).scalar_one())  # noqa: S608
            for name, condition in wanted.items()
        }


def pages(app: web.Application, samples: dict[str, str]) -> Iterator[str]:
    """Give the address of every page of the desk that the route table has, with samples for what varies."""
    paths = {route.resource.canonical for route in app.router.routes() if route.method == "GET" and route.resource}
    for path in sorted(paths):
        if not path.startswith("/desk") or any(part in path for part in _NOT_PAGES):
            continue
        place = path.split("/")[2] if path.count("/") > 1 else ""
        real = re.sub(r"\{(\w+)\}", lambda found: _sample(found[1], place, samples), path)  # noqa: B023
        for query in _QUERIES.get(real, ("",)):
            first = re.sub(r"\{(\d+)\}", lambda found: _ago(int(found[1])), query)
            yield f"{real}?{first}" if first else real
    for kind in ("file", "report", "suggestion", "appointment", "crisis"):
        yield f"/desk/cases/{samples[kind]}"


def _sample(name: str, place: str, samples: dict[str, str]) -> str:
    return samples.get(place, "1") if name in ("id", "case") else _SAMPLE.get(name, "1")


def _ago(days: int) -> str:
    return (clock.now() - timedelta(days=days)).date().isoformat()


async def opened(client: TestClient, path: str, token: str) -> tuple[int, list[float]]:  # type: ignore[type-arg]
    """Open a page so often; its status, and the milliseconds of each time but the first."""
    took, status = [], 0
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        cookie = {"Cookie": f"{COOKIE}={token}", "Accept": "text/html"}
        async with client.get(path, headers=cookie, allow_redirects=False) as answer:
            await answer.read()
            status = answer.status
        took.append((time.perf_counter() - began) * 1000)
        if took[0] > 5_000 or status >= 400:
            break
    return status, sorted(took[1:] or took)


async def tokens(engine: AsyncEngine) -> dict[str, str]:
    """Sign in one person of each role."""
    found = {}
    async with engine.begin() as conn:
        for role, login in PEOPLE.items():
            person = await people.named(conn, login)
            assert person is not None
            token, now = f"{role} {time.time()}", clock.now()
            await sessions.begin(conn, person.id, token.replace(" ", "-"), now=now, until=now + timedelta(hours=6))
            found[role] = token.replace(" ", "-")
    return found


async def measure(url: str, folder: Path) -> int:
    """Print p50 and p95 of every page for every role; how many are too slow."""
    index = build_index(freeze(files.load(), 1), Path(tempfile.mkdtemp(dir=folder)), dense=False)
    settings = Settings(data_dir=folder, second_factor="offered")
    app = build(settings, url, only="web", live=Live(SearchEngine.open(index)))
    slow = 0
    async with TestClient(TestServer(app)) as client:
        engine = app[SERVICES].engine
        samples = await numbers(engine)
        async with engine.connect() as conn:
            for kind in ("file", "report", "suggestion", "appointment", "crisis"):
                found = await conn.exec_driver_sql(f"SELECT max(id) FROM cases WHERE kind = '{kind}'")  # noqa: S608
                samples[kind] = str(found.scalar_one())
        for role, token in (await tokens(engine)).items():
            for path in pages(app, samples):
                if ONLY not in path:
                    continue
                status, took = await opened(client, path, token)
                p50, p95 = statistics.median(took), took[min(int(len(took) * 0.95), len(took) - 1)]
                mark = "  SLOW" if status == 200 and p95 > LIMIT else ""
                slow += bool(mark)
                print(f"{role:<11} {status} {p50:8.1f} {p95:8.1f} ms  {path}{mark}", flush=True)
    return slow


async def prepare(url: str) -> None:
    """Bring an empty database to the schema and fill it; one that is full is left as it is."""
    engine = open_engine(url)
    await schema.upgrade(engine)
    async with engine.connect() as conn:
        there = (await conn.exec_driver_sql("SELECT count(*) FROM cases")).scalar_one()
    if there < CASES:
        await engine.dispose()
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415  (no limit of ten seconds here)

        engine = create_async_engine(embedded.asyncpg_url(url))
        began = time.perf_counter()
        await fill(engine)
        print(f"filled in {time.perf_counter() - began:.0f} s: {CASES} cases, {OPEN} of them open", flush=True)
    await engine.dispose()


def main() -> None:
    """Run it; the exit status says whether all pages are fast enough."""
    kept = os.environ.get("BENCH_FOLDER")
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as made:
        folder = Path(kept or made)
        folder.mkdir(parents=True, exist_ok=True)
        with embedded.running(folder) as url:
            asyncio.run(prepare(url))
            sys.exit(1 if asyncio.run(measure(url, folder)) else 0)


if __name__ == "__main__":
    main()
