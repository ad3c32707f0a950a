"""Alerts to staff through a WeCom group robot: a case number and a level, never a story.

WeCom takes 20 messages a minute and answers {"errcode": 0}; the key in the address is a secret and is never logged.
"""

from __future__ import annotations

import aiohttp

from bot.channels.base import ChannelError

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=2)
_LEVELS = {"urgent": "紧急", "high": "高", "concern": "关注", "none": "平常"}


# What each addressee of a round reads; the first round is worded apart, because nothing is late yet.
_FIRST = "有家长需要人接手：第 {case} 件，风险 {level}。请打开工作台。"
_LATER = {
    "staff": "还没有人确认：第 {case} 件，风险 {level}。请马上打开工作台，点“我看到了”。",
    "supervisor": "请主管来看：第 {case} 件，风险 {level}，值班老师还没有人确认。请打开工作台。",
    "next-station": "请下一站帮忙：第 {case} 件，风险 {level}，我们这边还没有人确认。请打开工作台，或联系我们的主管。",
}


async def alert(
    session: aiohttp.ClientSession, address: str, *, case_id: int, level: str, to: str = "staff", overdue: bool = False
) -> None:
    """Tell a group that a case waits.

    Raises:
        ChannelError: the robot was not reached or refused.
    """
    words = (_LATER[to] if overdue else _FIRST).format(case=case_id, level=_LEVELS[level])
    everybody = level == "urgent" or overdue
    body = {"msgtype": "text", "text": {"content": words, "mentioned_list": ["@all"] if everybody else []}}
    try:
        async with session.post(address, json=body, timeout=TIMEOUT) as response:
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        sentence = "没有连上企业微信机器人"
        raise ChannelError(sentence, kind="transient", code=type(error).__name__) from None
    code = answer.get("errcode") if isinstance(answer, dict) else "shape"
    if code != 0:
        sentence = "企业微信机器人没有收下提醒"
        raise ChannelError(sentence, kind="misconfigured", code=str(code))
