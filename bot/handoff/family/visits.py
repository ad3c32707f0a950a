"""Home visits: when one may be, what the parent is told and asked, what their answer means. Pure.

A visit is a follow-up whose way is `home`. Where it stands with the parent is kept beside it. `told`:
"" nobody wanted it told; wanted: it is night, the morning tells; told: the parent knows and has not answered; yes and
other: they have; untold: it could not be told, staff have to; off: it is called off, the morning tells; gone: they
know that.
`confirmed`: "" not asked; wanted: the morning asks; asked; yes and no; untold: it could not be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from bot.times import clock, day, weekday
from knowledge.calendar import CHINA

HOME = "home"
WAYS: dict[str, str] = {
    HOME: "上门家访",
    "phone": "电话",
    "school": "到校",
    "online": "线上",
    "station": "在站里",
}
TOLD: dict[str, str] = {
    "wanted": "早上 8 点再告诉家长",
    "told": "告诉家长了，等回话",
    "yes": "家长说可以来",
    "other": "家长说那天不来，先问问愿不愿意改时间",
    "untold": "没有发给家长，请打电话或当面说",
}
CONFIRMED: dict[str, str] = {
    "wanted": "早上 8 点再问家长",
    "asked": "问过家长，还没有回",
    "yes": "家长说来过了",
    "no": "家长说没有来",
}
KNOWS = ("told", "yes", "other")  # the parent has been told of the time
ASKED = ("asked", "yes", "no")
FROM, UNTIL = time(8), time(21)  # China's time; nobody goes to a family outside of it
NOTICE = timedelta(hours=1)  # a parent is not told later than this before the visit
ASKED_WITHIN = timedelta(days=7)  # of a visit longer ago nobody is asked
HEARD_WITHIN = timedelta(days=14)  # so long an answer to the question is taken
# No time is named: of a visit that was moved the parent may know the former one.
CALLING_OFF = "原来说来家里坐坐，这次先不来了，让您费心了。有什么想说的，随时在这里说。"

Said = Literal["welcome", "other", "came", "missed"]
ABOUT: dict[Said, Literal["time", "whether"]] = {
    "welcome": "time",
    "other": "time",
    "came": "whether",
    "missed": "whether",
}
Telling = Literal["now", "wanted", "untold"]


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """A visit as the parent may know it: when, and whether the time or whether it took place is asked.

    `last`: that was the last thing said to them, so that a mere 好的 answers it. `who` comes.
    """

    id: int
    at: datetime
    asks: Literal["time", "whether"]
    stands: str
    last: bool = False
    who: str = ""


def key(visit_id: int, now: datetime | None = None) -> str:
    """Give the key of the words that tell of a visit, or what the keys of all of them begin with."""
    return f"visit:{visit_id}:{int(now.timestamp()) if now else ''}"


def asking_key(visit_id: int) -> str:
    """Give the key of the question whether a visit took place."""
    return f"visited:{visit_id}:"


def refusal(at: datetime) -> str:
    """Say why nobody visits at that time; "" when they may."""
    local = at.astimezone(CHINA).time()
    if FROM <= local <= UNTIL:
        return ""
    return f"到家里去，请定在早上 {FROM.hour} 点到晚上 {UNTIL.hour} 点之间。"


def telling(at: datetime, now: datetime, *, quiet: bool, night: bool) -> Telling:
    """Say when the parent is told of a visit: now, in the morning, or not by us at all."""
    if quiet or at - now < NOTICE:
        return "untold"
    return "wanted" if night else "now"


def moment(at: datetime) -> str:
    """Name a time so that it stays true whenever it is read: 5 月 14 日（周四）18:30."""
    local = at.astimezone(CHINA).date()
    return f"{day(local)}（{weekday(local)}）{clock(at)}"


def inviting(at: datetime, *, with_whom: str, again: bool) -> str:
    """Tell the parent of a visit and ask whether somebody may come. `again`: the time is another than was said before.

    `with_whom` is the helper who goes; "" for who writes.
    """
    when, who = moment(at), with_whom or "我"
    head = f"{who}来家里坐坐的时间，改到 {when} 好吗？" if again else f"{when}，{who}想来家里坐坐，可以吗？"
    calm = "" if again else "不检查什么，也不用准备，就是听听您和孩子的想法。"
    return f"{head}{calm}\n方便就回“可以来”，想改时间就回“换个时间”，不来也没关系。"


def whether(at: datetime) -> str:
    """Ask the parent whether a visit took place."""
    on = day(at.astimezone(CHINA).date())
    return f"我记了一笔：{on}到家里坐过了。想跟您对一下，来过请回“来过了”，没有请回“老师没来”。不回也没关系。"
