"""How a case ended: one of a few words, and after "：" a note on the family, which erasure cuts off. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.handoff.desk import DeskError

MAX_NOTE = 200  # characters after the word
OTHER = "其他"
UNANSWERED = "不用答复"  # a suggestion that was said twice, or taken back
# The words with what they mean to who chooses them.
OF_TALKS = (
    ("已解决", "问题解决了"),
    ("已转介", "转给了别的部门或机构"),
    ("继续跟进", "家长会再来，暂时告一段落"),
    ("联系不上", "没有等到家长回音"),
)
OF_FILES = (
    ("好转", "计划里的事大多做到了"),
    ("已转出", "由别的单位接着帮"),
    ("家里不再需要", "家长说可以了"),
    ("联系不上", "多次联系没有回音"),
)


def ended(outcome: str, words: Collection[tuple[str, str]]) -> str:
    """Give an outcome that begins with one of the words; anything else is a note to 其他.

    Raises:
        DeskError: there is none, or its note is too long.
    """
    given = outcome.strip()
    if not given:
        message = "请写一句结果再结束。"
        raise DeskError(message)
    word, _, note = given.partition("：")
    return noted(word, note) if word in dict(words) else noted(OTHER, given)


def noted(word: str, note: str) -> str:
    """Put a note after the word of an outcome.

    Raises:
        DeskError: the note is too long.
    """
    note = note.strip()
    if len(note) > MAX_NOTE:
        message = f"最多 {MAX_NOTE} 个字，现在是 {len(note)} 个。"
        raise DeskError(message)
    return f"{word}：{note}" if note else word
