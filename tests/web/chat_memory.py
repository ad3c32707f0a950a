"""A conversation and a library held in memory, behind the ports of the web channel, and an application around them."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from bot.channels.web.ports import Article, Beside, Line, PastDigest, Reference, Visitor
from bot.channels.web.routes import routes
from bot.channels.web.visitor import Identity
from bot.messages import (
    Call,
    CrisisCard,
    Heed,
    ListingCard,
    Paragraph,
    Reply,
    Say,
    SourceLine,
    Steps,
    Tap,
)
from bot.web import pages

SECRET = b"a key for tests only"
EVENING = datetime(2026, 5, 12, 12, 41, tzinfo=UTC)

OPEN_LINE = ListingCard(
    id="line-open",
    name="常州市未成年人 24 小时心理热线",
    region="常州",
    about="家长也可以打 · 公益",
    open="yes",
    status="现在有人接",
    phone="96111",
    checked="2026-05-06 拨打核实",
)
ASK_LINE = ListingCard(
    id="line-ask",
    name="全国统一心理援助热线",
    region="全国",
    about="大人孩子都能打",
    open="ask",
    status="时段以当地为准",
    phone="12356",
    checked="待核实 · 依据 2024 年文件",
)
SHUT_STATION = ListingCard(
    id="station",
    name="街道成长指导站",
    region="常州",
    about="当面聊",
    open="no",
    status="现在休息 · 下次开门：周二 9:00",
)

GUIDANCE = Reply(
    blocks=(
        Paragraph("被自己的孩子喊“滚”，心里一定很难受。他砸门，多半是急了又没台阶下，不等于他变坏了。"),
        Steps(
            (
                "今晚先不收。等两个人都平静了，过半小时再谈。",
                "只说您看到的：“这周有三天你过了十二点才睡。”",
                "请他先出主意：几点停、放哪里、周末多久，写下来试一周。",
                "到点前十分钟提醒一次，不夺、不当着别人说。",
            )
        ),
        Say("“我不是要抢你的手机，我是想让你睡够。时间你来定，我们先试一周。”"),
        Heed("连着两周睡不好、不去上学，或者说过不想活，请当天找老师，或打 12356。"),
        SourceLine(
            "自动回复 · 依据《全国家庭教育指导大纲（修订）》· 2026-04-18 审读", entry="screens-junior-slams-door"
        ),
    ),
    taps=(Tap("手机规矩怎么一起定"), Tap("半夜偷偷玩", "孩子半夜偷偷玩手机怎么办")),
    prompt="接着可以问",
)
LINES_NOW = Reply(
    blocks=(
        Paragraph("有。现在是周二 20:41，在常州可以打这些："),
        OPEN_LINE,
        ASK_LINE,
        SHUT_STATION,
        Heed("有人受伤或正有危险，先打 120 或 110。", urgent=True),
        SourceLine("自动回复 · 一个打不通，就换下一个"),
    )
)
CRISIS = Reply(
    blocks=(
        CrisisCard(
            level="urgent",
            kind="suicide",
            act="请现在就打 110，请他们来开门。孩子受伤了，同时打 120。",
            calls=(Call("110", "有危险、打不开门"), Call("120", "受伤、叫不醒")),
            steps=("守在门口，不要离开，让家里另一个人打电话。", "一直跟她说话：“妈妈在，妈妈不怪你。”"),
            footer="已经提醒值班老师，正在确认谁来接。电话请先打，不要等我们。",
        ),
        SourceLine("自动回复"),
    ),
    taps=(Tap("门开了，人没事"), Tap("我手抖，帮我说地址怎么讲")),
)

ARTICLE = Article(
    slug="screens-junior-slams-door",
    title="一收手机就砸门、喊我滚，怎么办？",
    blocks=GUIDANCE.blocks[:4],
    full="### 为什么偏偏是这个年纪\n\n十二三岁的孩子，想自己作主的心长得快，管住自己的本事长得慢。\n\n### 这一周\n\n"
    "- 先停，再谈。\n- 难受时打 12356。\n\n<script>alert(1)</script>\n",
    written=date(2026, 4, 1),
    reviewed=date(2026, 4, 18),
    topics=("手机与屏幕",),
    stages=("初中",),
    sources=(
        Reference("未成年人保护法", "第七十一条", date(2024, 4, 26), "https://www.example.cn/law"),
        Reference("指导大纲", "12—15 岁"),
    ),
    related=(("screens-rules", "手机规矩怎么一起定"),),
)


# As long as the content rules allow: 900 characters below 260, with as many headings as editors use.
LONGEST = replace(
    ARTICLE,
    slug="as-long-as-may-be",
    full="\n\n".join(f"### 这一节讲第 {n} 件事\n\n" + "孩子到了这个年纪最在意的是自己说了算。" * 7 for n in range(6)),
    sources=tuple(
        Reference(f"某某管理规定（第 {n} 号）", "第七十一条、第七十二条", date(2024, 4, 26)) for n in range(6)
    ),
)


def answer(text: str) -> Reply:
    """Answer the few sentences that tests say."""
    if "热线" in text:
        return LINES_NOW
    return CRISIS if "锁" in text else GUIDANCE


class MemoryThread:
    """Conversations in a dict; saying something adds the parent's line and the bot's."""

    def __init__(self, clock: Callable[[], datetime], answers: Callable[[str], Reply | None] = answer) -> None:
        self.lines_of: dict[Visitor, list[Line]] = defaultdict(list)
        self.answers = answers
        self.slow = 0.0
        self.typed: list[Visitor] = []
        self.broken = False
        self._clock, self._ids, self._news = clock, itertools.count(1), asyncio.Condition()

    async def add(self, visitor: Visitor, **what: object) -> Line:
        """Add one line and wake who waits."""
        line = Line(id=next(self._ids), at=self._clock(), **({"text": ""} | what))  # type: ignore[arg-type] # a test's shorthand
        async with self._news:
            self.lines_of[visitor].append(line)
            self._news.notify_all()
        return line

    async def say(self, visitor: Visitor, text: str, key: str, station: str = "") -> None:
        if self.broken:
            message = "the thread is broken"
            raise RuntimeError(message)
        if any(line.key == key for line in self.lines_of[visitor]):
            return
        await self.add(visitor, who="parent", text=text, key=key)
        await asyncio.sleep(self.slow)
        if reply := self.answers(text):
            await self.add(visitor, who="bot", reply=reply)

    async def lines(self, visitor: Visitor, after: int, limit: int) -> list[Line]:
        return [line for line in self.lines_of[visitor] if line.id > after][:limit]

    async def latest(self, visitor: Visitor, limit: int, before: int | None = None) -> list[Line]:
        return [line for line in self.lines_of[visitor] if before is None or line.id < before][-limit:]

    async def typing(self, visitor: Visitor) -> None:
        self.typed.append(visitor)

    async def wait(self, visitor: Visitor, after: int, timeout: float) -> bool:  # noqa: ASYNC109 - as in the port
        async def news() -> None:
            async with self._news:
                await self._news.wait_for(lambda: any(line.id > after for line in self.lines_of[visitor]))

        try:
            await asyncio.wait_for(news(), timeout)
        except TimeoutError:
            return False
        return True


class MemoryShelf:
    """Two articles, two lines to call."""

    def article(self, slug: str) -> Article | None:
        return next((article for article in (ARTICLE, LONGEST) if article.slug == slug), None)

    def __init__(self) -> None:
        self.ratings: list[tuple[str, str]] = []
        self.broken = False
        self.openings: list[str] = []

    async def opened(self, slug: str) -> None:
        if self.broken:
            raise OSError("no store")
        self.openings.append(slug)

    async def rate(self, slug: str, verdict: str) -> None:
        if self.broken:
            raise OSError("no store")
        self.ratings.append((slug, verdict))

    async def digests(self) -> tuple[PastDigest, ...]:
        found = ((ARTICLE.slug, ARTICLE.title),)
        return (PastDigest(date(2026, 5, 4), "5 月 4 日这一周", "这一周说说手机。", (("初中", found),)),)

    async def beside(self, visitor: Visitor | None) -> Beside:
        return Beside("常州 · 初中" if visitor else "", (OPEN_LINE, ASK_LINE))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def build(
    thread: MemoryThread,
    clock: Clock,
    *,
    shelf: MemoryShelf | None = None,
    heartbeat: float = 20,
    lifetime: float = 600,
    public_url: str = "",
) -> web.Application:
    """Make an application with the parent's pages over a thread in memory."""
    app = web.Application()
    pages.install(app, clock=clock, public_url=public_url, operator="某某区家庭教育指导中心")
    numbers = itertools.count(1)
    identity = Identity(SECRET, secure=public_url.startswith("https"), new_id=lambda: f"visitor-{next(numbers):08}")
    table, stream = routes(
        thread,
        shelf or MemoryShelf(),
        identity,
        clock,
        public_url=public_url,
        heartbeat=heartbeat,
        lifetime=lifetime,
    )
    app.add_routes(table)
    app.on_shutdown.append(stream.stop)
    return app
