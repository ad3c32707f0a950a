"""A publisher in a process of its own, to be killed: `python -m tests.jobs.a_publisher URL ROOT INDEX`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import clock
from bot.jobs.publishing import Publisher
from bot.store.database import open_engine
from indexes.engine import SearchEngine
from indexes.live import Live


async def main() -> None:
    url, root, index = sys.argv[1:]
    engine = SearchEngine.open(Path(index))
    publisher = Publisher(open_engine(url), Live(engine), Path(root), clock.now)
    while True:
        await publisher.run()
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main())
