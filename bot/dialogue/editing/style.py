"""How what the bot says is written: the rules of entries, and what a sentence of the bot itself must not say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from knowledge.rules import style

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("保证", "放心", "绝对", "包您"), "许了做不到的诺，请只说能做到的"),
    **dict.fromkeys(("马上有人", "立刻有人", "随时有人", "24 小时有人"), "许了有人在，可有时没有人值班，请不要这样写"),
    **dict.fromkeys(("严格保密", "绝不外传", "替您保密"), "许了保密，有危险时做不到，请不要这样写"),
    **dict.fromkeys(("别想太多", "想开点"), "听着像在敷衍，请直接说"),
    **dict.fromkeys(("系统检测", "亲爱的"), "不像人说的话，请直接说"),
}
_MORE_MARKS = re.compile(r"[\u4e00-\u9fff][.()]|[()][\u4e00-\u9fff]")
_CLOSE = re.compile(r"[\u4e00-\u9fff][0-9]|[0-9][\u4e00-\u9fff]")
_BRACKETS = re.compile(r"[<>\\]")


def said(text: str, before: str) -> Iterator[str]:
    """Say what is wrong with words for parents; what the packaged words do themselves is allowed."""
    plain, known = _plain(text), _plain(before)
    forgiven = {sentence for _, sentence in style.faults(known)}
    for _, sentence in style.faults(plain):
        if sentence not in forgiven:
            yield sentence
    for word, advice in _WORDS.items():
        if word in plain and word not in known:
            yield f"“{word}”{advice}。"
    if mark := _MORE_MARKS.search(plain):
        yield f"“{mark[0]}”用了半角标点，请改成全角。"
    if close := _CLOSE.search(plain):
        yield f"“{close[0]}”：汉字和数字之间空一格。"
    if bracket := _BRACKETS.search(plain):
        yield f"不能有 {bracket[0]}，请换成“”。"


def short(text: str) -> str:
    """Give the beginning of a text, to name it by."""
    return text if len(text) <= 10 else f"{text[:9]}…"


def _plain(text: str) -> str:
    """A text as it will read: what is filled in counts as a word with room around it."""
    return re.sub(r"\{\w*\}", " ", text)
