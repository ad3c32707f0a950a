"""Makes a message comparable: width, script, spacing, disguises and repeats. It judges nothing.

Sentences end in 。 or ？ afterwards and clauses in ，; nothing else of the punctuation is left, so that the
patterns need to know only these three.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings
from collections.abc import Sequence

import zhconv

CJK = "\u4e00-\u9fff"
LONGEST = 4000  # a page of typing; what is longer keeps its beginning and its end, where the trouble stands

_LAUGH = re.compile(
    r"[😂🤣😆😄😁😅🐶]|\[(?:笑哭|偷笑|呲牙|狗头|旺柴|大笑|憨笑|破涕为笑)\]|(?<![a-z])(?:h{3,}|233+)(?![a-z])"
)
_STICKER = re.compile(r"\[[^\[\]]{1,5}\]")
_TITLE = re.compile(r"《(?!遗|告别|给爸|给妈)[^《》]{1,20}》")
# Spaces that only part single characters (想 死), and those around figures and letters; others part clauses.
_SPELT_OUT = re.compile(
    rf"(?<=(?<![{CJK}])[{CJK}]) +(?=[{CJK}])"
    rf"|(?<=[{CJK}]) +(?=[{CJK}](?![{CJK}]))"
    rf"|(?<=[{CJK}]) +(?=[0-9a-z])"
    r"|(?<=[0-9a-z]) +"
)
_DISGUISE = re.compile(rf"(?<=[{CJK}])[.*·•_/|^+=#@\u00b7~-]+(?=[{CJK}])")
_ASKED = re.compile(r"[?？]+")
_ENDED = re.compile(r"[。.!！;；…\n\r]+(?![0-9])")
_PAUSED = re.compile(r"[\s,，、:：\"“”'‘’「」『』()（）【】\[\]<>《》—~～/|-]+")
_REPEATED = re.compile(rf"([{CJK}])\1{{2,}}")
_MARKS = re.compile(r"[，。？]{2,}")
_DROPPED = frozenset({"Cf", "So", "Sk", "Mn", "Cs", "Co"})


def normalise(text: str, spellings: Sequence[tuple[re.Pattern[str], str]] = ()) -> str:
    """The message in simplified characters, half width, without decoration.

    `spellings` are the disguises and homophones to write out (a pattern and what it stands for).
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    text = _LAUGH.sub("哈哈", unicodedata.normalize("NFKC", text).lower())
    text = _TITLE.sub("某书", _STICKER.sub("", text))
    text = "".join(c for c in text if unicodedata.category(c) not in _DROPPED)
    _ready()
    text = zhconv.convert(text, "zh-hans")
    text = _SPELT_OUT.sub("", text)
    text = _DISGUISE.sub("", text)
    text = _PAUSED.sub("，", _ENDED.sub("。", _ASKED.sub("？", text)))
    text = _REPEATED.sub(_once, text)
    for wrong, right in spellings:
        text = wrong.sub(right, text)
    return _MARKS.sub(_strongest, text).strip("，。")


@functools.cache
def _ready() -> None:
    """Let zhconv load its table: it leaves the file to the collector, which Python warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        zhconv.convert("體", "zh-hans")


def _once(found: re.Match[str]) -> str:
    """One of a repeated character; laughter keeps two, which is how it is recognised."""
    return found[1] * 2 if found[1] in "哈嘿呵嘻" else found[1]


def _strongest(found: re.Match[str]) -> str:
    marks = found.group()
    return "？" if "？" in marks else "。" if "。" in marks else "，"


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the clause or clauses that a span lies in."""
    return _bounds(text, start, end, "，。？")


def sentence_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence or sentences that a span lies in."""
    return _bounds(text, start, end, "。？")


def _bounds(text: str, start: int, end: int, marks: str) -> tuple[int, int]:
    left = max(text.rfind(mark, 0, start) for mark in marks) + 1
    after = [place for mark in marks if (place := text.find(mark, end)) >= 0]
    return left, min(after) + 1 if after else len(text)
