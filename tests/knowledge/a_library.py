"""A small library to test with, and makers of its parts: everything has a sound default, a test changes one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from knowledge.model import (
    DAYS,
    Activity,
    Duty,
    Entry,
    Library,
    Listing,
    Recurrence,
    Region,
    Source,
    Span,
    Stage,
    Taxonomy,
    Topic,
)

WHOLE_DAY = (Span(days=DAYS, start=time(0), end=time(0)),)
OFFICE_HOURS = (Span(days=DAYS[:5], start=time(9), end=time(17)),)

BRIEF = """收了手机就吵起来，一天的累都白费了，您心里一定不好受。

1. 今晚先不收，等两个人都静下来再说。
2. 只说看到的事，不说他这个人。
3. 让他先提几点停，写下来试一周。

可以这样说：“我想让你睡够，时间你来定。”

连着两周睡不好，请找班主任或打 12356。"""

FULL = "孩子到了这个年纪，最在意的是自己说了算。" * 22

WORDINGS = (
    "一拿走就砸门",
    "儿子初二，回家抱着不放，说两句喊我滚",
    "昨晚把机子收了 现在一天没理我",
    "约好九点交，到点耍赖",
    "孙子他爸一抢他就摔东西，我一个老太婆拦不住",
    "娃不给玩就发脾气咋整",
    "收出仇来了",
    "女儿13岁，睡觉还攥在手里，一碰就哭",
)

TAXONOMY = Taxonomy(
    topics={
        "screens": Topic("screens", "手机与屏幕", "digital"),
        "communication": Topic("communication", "亲子沟通", "relations"),
        "services": Topic("services", "机构与服务", "protection"),
    },
    groups={"digital": "数字生活", "relations": "关系", "protection": "保护与权利"},
    stages={"primary": Stage("primary", "小学", 6, 12), "junior": Stage("junior", "初中", 12, 15)},
    families={"left-behind": "留守"},
)

REGIONS = (
    Region("china", "000000", "中国", "country", None, ("全国",)),
    Region("310000", "310000", "上海市", "province", "china", ("上海",)),
    Region("320000", "320000", "江苏省", "province", "china", ("江苏",)),
    Region("330000", "330000", "浙江省", "province", "china", ("浙江",)),
    Region("140000", "140000", "山西省", "province", "china", ("山西",)),
    Region("500000", "500000", "重庆市", "province", "china", ("重庆",)),
    Region("610000", "610000", "陕西省", "province", "china", ("陕西",)),
    Region("120000", "120000", "天津市", "province", "china", ("天津",)),
    Region("320100", "320100", "南京市", "city", "320000", ("南京",)),
    Region("320300", "320300", "徐州市", "city", "320000", ("徐州",)),
    Region("changzhou", "320400", "常州市", "city", "320000", ("常州",)),
    Region("330900", "330900", "舟山市", "city", "330000", ("舟山",)),
    Region("140500", "140500", "晋城市", "city", "140000"),
    Region("baoji", "610300", "宝鸡市", "city", "610000", ("宝鸡",)),
    Region("510000", "510000", "四川省", "province", "china", ("四川",)),
    Region("511100", "511100", "乐山市", "city", "510000", ("乐山",)),
    Region("511102", "511102", "市中区", "district", "511100"),
    Region("120101", "120101", "和平区", "district", "120000"),
    Region("putuo", "310107", "普陀区", "district", "310000", ("普陀",)),
    Region("320106", "320106", "鼓楼区", "district", "320100"),
    Region("320302", "320302", "鼓楼区", "district", "320300"),
    Region("320402", "320402", "天宁区", "district", "changzhou", ("天宁",)),
    Region("330903", "330903", "普陀区", "district", "330900"),
    Region("jincheng", "140502", "城区", "district", "140500", ("晋城", "晋城市城区")),
    Region("140525", "140525", "泽州县", "district", "140500", ("泽州",)),
    Region("140502001", "140502001", "东街街道", "street", "jincheng"),
    Region("610303", "610303", "金台区", "district", "baoji", ("金台",)),
    Region("610116", "610116", "长安区", "district", "610000", ("长安",)),
    Region("yubei", "500112", "渝北区", "district", "500000", ("渝北",)),
)

SOURCES = (
    Source("minors-law-2024", "未成年人保护法", "law", "全国人大常委会", date(2024, 4, 26)),
    Source("outline-2019", "全国家庭教育指导大纲", "outline", "全国妇联", date(2019, 5, 14), "妇字〔2019〕27号"),
    Source(
        "notice-2024", "关于 12356 的通知", "policy", "国家卫生健康委", date(2024, 12, 25), url="https://a.cn/n?a=1"
    ),
)


def entry(slug: str = "screens-slams-door", /, **changes: Any) -> Entry:
    """Make a sound entry."""
    sound = Entry(
        id=slug,
        title="初中生一收手机就摔门怎么办",
        topics=("screens", "communication"),
        wordings=WORDINGS,
        brief=BRIEF,
        full=FULL,
        sources=("minors-law-2024-71", "outline-2019-12-15"),
        written=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        stages=("junior",),
    )
    return replace(sound, **changes)


def listing(slug: str = "national-12356", /, **changes: Any) -> Listing:
    """Make a sound listing."""
    sound = Listing(
        id=slug,
        name="全国统一心理援助热线",
        kind="hotline",
        region="china",
        about="心里难受时可以打，孩子和家长都可以。",
        source="notice-2024",
        source_date=date(2024, 12, 25),
        phone="12356",
    )
    return replace(sound, **changes)


def activity(slug: str = "family-week", /, **changes: Any) -> Activity:
    """Make a sound activity."""
    sound = Activity(
        id=slug,
        name="全国家庭教育宣传周",
        region="china",
        about="各地办家长课堂和亲子活动。",
        recurrence=Recurrence("week-of", month=5, day=15),
        source="minors-law-2024",
        source_date=date(2024, 4, 26),
    )
    return replace(sound, **changes)


def duty(slug: str = "internet-cafe", /, **changes: Any) -> Duty:
    """Make a sound duty."""
    sound = Duty(
        id=slug,
        problem="网吧让未成年人进去上网",
        department="文化和旅游部门",
        region="china",
        about="网吧不能接待未成年人，可以打 12345 反映。",
        source="minors-law-2024-58",
        source_date=date(2024, 4, 26),
        wordings=("小区边上的网吧放小孩进",),
        contacts=("national-12345",),
    )
    return replace(sound, **changes)


def library(**changes: Any) -> Library:
    """Make a sound library of a few things; a change gives the records of one kind."""
    parts: dict[str, Any] = {
        "entries": [entry()],
        "listings": [
            listing(),
            listing("national-12345", name="政务服务便民热线", phone="12345", hours=WHOLE_DAY),
            listing("national-110", name="报警电话", kind="emergency", phone="110", hours=WHOLE_DAY),
            listing("changzhou-96111", name="常州市未成年人心理服务热线", region="changzhou", phone="96111"),
        ],
        "activities": [activity()],
        "duties": [duty()],
        "sources": SOURCES,
        "regions": REGIONS,
    } | changes
    keyed = {kind: {_key(thing): thing for thing in things} for kind, things in parts.items()}
    return Library(taxonomy=TAXONOMY, **keyed)


def _key(thing: Any) -> str:
    return str(thing.slug if isinstance(thing, Region) else thing.id)
