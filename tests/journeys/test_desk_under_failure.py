"""WeChat in trouble while a counsellor writes: each line arrives once and in order, is kept, or fails with its reason.

The counsellor writes at the real desk, the parent reads in the stand-in for WeChat; bubbles are counted there. After a
trouble the clock of the house goes on, so that the pauses between tries take no time.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient

from bot.app import SERVICES
from bot.demo.wechat.faults import Fault
from bot.jobs.send import TOGETHER, TRIES
from bot.store import outbox
from tests.house import House

OURS = {"Sec-Fetch-Site": "same-origin"}
SEND, TOKEN = "message/custom/send", "stable_token"
PARENT = "o-mei"
APART = TOGETHER + timedelta(seconds=1)  # lines closer together may go out as one message
LATER = timedelta(minutes=5)  # the longest pause between two tries
PATIENT_SECONDS = 30.0


@dataclass
class Talk:
    """A counsellor who has taken the case of a WeChat parent."""

    house: House
    desk: TestClient
    case: int
    said: int = 0

    async def says(self, *lines: str) -> None:
        """Write lines one after the other; each is answered with 303, so it is kept."""
        for words in lines:
            self.said += 1
            form = {"text": words, "key": f"key-{self.said}", "slowly": "1"}
            address = f"/desk/cases/{self.case}/messages"
            answer = await self.desk.post(address, data=form, headers=OURS, allow_redirects=False)
            assert answer.status == 303
            self.house.clock.forward(APART)

    async def settled(self) -> None:
        """Let time go by until nothing is on its way any more."""
        ends = asyncio.get_running_loop().time() + PATIENT_SECONDS
        while True:
            async with self.house.app[SERVICES].engine.connect() as conn:
                if not await outbox.pending(conn):
                    return
            assert asyncio.get_running_loop().time() < ends, "something never came to an end"
            self.house.clock.forward(LATER)
            await asyncio.sleep(0.1)

    def read(self) -> list[str]:
        """Give what the parent has read of this counsellor, line by line, in order."""
        bubbles = [bubble.text for bubble in self.house.thread(PARENT) if bubble.via == "api"]
        return [line for text in bubbles for line in text.removeprefix("周老师：").split("\n")]

    async def told(self) -> dict[str, str]:
        """Give how the counsellor's page says that each line was delivered."""
        page = await (await self.desk.get(f"/desk/cases/{self.case}")).text()
        turns = re.findall(r'data-who="person">(.*?)</li>', page, re.DOTALL)
        return {
            _plain(_part(turn, "bubble")): _plain(turn.rpartition("</time>")[2].partition("<form")[0]) for turn in turns
        }

    async def heard(self, words: str = "我在") -> None:
        """Let the parent write, and what waited go."""
        await self.house.act("say", text=words)
        await self.settled()


def _part(turn: str, name: str) -> str:
    found = re.search(rf'class="{name}[^>]*>(.*?)</p>', turn, re.DOTALL)
    return found[1] if found else ""


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture
async def talk(house: House) -> Talk:
    await house.say("我想找老师聊聊")
    desk = await house.staff()
    assert (await desk.post("/desk/cases/1/claim", headers=OURS, allow_redirects=False)).status == 303
    return Talk(house, desk, 1)


def order(talk: Talk, *faults: Fault, path: str = SEND) -> None:
    for fault in faults:
        talk.house.fake.world.faults.order(path, fault)


PASSING = {
    "system busy": Fault(errcode=-1, times=2),
    "too fast": Fault(errcode=45011, times=2),
    "token not the latest": Fault(errcode=40001, times=3),
    "token expired": Fault(errcode=42001, times=3),
    "a code nobody has heard of": Fault(errcode=99999, times=2),
    "the day's calls used up, then raised": Fault(errcode=45009, times=2),
    "500": Fault(status=500, times=2),
    "502 with a page": Fault(status=502, raw="<html>Bad Gateway</html>", times=2),
    "a page instead of an answer": Fault(raw="<html>维护中</html>", times=2),
    "half an answer": Fault(raw='{"errcode":0', times=2),
    "an answer of another kind": Fault(raw="[0]", times=2),
    "an answer without a code": Fault(raw="{}", times=2),
    "a code that is no number": Fault(raw='{"errcode":"0"}', times=2),
    "broken off": Fault(drop=True, times=2),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_trouble_that_passes_delays_lines_and_neither_loses_nor_doubles_nor_mixes_them(
    talk: Talk, fault: Fault
) -> None:
    order(talk, Fault(**{name: getattr(fault, name) for name in Fault.__slots__}))
    await talk.says("一，您先坐下", "二，孩子在家吗", "三，我在听")
    await talk.settled()
    assert not talk.house.fake.world.faults.waiting.get(SEND), "the trouble was not met"
    assert talk.read() == ["一，您先坐下", "二，孩子在家吗", "三，我在听"]
    assert set((await talk.told()).values()) == {"已送达"}


async def test_wechat_that_hangs_delays_lines_and_loses_none(talk: Talk) -> None:
    order(talk, Fault(hang=9, status=504))
    await talk.says("一", "二")
    await talk.settled()
    assert talk.read() == ["一", "二"]


@pytest.mark.parametrize(
    "fault",
    [Fault(errcode=-1), Fault(errcode=45009), Fault(status=500), Fault(raw="维护中"), Fault(drop=True)],
    ids=["busy", "used up", "500", "garbage", "broken off"],
)
async def test_a_token_that_cannot_be_had_for_a_while_delays_lines_only(talk: Talk, fault: Fault) -> None:
    talk.house.fake.world.tokens.forget()
    talk.house.clock.forward(timedelta(hours=2))  # the one that is kept is over too
    order(talk, fault, path=TOKEN)
    await talk.says("一", "二")
    await talk.settled()
    assert talk.read() == ["一", "二"]


async def test_a_reset_secret_makes_every_token_worthless_and_no_line_is_lost(talk: Talk) -> None:
    await talk.says("一")
    await talk.settled()
    talk.house.fake.world.tokens.forget()
    await talk.says("二", "三")
    await talk.settled()
    assert talk.read() == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("code", "why"),
    [(45015, "家长超过 48 小时没有说话"), (45047, "家长说话后能发的条数已经用完")],
)
async def test_what_wechat_refuses_until_the_parent_writes_is_kept_and_then_sent_once(
    talk: Talk, code: int, why: str
) -> None:
    order(talk, Fault(errcode=code))
    await talk.says("一", "二")
    await talk.settled()
    assert talk.read() == []
    told = await talk.told()
    assert told["一"].startswith(f"留着：{why}")
    assert told["二"].startswith("留着：")
    await talk.heard()
    await talk.says("三")
    await talk.settled()
    assert talk.read() == ["一", "二", "三"]
    assert set((await talk.told()).values()) == {"已送达"}
    await talk.heard("还在吗")
    assert talk.read() == ["一", "二", "三"]


async def test_the_sixth_line_is_kept_and_the_parents_next_word_brings_it_before_the_new_ones(talk: Talk) -> None:
    lines = [f"第{number}句" for number in "一二三四五六七"]
    await talk.says(*lines)
    await talk.settled()
    assert talk.read() == lines[:5]
    assert (await talk.told())["第六句"].startswith("留着：")
    await talk.heard()
    await talk.says("第八句")
    await talk.settled()
    assert talk.read() == [*lines, "第八句"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (40003, "这位家长已取消关注，消息送不到了"),
        (43019, "这位家长在公众号的黑名单里，消息送不到"),
        (48002, "家长关闭了接收消息，消息送不到"),
        (40033, "消息里有微信不收的字符，没有发出"),
    ],
)
async def test_what_can_never_arrive_fails_with_its_reason_and_the_next_line_goes(
    talk: Talk, code: int, why: str
) -> None:
    order(talk, Fault(errcode=code))
    await talk.says("一", "二")
    await talk.settled()
    assert talk.read() == ["二"]
    assert await talk.told() == {"一": f"没送出：{why}", "二": "已送达"}
    await talk.heard()
    assert talk.read() == ["二"], "what failed is not sent behind the counsellor's back"


async def test_a_parent_whom_wechat_does_not_know_any_more(talk: Talk) -> None:
    talk.house.fake.world.followers.pop(PARENT)
    await talk.says("一", "二")
    await talk.settled()
    assert set((await talk.told()).values()) == {"没送出：这位家长已取消关注，消息送不到了"}


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(errcode=-1, times=None), "微信系统繁忙"),
        (Fault(errcode=45009, times=None), "今天调用微信接口的次数用完了，请联系管理员"),
        (Fault(status=500, times=None), "暂时连不上微信"),
    ],
    ids=["busy", "used up", "500"],
)
async def test_trouble_that_does_not_pass_ends_in_a_failure_that_says_why(talk: Talk, fault: Fault, why: str) -> None:
    order(talk, Fault(errcode=fault.errcode, status=fault.status, times=None))
    await talk.says("一")
    await talk.settled()
    assert talk.read() == []
    assert (await talk.told())["一"] == f"没送出：{why}，试了 {TRIES} 次没有送到，请再发一次"
    assert sum(call.path == SEND for call in talk.house.fake.world.calls) == TRIES


async def test_an_answer_that_is_lost_after_the_words_have_gone_may_double_that_line_and_no_other(talk: Talk) -> None:
    """WeChat has no key by which it would know a message again: sent twice is better than never."""
    order(talk, Fault(done=True, drop=True))
    await talk.says("一", "二")
    await talk.settled()
    assert talk.read() == ["一", "一", "二"]


async def test_one_familys_trouble_does_not_hold_up_another(talk: Talk) -> None:
    await talk.house.say("我想找老师聊聊", "o-lan")
    await talk.desk.post("/desk/cases/2/claim", headers=OURS, allow_redirects=False)
    order(talk, Fault(errcode=-1))
    await talk.says("一")
    other = Talk(talk.house, talk.desk, 2, said=10)
    await other.says("您好，我看到了")
    arrived = await talk.house.reply("o-lan", 2)
    assert "您好，我看到了" in arrived
    await talk.settled()
    assert talk.read() == ["一"]
