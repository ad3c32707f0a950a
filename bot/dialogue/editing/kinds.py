"""What each phrase is for the code that says it: a sentence, a label that is pressed, or nothing to change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.dialogue.answers import MAX_TAPS
from bot.dialogue.phrases import packaged

Kind = Literal["fixed", "text", "items", "tap", "offer", "commands", "questions"]

WHOLE = ("notice.version", "notice.short", "notice.full", "notice.agreed", "notice.agreed_waiting")
# What stays as packaged, by key or by the group before the dot, and why.
FIXED: Mapping[str, str] = {
    **dict.fromkeys(WHOLE, "隐私说明要整份改，请到“隐私说明”那一页。"),
    "danger": "有危险时说的话要和应对卡片一致，不单独改。",
    "line": "这是对话记录里的记号，不是说给家长的话。",
    "guidance.stages": "程序靠这几个词认出孩子的年纪。",
    "smalltalk.joyful": "程序靠这些词听出家长在高兴，家长看不到。",
    "status.no_number": "程序靠这几个字认出没有号码的服务。",
    **dict.fromkeys(
        ("booking.word", "booking.instead_question", "services.nearby"), "这是程序拿去查资料的词，家长看不到。"
    ),
    **dict.fromkeys(
        ("services.emergency", "handoff.emergency", "help.foot", "trouble.not-recorded"),
        "这一句叫人有危险先打电话，不改。",
    ),
    **dict.fromkeys(("clear.quiet", "file.quiet", "digest.quiet"), "这时可能有别人在看家长的手机，这一句不改。"),
}
_TAPS = frozenset({"guidance.not_meant", "guidance.none_of_these"})  # besides those that are called so
# Labels that the next message is compared with (`words.picked`): they may say anything that is no command.
_OFFERS = frozenset({"booking.later_tap", "booking.tap", "booking.tap_at", "booking.cancel_one"})
# Questions to begin with, and how many their place bears; commands among them must stay.
QUESTIONS: Mapping[str, int] = {
    "welcome.taps": MAX_TAPS,
    "guidance.miss_taps": MAX_TAPS - 1,  # a person is offered before them
    "help.taps": MAX_TAPS,
    "smalltalk.start_taps": MAX_TAPS,
    "scope.taps": MAX_TAPS,
}
MOST_ITEMS = 6


def why_fixed(key: str) -> str | None:
    """Why a phrase cannot be changed here; None where it can."""
    return FIXED.get(key) or FIXED.get(key.partition(".")[0])


def kind_of(key: str) -> Kind:
    """What a packaged phrase is."""
    if why_fixed(key):
        return "fixed"
    if key in _OFFERS:
        return "offer"
    if key in QUESTIONS:
        return "questions"
    if isinstance(packaged()[key], tuple):
        return "commands" if key.endswith("taps") else "items"
    return "tap" if key in _TAPS or key.endswith(("_tap", ".tap")) else "text"


def editable() -> tuple[str, ...]:
    """Give the keys that administrators may change, in the order of their file."""
    return tuple(key for key in packaged() if kind_of(key) != "fixed")
