"""Outcomes begin with a listed word, so that erasure, which keeps what is before "：", keeps no words on a family."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_suggestions import claimed, load

from bot.handoff import suggestions
from bot.handoff.desk import DeskError
from bot.handoff.outcomes import MAX_NOTE, OF_FILES, OF_TALKS, ended
from bot.store import conversations


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("已解决", "已解决"),
        (" 已解决：妈妈说好多了 ", "已解决：妈妈说好多了"),
        ("已解决：", "已解决"),
        ("王丽丽的事", "其他：王丽丽的事"),
        ("王丽丽：已解决", "其他：王丽丽：已解决"),
        ("好转：说好有事再来", "其他：好转：说好有事再来"),  # a word for files
    ],
)
def test_what_is_no_listed_word_is_a_note(given: str, kept: str) -> None:
    assert ended(given, OF_TALKS) == kept


def test_an_outcome_is_asked_for_and_has_a_longest_note() -> None:
    assert ended("好转：" + "长" * MAX_NOTE, OF_FILES) == "好转：" + "长" * MAX_NOTE
    for wrong, said in ((" ", "请写一句结果"), ("好转：" + "长" * (MAX_NOTE + 1), "最多 200 个字，现在是 201 个")):
        with pytest.raises(DeskError, match=said):
            ended(wrong, OF_FILES)


async def test_erasure_leaves_nothing_of_why_a_suggestion_was_not_answered(engine: AsyncEngine, now: datetime) -> None:
    case_id, _, zhou = await claimed(engine, now)
    async with engine.begin() as conn:
        await suggestions.close(conn, case_id, zhou, "王丽丽家自己解决了", now)
    assert (await load(engine, case_id)).outcome == "不用答复：王丽丽家自己解决了"
    async with engine.begin() as conn:
        assert await conversations.erase_person(conn, "wechat", "o-mei")
    assert (await load(engine, case_id)).outcome == "不用答复"
