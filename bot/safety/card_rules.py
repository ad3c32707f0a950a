"""What a card may say: an act and a number first, few short steps, only numbers that are known, nothing that harms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety import hotlines
from bot.safety.protocols import Card

STEPS = 4
STEP_LENGTH = 60
_EMERGENCY = frozenset({"110", "119", "120"})
_NUMBER = re.compile(r"(?<!\d)\d{3,}(?!\d)(?!\s*(?:小时|分钟|元|厘米|米|克|毫升|度))")
_QUOTED = re.compile(r"“[^”]*”")
# What somebody can do at once.
_ACT = re.compile(r"打|拨|离开|带|陪|守|找|去|放|收|断开|分开|停|看|躲|喊|问|告诉|让")
_HARMFUL = (
    (
        re.compile(
            r"割腕|跳楼|上吊|自缢|烧炭|安眠药|农药|百草枯|老鼠药|敌敌畏|自杀|\d+\s*[片粒颗]|[几多半一两三四五]+[片粒颗]|剂量"
        ),
        "不写方法和剂量",
    ),
    (re.compile(r"抑郁症|焦虑症|双相|精神病(?!院)|精神分裂|确诊|人格障碍|多动症|是.{0,2}病人"), "不下诊断"),
    (
        re.compile(r"一定会|保证|肯定会|绝对|放心吧|没事的|会好起来|警察会到|马上会来|已联系您|已经联系|承诺|保密"),
        "不许诺做不到的事",
    ),
    (re.compile(r"你怎么|您怎么|都怪|早干|活该|矫情|博关注|想开点|别想太多|不懂事|作孽"), "不责怪人，也不轻看"),
    (re.compile(r"系统检测|检测到|关键词|触发|AI|人工智能|模型"), "不说机器的话"),
    (re.compile(r"！|!|[\U0001F300-\U0001FAFF]|亲爱的|客服"), "不用感叹号、表情和客套"),
)


def known_numbers() -> frozenset[str]:
    """The numbers that may be named: those of the packaged hotlines."""
    return _EMERGENCY | {line.phone for line in hotlines.lines().values() if line.phone}


def card_problems(card: Card) -> Iterator[str]:
    """What must be changed of a card, as sentences."""
    yield from _first_line(card)
    if not 1 <= len(card.steps) <= STEPS:
        yield f"步骤要 1 到 {STEPS} 步，现在 {len(card.steps)} 步"
    for step in card.steps:
        if len(step) > STEP_LENGTH:
            yield f"这一步有 {len(step)} 个字，最多 {STEP_LENGTH} 个：{step[:16]}…"
    if card.level == "urgent" and not card.calls:
        yield "紧急的卡片要有拨号按钮（calls）"
    if card.level == "high" and not card.lines:
        yield "这一级的卡片要有热线（lines）"
    for text in (card.act, *card.steps, *(call.why for call in card.calls)):
        yield from _wording(text)
    yield from _numbers(card)


def _numbers(card: Card) -> Iterator[str]:
    written = [number for text in (card.act, *card.steps) for number in _NUMBER.findall(text)]
    for number in dict.fromkeys((*written, *(call.phone for call in card.calls))):
        if number not in known_numbers():
            yield f"不认识的号码 {number}：只能用核对过的热线和 110、119、120"


def _first_line(card: Card) -> Iterator[str]:
    act = card.act
    if "{line}" not in act and not any(number in known_numbers() for number in _NUMBER.findall(act)):
        yield "第一句要有号码：110、119、120，或者 {line}"
    if "{line}" in act and not card.lines:
        yield "第一句用了 {line}，就要写热线（lines）"
    if not _ACT.search(act):
        yield "第一句要说现在做什么"
    if re.search(r"[?？]", act):
        yield "第一句不能是问句"
    if stray := re.search(r"\{(?!line\})[^}]*\}?", act):
        yield f"第一句里不认识 {stray.group()}"


def _wording(text: str) -> Iterator[str]:
    for harmful, rule in _HARMFUL:
        if found := harmful.search(text):
            yield f"{rule}，请改掉“{found.group()}”：{text[:24]}"
