"""What stays of a case when its parent is erased: a bare count, nothing of what they said or asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.messages import Inbound
from bot.store import cases, conversations, inbounds


async def test_department_and_language_go_with_the_words(engine: AsyncEngine, now: datetime) -> None:
    async with engine.begin() as conn:
        receipt = await inbounds.receive(conn, Inbound("wechat", "o-mei", "m:1", "text", "在吗", now), now)
        told = {"reason": "想问学籍", "region": "changzhou", "stage": "junior", "detail": {"text": "学籍的事"}}
        asked = {"department": "教育局", "language": "粤语", "kind": "suggestion"}
        times = {"opened_at": now, "due_at": now}
        case_id = await cases.open_case(conn, {"conversation_id": receipt.conversation_id, **told, **asked, **times})
        assert await conversations.erase_person(conn, "wechat", "o-mei")
        case = await cases.find(conn, case_id)
    assert case is not None
    assert (case.department, case.language, case.region, case.stage, case.reason, case.detail) == (None,) * 4 + ("", {})
    assert (case.kind, case.state, case.outcome) == ("suggestion", "closed", "erased")
