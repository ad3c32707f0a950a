"""A small library and a parent who talks with the pure core: each line said gives a decision, memory is carried on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from bot.dialogue.decide import decide
from bot.dialogue.decision import Decision, Desk, Tools
from bot.dialogue.plan import plan
from bot.dialogue.states import State
from bot.handoff.family.consent import OwnFile
from bot.handoff.loop import Started
from bot.messages import Assessment, Inbound, InboundKind, ListingCard, Reply, plain
from bot.parents.profile import Profile
from indexes.hits import Hit, Hits, Verdict
from knowledge.calendar import CHINA, china
from knowledge.directory import Directory
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
    Verification,
)
from knowledge.regions import RegionTree

SUNDAY_NIGHT = datetime(2026, 5, 10, 23, 10, tzinfo=CHINA)
TUESDAY_EVENING = datetime(2026, 5, 12, 20, 41, tzinfo=CHINA)
AT_WORK = Desk(on_duty=True, opens=None, waiting=0)
AT_HOME = Desk(on_duty=False, opens="明天（周三）8:30", waiting=0)

WHOLE_DAY = (
    Span(days=DAYS, start=time(8), end=time(22), tier="咨询老师接听"),
    Span(days=DAYS, start=time(22), end=time(8), tier="危机干预时段"),
)
OFFICE = (Span(days=DAYS[:5], start=time(9), end=time(17)),)
BRIEF = """孩子冲您发火，谁碰上都委屈。

1. 先放一放，等两个人都静下来。
2. 讲看到的事，别讲他这个人。
3. 请他先说几点停，写下来试一周。

可以这样说：“我担心你睡不够，几点停你说了算。”

半个月都睡不好，就去找班主任聊聊。"""

TAXONOMY = Taxonomy(
    topics={name: Topic(name, name, "all") for name in ("screens", "homework", "mental-health", "exams", "services")},
    groups={"all": "全部"},
    stages={
        "primary": Stage("primary", "小学", 6, 12),
        "junior": Stage("junior", "初中", 12, 15),
        "senior": Stage("senior", "高中", 15, 18),
    },
    families={"single": "单亲"},
)
REGIONS = (
    Region("china", "100000", "中国", "country", None),
    Region("310000", "310000", "上海市", "province", "china", ("上海",)),
    Region("putuo", "310107", "普陀区", "district", "310000", ("普陀",)),
    Region("320000", "320000", "江苏省", "province", "china", ("江苏",)),
    Region("changzhou", "320400", "常州市", "city", "320000", ("常州",)),
    Region("tianning", "320402", "天宁区", "district", "changzhou", ("天宁",)),
)
LAW = Source("minors-law-2024", "未成年人保护法", "law", "全国人大常委会", date(2024, 4, 26))
OUTLINE = Source("outline-2019", "全国家庭教育指导大纲（修订）", "outline", "全国妇联等", date(2019, 5, 14))


def entry(name: str, title: str, topics: Sequence[str] = ("screens",), **changes: Any) -> Entry:
    """An entry with sound defaults."""
    made = Entry(
        id=name,
        title=title,
        topics=tuple(topics),
        wordings=(),
        brief=BRIEF,
        full="### 为什么\n\n孩子到了这个年纪，**最在意**自己说了算。\n\n- 先听\n- 再说",
        sources=("outline-2019-12-15", "minors-law-2024-71"),
        written=date(2026, 4, 1),
        review_by=date(2027, 4, 1),
    )
    return replace(made, **changes)


def listing(name: str, title: str, region: str, **changes: Any) -> Listing:
    """A listing with sound defaults."""
    made = Listing(
        id=name,
        name=title,
        kind="hotline",
        region=region,
        about="孩子和家长都可以打。说什么都行。",
        source="minors-law-2024",
        source_date=date(2024, 6, 4),
    )
    return replace(made, **changes)


ENTRIES = (
    entry(
        "slams-door",
        "手机被收走就砸东西，怎么办",
        stages=("junior",),
        related=("rules", "night", "swears", "marks"),
        reviewed=date(2026, 4, 18),
    ),
    entry("rules", "跟孩子商量用机时间"),
    entry("night", "半夜偷偷玩手机怎么办"),
    entry("swears", "孩子冲我吼脏话怎么接"),
    entry("marks", "成绩一下掉到倒数，怎么办", ("exams",)),
    entry("tears", "写作业一写就哭", ("homework",)),
    entry("sad", "孩子老说没意思、提不起劲", ("mental-health",)),
    entry("transfer", "外地孩子能在这里中考吗", ("exams",)),
)
LISTINGS = (
    listing("china-110", "报警电话", "china", kind="emergency", phone="110", hours=WHOLE_DAY),
    listing("china-12356", "全国统一心理援助热线", "china", phone="12356", topics=("mental-health",)),
    listing("china-12355", "青少年服务台", "china", phone="12355", topics=("mental-health",), hours=None),
    listing("china-12345", "政务服务便民热线", "china", phone="12345", hours=WHOLE_DAY),
    listing(
        "changzhou-96111",
        "常州市未成年人心理服务热线",
        "changzhou",
        phone="96111",
        topics=("mental-health",),
        hours=WHOLE_DAY,
        verified=Verification(date(2026, 5, 6), "值班员"),
        fallback=("china-12356",),
    ),
    listing(
        "changzhou-station",
        "成长指导站",
        "changzhou",
        kind="station",
        about="当面聊，讲心理，讲家庭教育。",
        topics=("mental-health", "services"),
        hours=OFFICE,
        phone="12345",
        address="青龙路口",
        hours_note="周一到周五",
        fee="free",
    ),
    listing(
        "putuo-line",
        "普陀区教育系统心理热线",
        "putuo",
        topics=("mental-health",),
        hours=WHOLE_DAY,
        reach="请学校心理老师转接",
        fallback=("china-12356", "china-12355"),
    ),
    listing(
        "putuo-moms",
        "邻家妈妈互助组",
        "putuo",
        kind="service",
        aliases=("邻家妈妈",),
        reach="找居委会的儿童主任",
        fallback=("china-12345",),
    ),
)
ACTIVITIES = (
    Activity(
        "china-week",
        "全国家庭教育宣传周",
        "china",
        "各地办讲座和咨询。",
        Recurrence("week-of", month=5, day=15),
        "outline-2019",
        date(2022, 1, 1),
        join="看学校通知",
    ),
    Activity(
        "putuo-salon",
        "馨家园月末家长沙龙",
        "putuo",
        "家长们坐在一起聊。",
        Recurrence("month-end"),
        "minors-law-2024",
        date(2024, 5, 20),
        organiser="普陀区教育局",
        aliases=("馨家园",),
    ),
)
DUTIES = (
    Duty(
        "netbar",
        "网吧让孩子进",
        "文化和旅游部门",
        "china",
        "网吧不得让未成年人进。",
        "minors-law-2024",
        date(2024, 4, 26),
        wordings=("小区边上的网吧让小孩进", "网吧放小学生进去"),
        contacts=("china-12345",),
        fallback=("china-110",),
    ),
)
LIBRARY = Library(
    taxonomy=TAXONOMY,
    entries={one.id: one for one in ENTRIES},
    listings={one.id: one for one in LISTINGS},
    activities={one.id: one for one in ACTIVITIES},
    duties={one.id: one for one in DUTIES},
    sources={one.id: one for one in (LAW, OUTLINE)},
    regions={one.slug: one for one in REGIONS},
)
TREE = RegionTree(LIBRARY.regions)
TOOLS = Tools(LIBRARY, Directory(LIBRARY, TREE, china()), TREE)


def found(*ids: str, verdict: Verdict = "answer", scope: float = 0.9, margin: float = 0.4) -> Hits:
    """Hits on these entries, the first the best."""
    items = tuple(
        Hit("entry", one, LIBRARY.entries[one].title, round(0.9 - 0.1 * n, 2), LIBRARY.entries[one].topics)
        for n, one in enumerate(ids)
    )
    return Hits(items, verdict, inside=scope, margin=margin)


NOTHING = Hits(verdict="none", inside=0.5)


@dataclass
class Parent:
    """Somebody who talks: state and profile go on from line to line, as the shell would keep them."""

    region: str | None = None
    now: datetime = TUESDAY_EVENING
    desk: Desk = AT_WORK
    state: State = field(default_factory=State)
    profile: Profile = field(default_factory=Profile)
    notice_seen: bool = True
    tools: Tools = TOOLS
    own: tuple[Started, ...] = ()
    file: OwnFile | None = None

    def __post_init__(self) -> None:
        self.state = replace(self.state, notice_shown=self.state.notice_shown or self.notice_seen)
        self.profile = replace(self.profile, region=self.region or self.profile.region)

    def says(
        self, text: str, hits: Hits | None = NOTHING, *, risk: Assessment | None = None, at: datetime | None = None
    ) -> Decision:
        """Say a line; the search is as given."""
        return self.does("text", text, hits=hits, risk=risk, at=at)

    def does(
        self,
        kind: InboundKind,
        text: str = "",
        *,
        hits: Hits | None = NOTHING,
        risk: Assessment | None = None,
        at: datetime | None = None,
        **detail: Any,
    ) -> Decision:
        """Do something else: send a picture, tap the menu, follow."""
        self.now = at or self.now
        inbound = Inbound("web", "visitor", "key", kind, text, self.now, "page", detail=detail)
        self.planned = plan(self.state, self.profile, inbound, self.tools)
        decision = decide(
            self.state,
            self.profile,
            inbound,
            risk or Assessment(),
            self.planned,
            hits if self.planned.query else None,
            self.tools,
            self.now,
            self.desk,
            self.own,
            file=self.file,
        )
        self.state, self.profile = State.from_json(decision.state.to_json()), decision.profile
        return decision


def words(decision: Decision) -> str:
    """All that the parent reads."""
    return "\n".join(plain(reply) for reply in decision.replies)


def labels(decision: Decision) -> list[str]:
    """The taps of the answer."""
    return [tap.label for reply in decision.replies for tap in reply.taps]


def cards(decision: Decision) -> dict[str, ListingCard]:
    """The listings shown, by id."""
    blocks = [block for reply in decision.replies for block in reply.blocks]
    return {block.id: block for block in blocks if isinstance(block, ListingCard)}


def only(decision: Decision) -> Reply:
    """The one reply."""
    [reply] = decision.replies
    return reply
