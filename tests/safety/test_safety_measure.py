"""The reviewers' tool counts rightly."""

from __future__ import annotations

from tests.safety.measure import measure, report


def test_shares_are_of_those_expected_and_wrong_rows_are_listed() -> None:
    tally = measure(
        [
            {"question": "他站在阳台栏杆上", "risk": "urgent"},
            {"question": "三年级数学怎么辅导", "risk": "urgent", "risks_ok": ["urgent", "high"]},
            {"question": "三年级数学怎么辅导", "risk": "none", "kind": "homework"},
            {"text": "我想自杀", "risk_related": True, "labels": ["主动自杀意图"]},
            {"text": "今天吃了面", "risk_related": False, "labels": []},
        ]
    )
    assert tally.share("urgent", "high") == 0.5
    assert tally.share("none", "high") == 0.0
    assert tally.share("主动自杀意图", "concern") == 1.0
    assert tally.missed == [("urgent", "none", "三年级数学怎么辅导")]
    assert "urgent -> none" in report(tally)
