"""Bringing a built release live: forward after building, back to an older one; its changes go along with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import changes, releases
from bot.store.releases import BUILT, Publishing
from knowledge.editorial import RULES, Step


class PointError(Exception):
    """A release that may not become the live one now; the message says why and what to do."""


async def bring(conn: AsyncConnection, target: Publishing, at: datetime) -> tuple[int, int]:
    """Make a built release the live one; how many changes went live with it, and how many went out.

    Raises:
        PointError: it was never built, is live already, or was built to be looked at on another one.
    """
    directory = await releases.pointer(conn, locked=True)
    if target.state != BUILT or target.directory is None:
        raise PointError("这一版没有建成，不能换上。")
    if target.directory == directory:
        raise PointError("在用的就是这一版。")
    before = await releases.of_directory(conn, directory)
    held = before.changes if before else ()
    if target.trial and target.live_at is None:
        await _still(conn, target, before.number if before else None)
    away = await _movable(conn, set(held) - set(target.changes), Step.ROLL_BACK)
    back = await _movable(conn, set(target.changes) - set(held), Step.PUBLISH)
    await changes.released(conn, away, Step.ROLL_BACK, at)
    await changes.released(conn, back, Step.PUBLISH, at, number=target.number)
    await releases.point(conn, target.directory, at)
    return len(back), len(away)


async def approved(conn: AsyncConnection, ids: Iterable[int]) -> None:
    """Make sure that changes may still be published.

    Raises:
        PointError: one of them was taken back meanwhile, or is live already.
    """
    wanted = set(ids)
    if set(await _movable(conn, wanted, Step.PUBLISH)) != wanted:
        raise PointError("有一处修改刚刚被取回或已经发布，请重新打开看看。")


async def _still(conn: AsyncConnection, target: Publishing, live: int | None) -> None:
    if target.base != live:
        raise PointError("看过以后在用的版本又变了，请重新建一次再看。")
    await approved(conn, target.new)


async def _movable(conn: AsyncConnection, ids: set[int], step: Step) -> list[int]:
    """Those that a step may be taken with; one that somebody writes at again keeps its own way."""
    standing = await releases.standing(conn, ids) if ids else {}
    return [number for number, state in standing.items() if state in RULES[step].source]
