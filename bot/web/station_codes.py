"""The code of a station, to print: WeChat's own where it can be had, else one that opens our chat page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import segno
from aiohttp import web

from bot.channels.base import ChannelError
from bot.observe import FAILURES, logger
from bot.store.stations import Station

Coder = Callable[[str], Awaitable[str]]  # gives the address that WeChat's code for a scene holds
TOGETHER = 4  # codes that WeChat is asked for at a time

_log = logger("station-codes")


@dataclass(frozen=True, slots=True)
class Code:
    """The code of one station: `address` is what it holds, `picture` the data address of its SVG."""

    station: Station
    address: str
    picture: str
    wechat: bool


@dataclass(frozen=True, slots=True)
class StationCodes:
    """Makes codes; `coder` is None where the WeChat API is not configured."""

    coder: Coder | None
    public_url: str = ""

    async def of(self, request: web.Request, station: Station) -> Code:
        """Give the code of a station. WeChat being away costs its code, not the page."""
        address = await self._wechat(station)
        ours = f"{self.public_url or f'{request.scheme}://{request.host}'}/chat?s={station.slug}"
        picture = segno.make(address or ours, error="m").svg_data_uri(scale=8, border=2)
        return Code(station, address or ours, picture, bool(address))

    async def of_all(self, request: web.Request, stations: Sequence[Station]) -> list[Code]:
        """Give the codes of several stations, in their order."""
        turn = asyncio.Semaphore(TOGETHER)

        async def one(station: Station) -> Code:
            async with turn:
                return await self.of(request, station)

        return list(await asyncio.gather(*map(one, stations)))

    async def _wechat(self, station: Station) -> str:
        if self.coder is None:
            return ""
        try:
            return await self.coder(f"desk:{station.slug}")
        except ChannelError as error:
            FAILURES.labels("station-code").inc()
            _log.error("no code from WeChat", code=error.code)
            return ""
