"""Files to be filled in: the columns with what they mean, and one example, which an import passes over."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from knowledge.amend import SORT_WORDS, Sort
from knowledge.imports import to_docx, to_xlsx
from knowledge.imports.columns import COLUMNS, EXAMPLE_ID, MEANING_ID
from knowledge.imports.exports import HOLDS, Exported, Format
from knowledge.imports.from_docx import BRIEF, FULL
from knowledge.imports.tables import Table
from knowledge.imports.vocabulary import Vocabulary
from knowledge.model import Library

_BRIEF = """先稳住，再说事。

1. 先停一停，等两个人都平静。
2. 说看到的，不说“你总是”。
3. 一起定一条小规矩。

可以这样说：“我想听听你怎么想。”"""
_PLACED = {"region": "江苏省常州市", "source": "minors-law-2024-16", "source_date": "2024-04-26"}
EXAMPLES: Mapping[Sort, Mapping[str, str]] = {
    "entry": {
        "title": "一收手机就发脾气，怎么办？",
        "topics": "手机与屏幕\n亲子沟通",
        "stages": "初中",
        "intent": "怎么教",
        "wordings": "一收手机就砸门\n不给手机就不吃饭",
        "brief": _BRIEF,
        "full": "### 为什么会这样\n\n……\n\n### 这几天怎么做\n\n……",
        "sources": "minors-law-2024-16",
        "written": "2026-05-12",
        "review_by": "2027-05-12",
    },
    "listing": _PLACED
    | {
        "name": "某某区家庭教育指导中心",
        "kind": "指导中心",
        "about": "可以预约一对一咨询。",
        "phone": "0519-00000000",
        "hours": "工作日 08:30-17:30\n周六 09:00-12:00 值班老师",
        "verified": "2026-05-12 值班老师",
        "topics": "机构与服务",
        "fallback": "national-12338",
    },
    "activity": _PLACED
    | {
        "name": "家庭教育宣传周",
        "about": "社区和学校办讲座。",
        "recurrence": "5 月 15 日所在的一周",
        "topics": "活动与实践",
    },
    "duty": _PLACED
    | {
        "problem": "校外培训退费归谁管",
        "department": "区教育局",
        "about": "先找机构，谈不成再投诉。",
        "wordings": "培训班跑路了找谁",
        "contacts": "national-12345",
    },
    "source": {
        "title": "中华人民共和国家庭教育促进法",
        "kind": "法律",
        "issuer": "全国人大常委会",
        "date": "2021-10-23",
    },
}


def template(library: Library, form: Format, sort: Sort) -> Exported:
    """Make the template of a sort.

    Raises:
        ValueError: the format does not hold the sort.
    """
    if sort not in HOLDS[form]:
        raise ValueError(f"{form} does not hold {sort}")
    name = f"{SORT_WORDS[sort]}模板"
    match form:
        case "xlsx":
            return Exported(f"{name}.xlsx", to_xlsx.template({sort: _table(sort)}, Vocabulary.of(library)))
        case "csv":
            meanings = [f"{MEANING_ID}：{COLUMNS[sort][0].means}", *(one.means for one in COLUMNS[sort][1:])]
            heads, example = _table(sort)
            return Exported(f"{name}.csv", _csv([heads, meanings, example]))
        case "docx":
            return Exported(f"{name}.docx", _word())
        case "md":
            return Exported(f"{name}.md", _MARKDOWN.encode())


def _table(sort: Sort) -> Table:
    example = {"id": EXAMPLE_ID, **EXAMPLES[sort]}
    return [[one.head for one in COLUMNS[sort]], [example.get(one.key, "") for one in COLUMNS[sort]]]


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _word() -> bytes:
    example = EXAMPLES["entry"]
    shown = [one for one in COLUMNS["entry"] if one.key not in ("title", "brief", "full")]
    meanings = f"{MEANING_ID}：每一条用“标题 1”写题目，下面一张两列的表，再写“{BRIEF}”和“{FULL}”"
    return to_docx.written(
        [
            (meanings, [(one.head, one.means) for one in shown], []),
            (
                f"{EXAMPLE_ID}：{example['title']}",
                [(one.head, example.get(one.key, "")) for one in shown],
                [(BRIEF, example["brief"]), (FULL, example["full"])],
            ),
        ]
    )


_MARKDOWN = f"""---
id: screens-shou-shou-ji
title: 示例：一收手机就发脾气，怎么办？
intent: guidance
topics: [screens, communication]
stages: [junior]
families: []
region: null
wordings:
  - 一收手机就砸门
  - 不给手机就不吃饭
sources: [minors-law-2024-16]
written: 2026-05-12
reviewed: null
review_by: 2027-05-12
related: []
---

## {BRIEF}

{_BRIEF}

## {FULL}

{EXAMPLES["entry"]["full"]}
"""
