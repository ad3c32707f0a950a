"""What is new in a family's file that somebody has open: where the parent's consent stands, and no word of the talk."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import cases, files
from bot.store.people import Staff


@dataclass(slots=True)
class FileNews:
    """One reader of one file. An event `consent` names where it stands, at first and when it is another."""

    engine: AsyncEngine
    staff: Staff
    case_id: int
    _last: str | None = field(default=None)

    async def look(self, response: web.StreamResponse) -> bool:
        """Write where the consent stands, if that is news; whether it was."""
        async with self.engine.connect() as conn:
            if await cases.find(conn, self.case_id, seen_by=self.staff) is None:
                raise ConnectionResetError  # let out of the file: the page is told to come again, and finds nothing
            file = await files.find(conn, self.case_id)
        stands = file.consent if file is not None else ""
        if stands == self._last:
            return False
        self._last = stands
        await response.write(f"event: consent\ndata: {stands}\n\n".encode())
        return True
