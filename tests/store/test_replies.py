"""Replies survive the way into the database and back."""

from __future__ import annotations

import json

from bot.messages import (
    Call,
    CrisisCard,
    Heed,
    ListingCard,
    Paragraph,
    Reply,
    Say,
    SourceLine,
    Steps,
    Tap,
)
from bot.store import replies


def test_every_block_comes_back_as_it_was() -> None:
    reply = Reply(
        (
            Paragraph("听起来很难。"),
            Steps(("今晚先不收。", "过半小时再谈。")),
            Say("“我陪你想办法。”"),
            Heed("连着两周睡不好，请找医生。", urgent=True),
            ListingCard(
                "national-12356", "心理援助热线", "china", "说说心里话", "ask", "时段以当地为准", phone="12356"
            ),
            CrisisCard(
                "urgent", "suicide", "请现在就打 110。", (Call("110", "有危险"),), ("守在身边。",), "已提醒老师。"
            ),
            SourceLine("自动回复", entry="screens-1"),
        ),
        (Tap("找老师", "转人工"),),
        prompt="接着可以问",
    )
    assert replies.from_json(json.loads(json.dumps(replies.to_json(reply)))) == reply
