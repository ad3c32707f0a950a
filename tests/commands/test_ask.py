"""`ask`: one JSON object a line in, one out, by the same way as the webhook; nothing is kept."""

from __future__ import annotations

import json
from typing import Any

from bot.app import SERVICES
from bot.commands import ask
from bot.store.tables import cases, detections
from tests.commands.conftest import Operator
from tests.house import House, rows


def asked(operator: Operator, *questions: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in questions)
    done = operator.run("ask", stdin=lines)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_in_the_agreed_shape(operator: Operator) -> None:
    guidance, service, crisis, turns, broken, unknown = asked(
        operator,
        {"id": "q1", "question": "三年级孩子写作业磨蹭到十点，怎么办"},
        {"id": "q2", "question": "现在能打的心理热线", "region": "changzhou", "now": "2026-05-10T23:10:00+08:00"},
        {"id": "q3", "question": "孩子站在楼顶边上不下来"},
        {"id": "q4", "turns": ["我在普陀", "邻家妈妈怎么申请"]},
        "this is not JSON",
        {"id": "q6", "question": "你好", "region": "atlantis"},
    )
    assert guidance["id"] == "q1"
    assert set(guidance) == {"id", "risk", "kind", "intent", "entries", "listings", "reply", "handoff", "ms"}
    assert 1 <= len(guidance["entries"]) <= 3
    assert set(guidance["entries"][0]) == {"id", "title", "topics", "stages", "score"}
    assert any("homework" in entry["topics"] for entry in guidance["entries"])
    lines = {listing["phone"]: listing["open"] for listing in service["listings"]}
    assert lines["96111"] is True
    assert (crisis["risk"], crisis["intent"], crisis["handoff"]) == ("urgent", "crisis", True)
    assert "11" in crisis["reply"].splitlines()[0]
    assert len(turns["turns"]) == 2
    assert any("邻家妈妈" in listing["name"] for listing in turns["turns"][1]["listings"])
    assert "not JSON" in broken["error"]
    assert (unknown["id"], "atlantis" in unknown["error"]) == ("q6", True)


async def test_what_is_found_in_a_question_leaves_nothing_behind(house: House) -> None:
    made = house.app[SERVICES]
    async with ask._person(made, None) as sender:
        outcome = await ask._say(made, sender, "孩子站在楼顶边上不下来", house.clock())
        assert outcome.assessment.crisis
        assert len(await rows(house.database_url, detections)) == 1
    assert await rows(house.database_url, detections) == []
    assert await rows(house.database_url, cases) == []
