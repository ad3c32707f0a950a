"""How often each button of the saved menu was tapped; of few parents nothing is said. Pure but for the counting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import observe
from bot.channels.wechat import menu as menus
from bot.channels.wechat.menu import Menu
from bot.store.database import DOWN, SQLAlchemyError, undone
from bot.store.menu_taps import Taps, tapped
from bot.web.sheets import FEW, Cell

PERIOD = timedelta(days=30)
KEPT = timedelta(minutes=10)  # counting reads the acts of the period
FEWER = f"不足 {FEW} 人"

_log = observe.logger("menu")


@dataclass(slots=True)
class Counted:
    """The taps as they were counted a short while ago; None where they cannot be told."""

    at: datetime | None = None
    found: Mapping[str, Taps] | None = None

    async def of(self, engine: AsyncEngine, now: datetime) -> Mapping[str, Taps] | None:
        """Give them, counting again when they are old; who comes while they are counted gets those of before.

        The menu must open without them. Where there is much to count it takes too long and is given up, and what
        failed is not tried again at once.
        """
        if self.at is None or abs(now - self.at) > KEPT:
            self.at = now
            try:
                async with undone(engine) as conn:
                    self.found = await tapped(conn, now - PERIOD)
            except (*DOWN, SQLAlchemyError) as error:
                self.found = None
                _log.warning("taps not counted", error=type(error).__name__)
        return self.found


def lines(menu: Menu, public_url: str, found: Mapping[str, Taps] | None) -> list[tuple[str, Cell]] | None:
    """Give each button that does something with its count, then those that are on the menu no more; None: not known."""
    if found is None:
        return None
    carried = list(_carried(menus.body(menu, public_url)["button"]))
    mine = {key for _, key in carried}
    made = [(name, _count([found[key]] if key in found else [])) for name, key in carried]
    others = [taps for key, taps in found.items() if key not in mine]
    return [*made, *([("换下来的按钮", _count(others))] if others else [])]


def _carried(buttons: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for button in buttons:
        if "sub_button" in button:
            yield from _carried(button["sub_button"])
        else:
            yield button["name"], button.get("key") or button.get("url", "")


def _count(taps: list[Taps]) -> Cell:
    """Add up; parents of several buttons may be the same, so the largest number of them counts."""
    if not taps:
        return 0
    return sum(one.times for one in taps) if max(one.parents for one in taps) >= FEW else FEWER
