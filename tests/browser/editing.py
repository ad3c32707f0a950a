"""What those who keep the knowledge do in their browsers, step by step; nothing goes round a page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody types into the form of an entry."""

    title: str
    topic: str
    wordings: tuple[str, ...]
    brief: str
    full: str
    source: tuple[str, str]


async def typed(page: Any, it: Written, wordings: int = 0) -> None:
    """Type an entry into the open form, its wordings below the `wordings` that stand there already."""
    await page.fill("#title", it.title)
    await page.select_option("#topic", it.topic)
    for row, words in enumerate(it.wordings, wordings):
        field = page.locator(f"[name=wording-{row}]")
        if not await field.count():
            await page.click("text=加一种")
        await field.fill(words)
    await page.fill("#brief", it.brief)
    await page.fill("#full", it.full)
    await page.fill("[name=source-0]", it.source[0])
    await page.fill("[name=place-0]", it.source[1])


async def no_faults(page: Any) -> None:
    """Wait until the rules, asked while one types, have nothing more to say."""
    await page.wait_for_selector("#slot-tally >> text=没有要改的")


async def submits(page: Any) -> None:
    await page.click("button:text-is('送审')")
    await page.wait_for_selector("text=送审了")


async def returns(page: Any, words: str) -> None:
    await page.fill("#words", words)
    await page.click("text=请再改改")
    await page.wait_for_selector("text=退给写的人了")


async def approves(page: Any) -> None:
    await page.click("button:text-is('批准')")
    await page.wait_for_selector("text=批准了，可以发布")


async def publishes(page: Any, note: str, number: int) -> float:
    """Publish everything that waits, by one click; how many seconds later the page, by itself, says that it is live."""
    await page.goto(page.url.partition("/admin")[0] + "/admin/publish")
    await page.fill("#note", note)
    clicked = time.monotonic()
    await page.click("button:text-is('发布')")
    await page.wait_for_selector(f"[role=status] >> text=第 {number} 版换上了")
    return time.monotonic() - clicked


async def goes_back(page: Any, number: int) -> None:
    """Bring an older release back by one tap."""
    await page.click(f"button[aria-label='换上第 {number} 版']")
    await page.wait_for_selector(f"text=在用第 {number} 版")


async def everywhere(page: Any, processes: int) -> None:
    """Wait until the page says that every process answers from the live release."""
    await page.wait_for_selector(f"#along >> text={processes} / {processes}")


DOG = Written(
    title="孩子吵着要养狗，养了谁来管",
    topic="self-care-chores",
    wordings=(
        "答应自己遛，现在天天是我在铲屎",
        "想养狗",
        "楼下邻居家生了一窝奶狗，她放学就去抱，回来跟我磨到睡觉，说不给养就是不爱她",
        "不给买小狗就绝食",
        "七岁说会喂会洗，我不信他能坚持",
        "爷爷怕狗毛，娃非要带一只回来",
        "说同学家都有金毛，就我们家没有",
        "租的房子，怎么跟他讲养不了柯基",
    ),
    brief="""他一遍遍磨，您怕最后又全落到自己身上，这份顾虑很实在。

1. 先问他图什么：想有个伴，还是看别人有。
2. 一起算一张账：谁喂谁遛，一个月花多少，病了谁带去看。
3. 先空手过两周：每天早晚到点出门走二十分钟，走了就打勾。

可以这样说：“我知道你很想要它。咱们先像有狗一样过两周，看看我们俩行不行。”

被咬了、抓破了，先用肥皂水冲，马上去医院。家里有人过敏，先问医生。""",
    full="""### 他要的是什么

有的孩子想要一个放学等他的伴，有的是看见别人牵着神气，有的只是喜欢软乎乎的小东西。问清楚了，办法不一样：缺伴的，先约同学来家里；喜欢小动物的，可以先去救助站帮一天忙。

### 把账算给他看，也让他算

拿一张纸，写下一天要做的：早上几点起来遛，晚上谁带出去，下雨天怎么办，放假回老家放在哪里。再写一个月的花费，疫苗、粮食、看病，从哪里出。让孩子自己填，填不出来的地方，就是要商量的地方。

### 空手试两周

不买，也不一口回绝。从明天起，早晚到点就出门走二十分钟，回来在日历上打勾。不催，不替他记。两周里做到十天以上，说明他能担一些；做不到，也不笑他，说好过半年再来谈。

### 养了以后

六到九岁的孩子能添水、添粮，遛狗要大人一起；十岁以上可以管一顿。大人管最后一道：打疫苗、办证、牵绳。忘了的那天，提醒一次，狗不能饿着，您先做了，晚上再和他说，别拿“送走”吓他。

### 不能养的时候

租的房子、家里有人过敏、老人怕，都可以直说：“不是你不好，是我们家现在不行。”再给他一件能做的：认养一盆植物，周末去邻居家帮忙遛。他难过，陪他难过一会儿。""",
    source=("全国家庭教育指导大纲（修订）", "6-12"),
)
UNFINISHED = "先别急。\n1. 先问他图什么。"
MENDED = DOG.brief.replace("走了就打勾。", "走了就打勾；做不到也不骂，半年后再谈。")

BEADS_ASKED = ("孩子迷上拼豆一拼就是一天", "孩子天天拼豆一拼就是半天", "女儿迷上拼豆一天拼到晚")
BEADS = Written(
    title="孩子迷上拼豆，叫不停",
    topic="study-habits",
    wordings=(
        "满地的小豆子",
        "饭端到桌上喊八遍，头都不抬，说这一排还差三颗，拼完就来，拼完又换一张图纸",
        "同学都在拼，不给买就说没有朋友",
        "熨斗烫了手还要拼",
        "压岁钱全换成了豆子和图纸",
        "收起来她就哭一晚上",
        "说长大要开拼豆店，书也不念了",
        "眼睛都拼红了",
    ),
    brief="""桌上地上全是豆子，叫不动，还要花钱，换谁都着急。能坐住拼一下午，也是她的本事，收一收就好。

1. 先坐下看她拼一排，问她这张想送给谁。
2. 和她定两个数：一天拼多久，一个月花多少，写下来贴墙上。
3. 用定时器，响了拼完手上这一排就收进盒子。
4. 作业先做完，拼好的放到看得见的地方。

可以这样说：“这张真好看。咱们说好响铃收，明天接着拼。”

不睡、不吃、谁也不见，有两周了，请学校的心理老师看看。""",
    full="""### 她在里面找到了什么

一颗一颗摆上去，马上看得见成果；同学之间换图纸，有话可说；心烦的时候，手上有事做，人就静下来。先看见这些，再谈收一收，她才听得进。

### 两个数，她来定

时间和花费都请她先说，您再还价。写作业的日子四十分钟，周末两个小时，一个月三十块，都可以。写下来，两个人签名，贴在墙上。定了就照着做，您也不临时加码。

### 收的那一下最难

提前五分钟说一声，铃响了拼完手上这一排，盖上盖子，放到固定的格子里。头一个星期会闹，您别抢，别倒掉，坐在旁边等她盖上。做到三天，夸她具体的一句：“今天铃响你自己盖的。”

### 钱怎么管

从零花钱里出，记在本子上。花完了，等下个月。问同学借钱、拿家里的钱，先弄清多少，一起还，别当着外人说。

### 几样要当心的

烫的那一步大人来做，窗开着。眼睛二十分钟歇一歇，看看窗外。家里有小的，豆子收高处，别让他放进嘴里。

### 什么时候不只是爱好

不拼就发慌，觉不睡，饭不吃，学校不想去，同学也不见了，先别急着没收，问问最近在学校怎么样，约心理老师聊一次。""",
    source=("全国家庭教育指导大纲（修订）", "6-12"),
)
