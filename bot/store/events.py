"""The vocabulary of case timelines: "case:<what happened>". Pages show the Chinese beside each."""

from __future__ import annotations

from enum import StrEnum


class CaseTag(StrEnum):
    """Steps that a case can take."""

    OPENED = "case:opened"
    JOINED = "case:joined"
    ALERTED = "case:alerted"
    ESCALATED = "case:escalated"
    ACKNOWLEDGED = "case:acknowledged"
    CLAIMED = "case:claimed"
    ANSWERED = "case:answered"
    RETURNED = "case:returned"
    WITHDRAWN = "case:withdrawn"
    CLOSED = "case:closed"


WORDS: dict[CaseTag, str] = {
    CaseTag.OPENED: "进入待接",
    CaseTag.JOINED: "家长又说了新情况",
    CaseTag.ALERTED: "提醒值班老师",
    CaseTag.ESCALATED: "没有人确认，再次提醒",
    CaseTag.ACKNOWLEDGED: "看到了",
    CaseTag.CLAIMED: "老师接手",
    CaseTag.ANSWERED: "老师回复",
    CaseTag.RETURNED: "交回自动助手",
    CaseTag.WITHDRAWN: "家长说不用等了",
    CaseTag.CLOSED: "结束",
}
