"""Going by what administrators change of patterns and protocols: every process looks, checks again, then installs."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.safety import check, rules
from bot.safety.check import Assembled
from bot.safety.rules import Edit
from bot.store import safety_edits
from bot.store.database import DOWN, SQLAlchemyError

EVERY_SECONDS = 1.0

_log = observe.logger("rules")


class Following:
    """Keeps the rules of this process as the table has them; what cannot be had or taken leaves them as they are."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the database."""
        self._engine = engine
        self._looking = asyncio.Lock()
        self._seen = -1

    async def look(self) -> None:
        """Install what is new in the table.

        Raises:
            DOWN, SQLAlchemyError: the database is away.
        """
        async with self._looking:
            async with self._engine.connect() as conn:
                if await safety_edits.newest(conn) == self._seen:
                    return
                versions = await safety_edits.last_of_each(conn)
            edits = tuple(Edit(one.sort, one.key, one.body) for one in versions if one.body is not None)  # type: ignore[arg-type]  # what else may stand there is refused by the check
            made = await asyncio.to_thread(check.assembled, edits)
            rules.install(made.rules)
            self._seen = max((one.id for one in versions), default=0)
        _report(made)

    async def follow(self) -> None:
        """Look again and again until cancelled; a database that is away costs nothing but news."""
        while True:
            try:
                await self.look()
            except (*DOWN, SQLAlchemyError) as error:
                _log.debug("rules not looked for", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a loop's edge: what is in force stays in force
                observe.FAILURES.labels("rules").inc()
                _log.error("rules not followed", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)


def _report(made: Assembled) -> None:
    for edit, problems in made.refused:
        observe.FAILURES.labels("rules").inc()
        _log.error("an edit is not taken", sort=edit.sort, key=edit.key, problems=len(problems))
