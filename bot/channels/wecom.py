"""Alerts to staff through a WeCom group robot: a case number and a level, never a story.

WeCom takes 20 messages a minute and answers {"errcode": 0}; the key in the address is a secret and is never logged.
"""

from __future__ import annotations

import aiohttp

from bot.channels.base import ChannelError

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=2)
_LEVELS = {"urgent": "紧急", "high": "高", "concern": "关注", "none": "平常"}


async def alert(session: aiohttp.ClientSession, address: str, *, case_id: int, level: str) -> None:
    """Tell the group that a case waits.

    Raises:
        ChannelError: the robot was not reached or refused.
    """
    words = f"有家长需要人接手：第 {case_id} 件，风险 {_LEVELS[level]}。请打开工作台。"
    body = {"msgtype": "text", "text": {"content": words, "mentioned_list": ["@all"] if level == "urgent" else []}}
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
