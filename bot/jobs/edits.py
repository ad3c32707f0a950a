"""Going by what administrators change beside the library: every process looks, checks again, then installs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import observe
from bot.dialogue import phrases
from bot.dialogue.editing import rules as editing
from bot.safety import check, rules
from bot.safety.rules import Edit
from bot.store import edits
from bot.store.database import DOWN, SQLAlchemyError
from bot.store.edits import LIMITS, Version
from indexes.limits import BadLimitsError, Limits, decode
from indexes.live import Live

EVERY_SECONDS = 1.0

# Takes the last versions of its sorts into this process, in a thread, and names those that cannot be taken.
Taker = Callable[[Sequence[Version]], Sequence[Version]]

_log = observe.logger("edits")


class Following:
    """Keeps this process as the table has it; what cannot be had or taken leaves everything as it was."""

    def __init__(self, engine: AsyncEngine, takers: Mapping[tuple[str, ...], Taker]) -> None:
        """Take the database, and by which sorts of edits who goes."""
        self._engine = engine
        self._takers = takers
        self._looking = asyncio.Lock()
        self._seen: dict[tuple[str, ...], int] = {}

    async def look(self) -> None:
        """Install what is new in the table.

        Raises:
            DOWN, SQLAlchemyError: the database is away.
        """
        async with self._looking:
            async with self._engine.connect() as conn:
                newest = await edits.newest_by_sort(conn)
            for sorts, take in self._takers.items():
                number = max((newest.get(sort, 0) for sort in sorts), default=0)
                if number != self._seen.get(sorts):
                    await self._take(sorts, take)

    async def _take(self, sorts: tuple[str, ...], take: Taker) -> None:
        async with self._engine.connect() as conn:
            versions = await edits.last_of_each(conn, sorts)
        for one in await asyncio.to_thread(take, versions):
            observe.FAILURES.labels("edits").inc()
            _log.error("an edit is not taken", sort=one.sort, key=one.key, version=one.id)
        self._seen[sorts] = max((one.id for one in versions), default=0)

    async def follow(self) -> None:
        """Look again and again until cancelled; a database that is away costs nothing but news."""
        while True:
            try:
                await self.look()
            except (*DOWN, SQLAlchemyError) as error:
                _log.debug("edits not looked for", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a loop's edge: what is in force stays in force
                observe.FAILURES.labels("edits").inc()
                _log.error("edits not followed", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)


def take_rules(versions: Sequence[Version]) -> list[Version]:
    """Let the patterns and cards with their edits be in force."""
    found = {Edit(one.sort, one.key, one.body): one for one in versions if one.body is not None}  # type: ignore[arg-type]  # what else may stand there is refused by the check
    made = check.assembled(tuple(found))
    rules.install(made.rules)
    return [found[edit] for edit, _ in made.refused]


def take_phrases(versions: Sequence[Version]) -> list[Version]:
    """Let the phrases and the notice with their edits be in force."""
    found = {editing.Edit(one.sort, one.key, one.body): one for one in versions if one.body is not None}
    made = editing.assembled(found)
    phrases.install(made.phrases)
    return [found[edit] for edit, _ in made.refused]


def take_limits(live: Live) -> Taker:
    """Make what lets the live release, and every later one, answer by the limits that were set."""

    def take(versions: Sequence[Version]) -> list[Version]:
        limits, refused = _limits(versions)
        live.tune(limits)
        return refused

    return take


async def limits_in_force(conn: AsyncConnection) -> Limits:
    """Give the limits by which is answered, for those who hold no live release."""
    return _limits(await edits.last_of_each(conn, LIMITS))[0]


def _limits(versions: Sequence[Version]) -> tuple[Limits, list[Version]]:
    """Read the last limits; what nobody may set is refused, and the packaged ones hold."""
    last = versions[-1:]
    try:
        return decode(last[0].body if last else None), []
    except BadLimitsError:
        return Limits(), [*last]
