"""Publishing what editors ask for: taken from its row, checked, built beside, examined, then live; or refused.

A small change is added to the open index here, in a thread, and this process answers from it in the same moment. A
large one is added in another process; what is to be learned of it is learned afterwards (`bot.jobs.learning`), which
asks for a release of the same library. Whoever dies over one leaves the row as it was, and the old release answers on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.jobs import building, past
from bot.jobs.building import NotBuiltError, learned_place
from bot.jobs.lookups import LookUps, every, refuse_lost
from bot.jobs.publish import PublishError, amendments, examination, named, packaged_exam, pointer
from bot.jobs.runner import Job
from bot.store import changes, exam_questions, pointing, releases
from bot.store.pointing import PointError
from bot.store.releases import Publishing
from indexes.build import BuildError, FailedExam, kept_library
from indexes.engine import RELEASE, SearchEngine
from indexes.live import Live, write_pointer
from indexes.patch import patched
from knowledge.amend import Sort, amended
from knowledge.check import check
from knowledge.exam import Question
from knowledge.model import Library
from knowledge.release import Release, ReleaseError, freeze, read

EVERY_SECONDS = 0.2
STOPPED = "建这一版的程序中途停了，在用的版本没有变。可以再发布一次。"
TRIES = 2  # a release over which the process dies again and again is not tried for ever
MOST_TOLD = 400  # questions that get another answer: more nobody reads

_log = observe.logger("publishing")


@dataclass(frozen=True, slots=True)
class Publisher:
    """The job. `live` is what this process answers from."""

    engine: AsyncEngine
    live: Live
    root: Path
    clock: Callable[[], datetime]
    lookups: LookUps = field(default_factory=LookUps)

    def job(self) -> Job:
        """Make the job that publishes what is asked for."""
        return Job("publish", EVERY_SECONDS, self.run)

    async def run(self) -> int:
        """Publish the oldest release that is asked for; 0 when there is none, or another process is at it."""
        await self._prepare()
        async with self.engine.connect() as conn:
            if not await releases.waiting(conn):
                return 0
        base = await self._base()
        if base is None:
            return 0
        async with releases.builder(self.engine) as held:
            return await self._next(base) if held else 0

    async def _prepare(self) -> None:
        """Read and fold once what every check needs, so that the first one who publishes does not wait for it."""
        if packaged_exam.cache_info().currsize == 0 and self.live.engine is not None:
            async with self.engine.connect() as conn:
                added = tuple(await exam_questions.active(conn))
            await asyncio.to_thread(self._fold, self.live.engine.release.library, added)

    def _fold(self, library: Library, added: tuple[Question, ...]) -> None:
        packaged_exam()
        check(library, only=[("entry", key) for key in list(library.entries)[:1]])
        self.lookups.of(library, every(added), self.clock())

    async def _base(self) -> SearchEngine | None:
        """The live engine, once it is the one that the pointer names, with both legs; the provisional one is none."""
        base = self.live.engine
        name = await pointer(self.engine, self.root)
        if base is None or base.release.number == 0 or (name is not None and base.path.name != name):
            return None
        if not base.dense_ready:
            await asyncio.to_thread(base.load_dense)
        return base

    async def _next(self, base: SearchEngine) -> int:
        async with self.engine.begin() as conn:
            row = await releases.take(conn, self.clock())
        if row is None:
            return 0
        if row.state == releases.BUILDING:  # we hold the lock: who began it is dead
            await asyncio.to_thread(building.clear, self.root)
        tries = int(row.report.get("tries", 0)) + 1
        if tries > TRIES or row.report.get("packaged"):
            await self._tell(row, releases.FAILED, sentence=STOPPED)
            return 1
        await self._tell(row, releases.BUILDING, tries=tries)
        try:
            await self._work(row, base)
        except (PublishError, PointError, BuildError, NotBuiltError, ReleaseError) as error:
            await self._refuse(row, error)
        except Exception as error:  # noqa: BLE001 - whatever broke, the row says so and the next one is taken
            observe.FAILURES.labels("publish").inc()
            _log.error("release not built", release=row.number, error=type(error).__name__)
            await self._tell(row, releases.FAILED, sentence="没有建成，在用的版本没有变。请告诉管服务器的人。")
        return 1

    async def _work(self, row: Publishing, base: SearchEngine) -> None:
        async with self.engine.connect() as conn:
            before = await releases.of_directory(conn, base.path.name)
            questions = await examination(conn)
        again = bool(row.report.get("again"))
        held = before.changes if before else ()
        release = await (self._kept(row) if again else self._amended(row, base))
        report: dict[str, Any] = {} if again else await self._looked_up(release, base, questions)
        engine, directory = await self._built(row, release, base, questions)
        values: dict[str, Any] = {"digest": release.digest, "directory": directory, "built_at": self.clock()}
        if not again:
            values |= {"base": before.number if before else None, "changes": sorted({*held, *row.new})}
        report |= await self._compared(row, base, release, directory, questions) if row.trial else {}
        report |= {"seconds": round((self.clock() - row.asked_at).total_seconds(), 2)}
        async with self.engine.begin() as conn:
            stays = await releases.pointer(conn, locked=True) in (None, base.path.name)
            if not row.trial and not stays:  # somebody went back meanwhile: it is built anew, on what is live now
                await releases.tell(conn, row.number, state=releases.ASKED, report={"tries": 0})
                return
            await releases.tell(conn, row.number, state=releases.BUILT, progress="", report=report, **values)
            if row.trial:
                return
            if not again:
                await pointing.approved(conn, row.new)
            target = await releases.find(conn, row.number)
            assert target is not None  # noqa: S101 - its row was written above
            await pointing.bring(conn, target, self.clock())
        write_pointer(self.root, directory)
        if engine is not None:
            self.live.swap(engine)
        await asyncio.to_thread(building.tidy, self.root, directory)

    async def _amended(self, row: Publishing, base: SearchEngine) -> Release:
        """The live library with the changes, if nothing is wrong with it."""
        async with self.engine.begin() as conn:
            await pointing.approved(conn, row.new)
            found = await changes.among(conn, row.new)
        made = amendments(found)
        touched: set[tuple[Sort, str]] = {(one.sort, one.key) for one in made}

        def checked() -> Release:
            library = amended(base.release.library, made)
            if problems := check(library, only=touched):
                raise PublishError(f"有 {len(problems)} 处要改，没有发布。", named(problems, library))
            return freeze(library, row.number)

        return await asyncio.to_thread(checked)

    async def _looked_up(self, release: Release, base: SearchEngine, questions: tuple[Question, ...]) -> dict[str, Any]:
        """Ask for lines and places as parents do: what was shown before must be shown, or it does not go live."""
        before, after, now = base.release.library, release.library, self.clock()
        sat = await asyncio.to_thread(self.lookups.compared, before, after, questions, now)
        refuse_lost(sat)
        return {"lookups": asdict(sat)}

    async def _kept(self, row: Publishing) -> Release:
        """The library of a release whose index is gone."""
        directory = row.directory or ""
        there = self.root / directory / RELEASE
        return await asyncio.to_thread(read, there if there.is_file() else kept_library(self.root, directory))

    async def _built(
        self, row: Publishing, release: Release, base: SearchEngine, questions: tuple[Question, ...]
    ) -> tuple[SearchEngine | None, str]:
        """Add it to the open index, or in another process: the engine, if it is open here, and its place."""
        learned = row.report.get("learned")
        if not learned:
            engine = await asyncio.to_thread(patched, release, self.root, base, questions)
            if engine is not None:
                return engine, engine.path.name

        async def told(step: str, share: float) -> None:
            progress = json.dumps({"step": step, "share": round(share, 3)})
            async with self.engine.begin() as conn:
                await releases.tell(conn, row.number, progress=progress)

        on = learned_place(self.root, learned) if learned else base.path
        return None, await building.patch(release, self.root, on, exam=questions, told=told, limits=base.limits)

    async def _compared(
        self, row: Publishing, base: SearchEngine, release: Release, directory: str, questions: tuple[Question, ...]
    ) -> dict[str, Any]:
        """What a trial shows: the exam before and after, and which questions get another answer."""
        async with self.engine.begin() as conn:
            await releases.tell(conn, row.number, progress=json.dumps({"step": "compare", "share": 0.9}))
            asked, tried = await past.kept(conn, self.clock())
            found = await changes.among(conn, row.new)
        keys = {one.key for one in found if one.sort == "entry"}
        before, after = base.release.library, release.library
        held = await asyncio.to_thread(past.gathered, asked, tried, before, after, keys)
        listed = [one.asked() for one in held]
        compared = await building.compare(base.path, self.root / directory, questions, listed, base.limits)
        told = [held[at].told(old, new) for at, old, new in compared["changed"]]
        told += [
            {"source": "exam", "times": 1, "before": old, "after": new, "text": text}
            for text, old, new in compared.pop("turned")
        ]
        return {"compared": {**compared, "changed": told[:MOST_TOLD], "more": max(0, len(told) - MOST_TOLD)}}

    async def _refuse(self, row: Publishing, error: Exception) -> None:
        """Write down why it does not go live; its changes stay approved."""
        cause = error.__cause__
        missed = error.missed if isinstance(error, NotBuiltError) else getattr(cause, "missed", ())
        problems = [problem.message for problem in error.problems] if isinstance(error, PublishError) else []
        refused = (
            bool(missed or problems) or isinstance(error, PublishError | PointError) or isinstance(cause, FailedExam)
        )
        _log.warning("release refused", release=row.number, error=type(error).__name__, code=_code(cause))
        state = releases.REFUSED if refused else releases.FAILED
        sentence = "这一版的资料不在这台机器上了，不能再建。" if isinstance(error, ReleaseError) else str(error)
        await self._tell(row, state, sentence=sentence, missed=list(missed), problems=problems)

    async def _tell(self, row: Publishing, state: str, **report: Any) -> None:
        async with self.engine.begin() as conn:
            await releases.tell(conn, row.number, state=state, progress="", report=report)


def _code(cause: BaseException | None) -> str:
    return "exam" if isinstance(cause, FailedExam) else type(cause).__name__
