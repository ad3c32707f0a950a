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
    RELEASED = "case:released"
    INHERITED = "case:inherited"
    ASSIGNED = "case:assigned"
    PROGRESS = "case:progress"
    REPLIED = "case:replied"
    RATED = "case:rated"
    REPORTED = "case:reported"
    ADDED = "case:added"
    PRINTED = "case:printed"
    HANDED_OVER = "case:handed-over"
    TAKEN_BACK = "case:taken-back"
    SNOOZED = "case:snoozed"
    WOKEN = "case:woken"
    REOPENED = "case:reopened"
    REQUEUED = "case:requeued"
    MOVED = "case:moved"
    BOOKED = "case:booked"
    CONFIRMED = "case:confirmed"
    DECLINED = "case:declined"
    PROPOSED = "case:proposed"
    ACCEPTED = "case:accepted"
    CANCELLED = "case:cancelled"
    ATTENDED = "case:attended"
    MISSED = "case:missed"
    REMINDED = "case:reminded"
    FILE_OPENED = "case:file-opened"
    FILE_ASKED = "case:file-asked"
    FILE_CONSENTED = "case:file-consented"
    FILE_REFUSED = "case:file-refused"
    FILE_WITHDRAWN = "case:file-withdrawn"
    FILE_SITUATION = "case:file-situation"
    FILE_PLAN = "case:file-plan"
    FILE_HELPER = "case:file-helper"
    FILE_FOLLOW_UP = "case:file-follow-up"
    FILE_FOLLOWED = "case:file-followed"
    FILE_DUE = "case:file-due"
    FILE_REFERRED = "case:file-referred"
    FILE_ANSWERED = "case:file-answered"
    FILE_LET_IN = "case:file-let-in"
    FILE_LET_OUT = "case:file-let-out"
    FILE_PAIRED = "case:file-paired"
    FILE_UNPAIRED = "case:file-unpaired"
    VISIT_TOLD = "case:visit-told"
    VISIT_MOVED = "case:visit-moved"
    VISIT_WELCOME = "case:visit-welcome"
    VISIT_OTHER = "case:visit-other"
    VISIT_ASKED = "case:visit-asked"
    VISIT_CONFIRMED = "case:visit-confirmed"
    VISIT_DENIED = "case:visit-denied"


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
    CaseTag.RELEASED: "老师离开，回到队列",
    CaseTag.INHERITED: "老师离开，换人负责",
    CaseTag.ASSIGNED: "交给部门",
    CaseTag.PROGRESS: "告诉家长进展",
    CaseTag.REPLIED: "答复家长",
    CaseTag.RATED: "家长评价",
    CaseTag.REPORTED: "报告送出并封存",
    CaseTag.ADDED: "补充情况",
    CaseTag.PRINTED: "打印",
    CaseTag.HANDED_OVER: "转交",
    CaseTag.TAKEN_BACK: "撤回转交",
    CaseTag.SNOOZED: "放到稍后",
    CaseTag.WOKEN: "回到队列",
    CaseTag.REOPENED: "重新打开",
    CaseTag.REQUEUED: "没有回，重新排队",
    CaseTag.MOVED: "转到另一个站点",
    CaseTag.BOOKED: "家长想约一个时间",
    CaseTag.CONFIRMED: "预约定下了",
    CaseTag.DECLINED: "这个时间没有约成",
    CaseTag.PROPOSED: "请家长换一个时间",
    CaseTag.ACCEPTED: "家长同意换的时间",
    CaseTag.CANCELLED: "家长取消了预约",
    CaseTag.ATTENDED: "家长来了",
    CaseTag.MISSED: "家长那天没来",
    CaseTag.REMINDED: "提醒家长",
    CaseTag.FILE_OPENED: "建了档案",
    CaseTag.FILE_ASKED: "问家长同不同意建档",
    CaseTag.FILE_CONSENTED: "同意建档",
    CaseTag.FILE_REFUSED: "不同意建档",
    CaseTag.FILE_WITHDRAWN: "撤回同意，档案已清空",
    CaseTag.FILE_SITUATION: "改了情况",
    CaseTag.FILE_PLAN: "改了计划",
    CaseTag.FILE_HELPER: "改了帮手",
    CaseTag.FILE_FOLLOW_UP: "定了下次联系",
    CaseTag.FILE_FOLLOWED: "记下一次联系",
    CaseTag.FILE_DUE: "到联系的日子了",
    CaseTag.FILE_REFERRED: "转介",
    CaseTag.FILE_ANSWERED: "记下转介的回音",
    CaseTag.FILE_LET_IN: "请同事一起",
    CaseTag.FILE_LET_OUT: "请同事退出",
    CaseTag.FILE_PAIRED: "记了结对",
    CaseTag.FILE_UNPAIRED: "结束了结对",
    CaseTag.VISIT_TOLD: "告诉家长哪天来家里",
    CaseTag.VISIT_MOVED: "改了来家里的时间",
    CaseTag.VISIT_WELCOME: "家长说可以来",
    CaseTag.VISIT_OTHER: "家长说那天不来，先问问愿不愿意改时间",
    CaseTag.VISIT_ASKED: "问家长来过没有",
    CaseTag.VISIT_CONFIRMED: "家长说来过了",
    CaseTag.VISIT_DENIED: "家长说没有来",
}
