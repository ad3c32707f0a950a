"""What a row of the trail is about, in words and with the way there; and which rows words may mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.store.audit import WORDS
from bot.store.people import WORDS as ROLES
from bot.store.people import Staff
from bot.store.stations import Station
from bot.store.trail import Meant
from knowledge.editorial import STEP_WORDS
from knowledge.model import Library

# One of a kind: how it is called, and where it stands.
_WHOLE: Mapping[str, tuple[str, str]] = {
    "library": ("全部知识", "/admin/exchange"),
    "figures": ("接待数据", ""),
    "use": ("使用数据", "/admin/figures"),
    "trail": ("留痕", "/admin/trail"),
    "demands": ("上报与达标", "/admin/demands"),
    "units": ("学校和站点", "/admin/units"),
    "limits": ("回答门槛", "/admin/limits"),
    "pool": ("师资与志愿者名单", "/admin/pool"),
    "engagements": ("师资场次", "/admin/pool/figures"),
    "training": ("培训记录", "/admin/training"),
    "公众号菜单": ("公众号菜单", "/admin/menu"),
    "unanswered:year": ("研究选题清单", "/admin/unanswered/year"),
    "words:notice": ("隐私说明", "/admin/consent"),
}
# By number or key: how it is called, and where it stands.
_KINDS: Mapping[str, tuple[str, str]] = {
    "case": ("第 {} 件", "/admin/trail?case={}"),
    "family": ("家庭 {}", "/admin/families/{}"),
    "staff": ("账号“{}”", ""),
    "login": ("账号“{}”", ""),
    "station": ("站点“{}”", ""),
    "region": ("{}的填报", "/admin/figures/reported?region={}"),
    "unit": ("“{}”", "/admin/units/{}"),
    "import": ("第 {} 次导入", "/admin/exchange"),  # an upload itself is gone after an hour
    "release": ("第 {} 版", "/admin/publish/{}"),
    "trial": ("第 {} 次成批试问", "/admin/trials/{}"),
    "exam": ("第 {} 道考题", "/admin/exam#q-{}"),
    "unanswered": ("没答上的一类", "/admin/unanswered/{}"),
    "words": ("家长读到的话", "/admin/words/{}"),
    "pool": ("师资名单第 {} 位", "/admin/pool/{}"),
    "training": ("第 {} 次培训", "/admin/training/{}"),
    "entry": ("条目“{}”", "/admin/entries/{}"),
    "listing": ("服务“{}”", "/admin/services/listing/{}"),
    "activity": ("活动“{}”", "/admin/services/activity/{}"),
    "duty": ("归口“{}”", "/admin/services/duty/{}"),
    "source": ("依据“{}”", "/admin/services/source/{}"),
}
_NAMED = frozenset({"staff", "station", "region", "unit", "entry", "listing", "activity", "duty", "source"})
GONE = "已停用"
MOST = 1000  # names that a word may be in
# The short words that steps leave in the details; others in letters are for machines alone.
WHAT: Mapping[str, str] = {str(step): words for step, words in STEP_WORDS.items()} | {
    "call": "打电话核实",
    "on": "开了两步验证",
    "off": "关了两步验证",
    "codes": "换了备用码",
    "reset": "用回出厂的",
    "absence": "请假",
    "absence-removed": "取消请假",
    "closure": "停班",
    "closure-removed": "取消停班",
    "hours": "值班时间",
    "shift": "排班",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about; `address` is empty where there is no page of it."""

    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Subjects:
    """The names of all that a row may be about: `names` by subject, as listing:lx-12355."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, library: Library, stations: Sequence[Station], staff: Sequence[Staff]) -> Subjects:
        """Take them from the live library and from who and what is there."""
        names = {f"entry:{key}": one.title for key, one in library.entries.items()}
        names |= {f"listing:{key}": one.name for key, one in library.listings.items()}
        names |= {f"activity:{key}": one.name for key, one in library.activities.items()}
        names |= {f"duty:{key}": f"{one.problem}（{one.department}）" for key, one in library.duties.items()}
        names |= {f"source:{key}": one.title for key, one in library.sources.items()}
        names |= {f"region:{key}": one.name for key, one in library.regions.items()}
        names |= {f"station:{one.id}": one.name for one in stations}
        return cls(names | {f"staff:{one.id}": one.name for one in staff})

    def told(self, subject: str, title: str = "") -> Subject:
        """Put it into words; `title` is what it was called when it was done, for what is not there any more."""
        if subject in _WHOLE:
            return Subject(*_WHOLE[subject])
        kind, _, key = subject.partition(":")
        if kind not in _KINDS or not key:
            return Subject(subject)
        words, address = _KINDS[kind]
        name = self.names.get(subject, title or GONE) if kind in _NAMED else key
        return Subject(words.format(name), address.format(key))

    def meant(self, words: str) -> Meant:
        """Give the rows that words may mean by what was done, by what kind of thing, and by its name."""
        acts = [act.value for act, said in WORDS.items() if words in said]
        whole = [subject for subject, (said, _) in _WHOLE.items() if words in said]
        kinds = [f"{kind}:" for kind, (said, _) in _KINDS.items() if words in said.replace("{}", "")]
        named = [subject for subject, name in self.names.items() if words in name]
        short = {**WHAT, **{role.value: said for role, said in ROLES.items()}}
        what = [key for key, said in short.items() if words in said]
        subjects = (*whole, *self._numbered(words), *named[:MOST])
        return Meant(words, tuple(acts), subjects, tuple(kinds), tuple(what))

    @staticmethod
    def _numbered(words: str) -> list[str]:
        """第 12 件 and 第12版 mean the one with this number."""
        plain = words.replace(" ", "")
        found = []
        for kind, (said, _) in _KINDS.items():
            head, _, tail = said.replace(" ", "").partition("{}")
            number = plain.removeprefix(head).removesuffix(tail)
            if head and plain.startswith(head) and plain.endswith(tail) and number.isascii() and number.isdecimal():
                found.append(f"{kind}:{number}")
        return found
