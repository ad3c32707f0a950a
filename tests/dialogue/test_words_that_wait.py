"""An account that cannot send: words of a person that wait ride on a reply, but never before a danger's protocol."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.messages import Inbound
from bot.services import services
from bot.settings import Settings
from bot.store import outbox
from indexes.engine import SearchEngine
from indexes.live import Live

WAITING = "周四下午我想来家里坐坐"
DANGER = "他又打我了，孩子吓得躲在柜子里"
PATIENT = 60.0


async def test_the_protocol_comes_before_words_that_wait(
    database_url: str, tmp_path: Path, search_engine: SearchEngine, now: datetime
) -> None:
    made = services(Settings(data_dir=tmp_path), database_url, clock=lambda: now, live=Live(search_engine))

    async def says(words: str) -> str:
        inbound = Inbound("wechat", "o-mei", f"key of {words}", "text", words, now, "push")
        outcome = await made.turns.handle(inbound, window=PATIENT)
        await made.turns.written()
        return outcome.text or ""

    try:
        await says("我想找老师聊聊")
        async with made.engine.begin() as conn:
            theirs = {"channel": "wechat", "recipient": "o-mei", "author": "周老师", "automatic": False}
            parcel = {"conversation_id": 1, "message_id": None, "text": WAITING, "state": "parked", "due_at": now}
            await outbox.put(conn, [{**theirs, **parcel}])
        protocol = await says(DANGER)
        assert "110" in protocol
        assert WAITING not in protocol
        assert WAITING in await says("老师还在吗")
    finally:
        await made.turns.settle()
        await made.engine.dispose()
