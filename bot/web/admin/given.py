"""What the composition root gives the admin's pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.wechat.client import WeChatClient
from bot.dialogue.decision import Tools
from bot.dialogue.turn import Turns
from bot.settings import Settings
from bot.web.admin.findings import Findings
from bot.web.station_codes import StationCodes
from indexes.live import Live


@dataclass(frozen=True, slots=True)
class Given:
    """The parts that the rooms of the admin share.

    `tools` are those of the live release: one call, one release, so that a page never mixes two. `look` makes this
    process take over what was saved of patterns and cards. `findings` keeps what is wrong with the live library.
    `codes` makes the codes of stations. `wechat` gives the account's client; None without its secret.
    """

    engine: AsyncEngine
    live: Live
    tools: Callable[[], Tools]
    turns: Turns
    clock: Callable[[], datetime]
    settings: Settings
    look: Callable[[], Awaitable[None]]
    findings: Findings
    codes: StationCodes
    wechat: Callable[[], WeChatClient] | None = None
