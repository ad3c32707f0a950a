"""The columns of each sort: its fields under the Chinese names that people read, how each is written, what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge import records
from knowledge.amend import KINDS, SORT_WORDS, SORTS, Sort
from knowledge.differences import FIELD_WORDS

Form = Literal["text", "list", "date", "choice", "words", "place", "hours", "closures", "recurrence", "verified"]

_FORMS: Mapping[str, Form] = {
    **dict.fromkeys(("date", "source_date", "written", "reviewed", "review_by"), "date"),
    **dict.fromkeys(("wordings", "aliases", "sources", "related", "fallback", "contacts"), "list"),
    **dict.fromkeys(("topics", "stages", "families", "audience"), "words"),
    **dict.fromkeys(("kind", "intent"), "choice"),
    "region": "place",
    "hours": "hours",
    "closures": "closures",
    "recurrence": "recurrence",
    "verified": "verified",
}
KIND_WORDS: Mapping[Sort, Mapping[str, str]] = {
    "listing": {
        "emergency": "紧急电话",
        "hotline": "热线",
        "station": "指导站点",
        "centre": "指导中心",
        "school": "家长学校",
        "organisation": "单位",
        "service": "服务",
        "platform": "平台",
    },
    "source": {
        "law": "法律",
        "regulation": "法规",
        "rule": "规章和解释",
        "policy": "政策文件",
        "outline": "大纲",
        "local-document": "地方文件",
        "guideline": "指南",
        "reference": "参考资料",
    },
}
INTENT_WORDS = {"guidance": "怎么教", "policy": "规定怎么说", "service": "怎么办事"}
AUDIENCE_WORDS = {"parents": "家长", "children": "孩子", "teachers": "老师"}
_ALSO: Mapping[str, str] = {"简答": "brief", "短答": "brief", "序号": "id", "ID": "id", "Id": "id"}
_MEANS: Mapping[str, str] = {
    "id": "一条的记号，导出时已有，请不要改；新写的可以空着",
    "title": "家长会问的一句话",
    "problem": "家长遇到的事，照家长的说法写",
    "topics": "第一个是主要的；几个之间换行，或用；隔开",
    "stages": "不写就是所有阶段",
    "families": "不写就是所有家庭",
    "wordings": "家长的各种问法，一种一行",
    "brief": "聊天里先看到的那一段：先说一句，再分几步，再写“可以这样说”",
    "full": "点开看全文的内容，小标题用 ### 开头",
    "sources": "依据那张表里的编号，可以带条号；一个一行",
    "source": "依据那张表里的编号，可以带条号",
    "region": "写全称，例如 江苏省常州市天宁区；全国的写 中国",
    "phone": "没有公布就空着，不要猜",
    "hours": "不清楚就空着。例：工作日 08:30-17:30，换行再写 周六 09:00-12:00；写在后面的话是谁接听",
    "closures": "平时开、这几天不开：2026-10-01 至 2026-10-07 国庆放假；几次各写一行",
    "verified": "打过电话或去过：日期和岗位。例：2026-05-12 值班老师",
    "recurrence": "例：每年 5 月 15 日；5 月 15 日所在的一周；5 月第 3 个周一；每年 3 月、4 月；每学期 2 次；全年",
    "fallback": "打不通时换哪一家：服务与热线那张表里的编号，一个一行",
    "contacts": "先找谁：服务与热线那张表里的编号，按先后一个一行",
    "related": "条目那张表里的编号，一个一行",
    "aliases": "别的叫法，一个一行",
    "written": "写成的日期，例 2026-05-12",
    "review_by": "到这一天要再审读，例 2027-05-12",
    "reviewed": "第二个人审读的日期，还没有就空着",
}
EXAMPLE_ID = "示例"  # a row whose number begins with this is passed over
MEANING_ID = "说明"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a sort."""

    key: str
    head: str
    form: Form
    means: str
    choices: Mapping[str, str]  # of a closed field: what people read for each value


def _column(sort: Sort, key: str) -> Column:
    choices = {"intent": INTENT_WORDS, "audience": AUDIENCE_WORDS, "kind": KIND_WORDS.get(sort, {})}.get(key, {})
    head = "编号" if key == "id" else FIELD_WORDS[key]
    return Column(key, head, _FORMS.get(key, "text"), _MEANS.get(key, ""), choices)


COLUMNS: Mapping[Sort, tuple[Column, ...]] = {
    sort: tuple(_column(sort, key) for key in records.names(KINDS[sort])) for sort in SORTS
}
# What tells a sort from the others: a table that has these is of it.
_MARKS: Mapping[Sort, frozenset[str]] = {
    "entry": frozenset({"title", "wordings", "brief", "full"}),
    "listing": frozenset({"name", "phone", "hours", "address", "reach", "verified"}),
    "activity": frozenset({"name", "recurrence", "organiser", "join"}),
    "duty": frozenset({"problem", "department", "contacts"}),
    "source": frozenset({"issuer", "number", "date"}),
}


def column(sort: Sort, key: str) -> Column | None:
    """Give the column of a field."""
    return next((one for one in COLUMNS[sort] if one.key == key), None)


def head_of(sort: Sort, key: str) -> str:
    """Give what people read for a field."""
    found = column(sort, key)
    return found.head if found else key


def key_of(sort: Sort, head: str) -> str | None:
    """Tell which field a head names."""
    words = head.strip().removeprefix("\ufeff").strip("＊* ：:")
    for one in COLUMNS[sort]:
        if words in (one.head, one.key):
            return one.key
    named = _ALSO.get(words)
    return named if named and column(sort, named) else None


def sort_of(heads: list[str], name: str) -> Sort | None:
    """Tell which sort a table is of, by its heads; by its name where heads leave it open."""
    scores = {sort: (len(_MARKS[sort] & {key_of(sort, head) for head in heads}), _named(sort, name)) for sort in SORTS}
    best = max(scores.values())
    winners = [sort for sort in SORTS if scores[sort] == best]
    return winners[0] if len(winners) == 1 else None


def _named(sort: Sort, name: str) -> bool:
    return SORT_WORDS[sort] in name
