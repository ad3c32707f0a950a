"""A network between browsers and a server that a test can cut and mend, as a cable is."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from tests.house import House


@dataclass
class Wire:
    """The way of some browsers to the house. A browser told that it is offline keeps its open streams; these break."""

    house: House
    port: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def mend(self) -> None:
        """Let everything through, from now on."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break off what is open, and let nothing through."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        house = self.house.sites[0]
        with contextlib.suppress(OSError):
            inner, outer = await asyncio.open_connection(house.host, house.port)
            self._writers |= {writer, outer}
            await asyncio.gather(self._copy(reader, outer), self._copy(inner, writer))
            self._writers -= {writer, outer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while part := await reader.read(65536):
                writer.write(part)
                await writer.drain()
        writer.close()
