"""What is said when even the packaged words cannot be read: three numbers and what to do, in the code itself."""

from __future__ import annotations

from bot.messages import Call, CrisisCard, Level, Reply

_ACT = "请现在就打 110；有人受伤、吃了东西、叫不醒，打 120。"
_CALLS = (Call("110", "有危险、找不到人"), Call("120", "受伤、吃了东西、叫不醒"), Call("119", "着火、被困、在高处"))
_STEPS = (
    "守在孩子身边，别让他一个人待着。",
    "把能伤到人的东西拿远，不骂，不追问。",
    "不急在这一分钟，想找人问，打 12356。",
)


def last_words(level: Level, kind: str, *, alerted: bool) -> Reply:
    """The shortest right answer to a crisis of any kind."""
    told = "已经提醒值班老师。" if alerted else "我是自动助手，这件事还没能通知到老师。"
    return Reply((CrisisCard(level, kind, _ACT, _CALLS, _STEPS, f"{told}请先打电话，不用等我们。"),))
