"""Consent to a family's file: what may happen without it, with it and after it, and what the parent is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.handoff.family.visits import OwnVisit

Said = Literal["given", "refused", "withdrawn"]

# Where a consent may go from where it stands; the empty word is "nobody has asked yet".
BEFORE: dict[str, tuple[str, ...]] = {
    "asked": ("", "asked"),
    "given": ("", "asked"),
    "refused": ("", "asked"),
    "withdrawn": ("given",),
}
WORDS: dict[str, str] = {
    "": "还没有问家长",
    "asked": "等家长答复",
    "given": "已同意建档",
    "refused": "家长没有同意",
    "withdrawn": "家长撤回了同意",
}
ENDED: dict[str, str] = {"refused": "家长没有同意建档", "withdrawn": "家长撤回了建档同意"}  # outcomes of the case
HOW: dict[str, str] = {"chat": "在对话里说的", "paper": "签在纸上"}

# Who does what in a plan begins with a side; what the parents do themselves they may read in the chat.
FAMILY = "家里"
SIDES: dict[str, str] = {"family": FAMILY, "school": "学校", "hospital": "医院", "community": "社区", "staff": "老师"}
STATES: dict[str, str] = {"open": "在做", "done": "做到了", "stuck": "卡住了", "dropped": "不做了"}

ASKING = (
    "为了接着帮您，我想给您家建一份档案，先问您同不同意。\n"
    "记什么：家里的情况、一起定的计划、谁来帮、哪天再联系。医院的诊断不抄进来。\n"
    "谁能看：我，和我请来一起帮您家的老师。每次打开都留记录。要请学校、医院或社区帮忙，先和您商量。\n"
    "随时可以说“我的档案”看您这一份；说“撤回建档同意”，档案里写的就都清空。\n"
    "同意请回“同意建档”，不同意回“不同意”。不建档，照样可以找我们。"
)


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One thing of the plan that the family does itself, as the parent reads it."""

    goal: str
    who: str
    until_day: date | None
    state: str


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A family's file as the parent may know it: where the consent stands, who looks after it, their own part."""

    consent: str
    owner: str = ""
    items: tuple[OwnItem, ...] = ()
    others: int = 0  # things that others do
    visits: tuple[OwnVisit, ...] = ()


def who_does(side: str, name: str) -> str:
    """Write who does something: 家里 · 母亲; an unknown side is the family's."""
    return " · ".join(filter(None, (SIDES.get(side, FAMILY), name.strip())))


def familys(who: str) -> bool:
    """Whether something of the plan is done by the family itself."""
    return who == FAMILY or who.startswith(f"{FAMILY} · ")


def refusal(consent: str, state: str) -> str:
    """Say why nothing can be written into a file now; "" when it can."""
    if state == "closed":
        return "这份档案已经结束，不能再改。"
    return "" if consent == "given" else "家长还没有同意建档。同意以后才能写。"
