"""Tables of this room to take along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.channels.web.refused import Refused
from bot.web.desk.lead.figures import MIME
from bot.web.sheets import Sheet, as_csv, as_xlsx


def form_of(request: web.Request) -> str:
    """Give the form in which tables are asked for.

    Raises:
        Refused: we write none such.
    """
    form = request.query.get("format", "xlsx")
    if form not in MIME:
        raise Refused(404, "只能导出成 CSV 或 Excel 表格。", "no-format")
    return form


async def along(tables: Sequence[Sheet], name: str, form: str) -> web.Response:
    """Give tables as a file."""
    body = as_csv(tables) if form == "csv" else await asyncio.to_thread(as_xlsx, tables)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return web.Response(body=body, content_type=MIME[form], headers=headers)
