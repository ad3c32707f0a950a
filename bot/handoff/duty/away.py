"""What a parent is told while nobody is there: the same words when they call and when their talk is given on. Pure."""

from __future__ import annotations

from bot.handoff.duty.standing import Desk


def away(desk: Desk, *, who: str = "", assistant: str = "我") -> str:
    """Say that nobody is there, why, and when somebody comes; `who` names the one that is waited for."""
    missing, back = who or "值班老师", _back(desk, who or "老师", assistant)
    if desk.closed:
        return f"这会儿{missing}不在：{desk.closed}。{back}"
    if desk.sure:
        return f"这会儿{missing}不在。{back}"
    return f"今天放不放假还没有通知，{missing}在不在，{assistant}说不准。{back}"


def _back(desk: Desk, who: str, assistant: str) -> str:
    meanwhile = f"这之前您还可以接着问{assistant}。"
    if not desk.opens:
        return f"您说的记下了，{who}上班后会看到。{meanwhile}"
    opens = f" {desk.opens}" if desk.opens[0].isdigit() else desk.opens
    return f"您说的记下了，{who}{opens} 上班后来看。{meanwhile}"
