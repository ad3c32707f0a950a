"""What editors read for the ids of listings, activities, duties and sources. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.amend import Sort
from knowledge.model import DAYS

TABS: tuple[Sort, ...] = ("listing", "activity", "duty", "source")
NEW_WORDS: Mapping[Sort, str] = {"listing": "加一处", "activity": "加活动", "duty": "加归口", "source": "加依据"}
COUNTER: Mapping[Sort, str] = {"listing": "处", "activity": "项", "duty": "条", "source": "份"}

KINDS: Mapping[str, str] = {
    "emergency": "紧急电话",
    "hotline": "热线",
    "station": "站点",
    "centre": "中心",
    "school": "学校",
    "organisation": "机构",
    "service": "服务",
    "platform": "平台",
}
SOURCE_KINDS: Mapping[str, str] = {
    "law": "法律",
    "regulation": "法规",
    "rule": "规章",
    "policy": "政策文件",
    "outline": "指导大纲",
    "local-document": "地方文件",
    "guideline": "指南",
    "reference": "参考资料",
}
RECURRENCES: Mapping[str, str] = {
    "once": "只办一次",
    "date": "每年这一天",
    "week-of": "每年，某天所在的那一周",
    "nth-weekday": "每年，某月第几个星期几",
    "months": "每年，这几个月",
    "yearly": "每年，日期另行通知",
    "term": "每学期",
    "monthly": "每月，日期另行通知",
    "month-end": "每月月底",
    "ongoing": "常年",
}
DAY_WORDS: Mapping[str, str] = dict(zip(DAYS, "一二三四五六日", strict=True))
ON_WORDS: Mapping[str, str] = {"any": "每周都是", "workday": "只在工作日", "day-off": "只在休息日"}
AUDIENCES: Mapping[str, str] = {
    "parents": "家长",
    "children": "孩子",
    "teachers": "老师",
    "families": "家庭",
    "public": "所有人",
}
OUTCOMES: Mapping[str, str] = {
    "right": "打通了，都对",
    "changed": "打通了，有变动",
    "no-answer": "没有人接",
    "gone": "停办了或是空号",
}
FRESH: Mapping[str, tuple[str, str]] = {  # state of a badge, words
    "never": ("warn", "还没核实过"),
    "current": ("good", "核实过"),
    "due": ("warn", "快到期"),
    "hidden": ("bad", "过期，家长看不到"),
    "none": ("", "没有号码"),
    "exempt": ("", "紧急电话，不用打"),
}
