"""Rules about words: what we never say to a parent, and how long and in what marks we say the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# Each with what to do instead. The words stand here so that they stand nowhere else.
FORBIDDEN: Mapping[str, tuple[re.Pattern[str], str]] = {
    "label": (
        re.compile(
            r"后进生|(?<!时)差生(?![活长产气病])|问题(?:家长|儿童|孩子|学生|少年)|畸形心理|熊孩子|学渣|弱智|智障|"
            r"残废|神经病"
        ),
        "给人贴了标签，请只说看到的行为",
    ),
    "tone": (re.compile(r"(?:^|[\s，。“：])亲(?:[，,。～~！!]|们)|温馨提示|亲亲家长"), "不像人说的话，请直接说"),
    "promise": (
        re.compile(
            r"保证(?:治好|有效|能好|会好)|(?:一定|肯定|必定|绝对)(?:会|能)好|包治|根治|药到病除|立竿见影|包你满意"
        ),
        "许了做不到的诺，请只说可以试什么",
    ),
    "blame": (
        re.compile(
            r"(?:你|您)?就是(?:你|您)?没教好|都(?:怪|是)(?:你|您)(?:的错|惯的)?[，。；]|都是(?:家长|父母)的错|"
            r"不配(?:当|做)|没资格(?:当|做)"
        ),
        "像在责怪，请换成看见难处的话",
    ),
    "medical": (
        re.compile(r"剂量|确诊为|毫克|\d\s*(?:mg|ml|MG)|每[次日天]\s*\S{0,3}片|服用\s*\S{0,4}[片粒]|加药|减药"),
        "是医生才能说的话，请改成去医院问医生",
    ),
    "method": (
        re.compile(r"割腕|上吊|烧炭|吞药|服毒|卧轨|跳楼|跳桥|跳河|安眠药|百草枯|致死|自杀成功|自杀方法"),
        "提到了伤害的方法，请换成笼统的说法",
    ),
}

_EXCLAMATION = re.compile(r"[!！]")
# Pictographs, dingbats, flags, keycaps; not the arrows, marks and numbers in circles that Chinese text uses.
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]")
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?]|[,;?][\u4e00-\u9fff]|[\u4e00-\u9fff]\s*\"|\"\s*[\u4e00-\u9fff]")

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LEADING = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|>\s*|\d{1,2}[.)]\s+)", re.MULTILINE)
_MARKS = re.compile(r"[*_`~|]|\s")


def length(markdown: str) -> int:
    """Count what a parent reads: characters without Markdown marks, numbers of steps and white space."""
    return len(_MARKS.sub("", _LEADING.sub("", _LINK.sub(r"\1", markdown))))


def faults(text: str) -> Iterator[tuple[str, str]]:
    """Give rule and message for everything in a text for parents that we do not say."""
    for rule, (pattern, advice) in FORBIDDEN.items():
        for found in sorted({match[0].strip() for match in pattern.finditer(text)}):
            yield rule, f"“{found}”{advice}。"
    if _EXCLAMATION.search(text):
        yield "exclamation", "有感叹号，请改成句号。"
    if emoji := _EMOJI.search(text):
        yield "emoji", f"有表情符号 {emoji[0]}，请去掉。"
    if mark := _HALF_WIDTH.search(text):
        yield "punctuation", f"“{mark[0]}”用了半角标点，请改成全角，引号用“”。"
