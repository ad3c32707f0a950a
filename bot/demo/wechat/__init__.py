"""A stand-in for WeChat: a real HTTP server that pushes, checks and refuses as WeChat is documented to do.

It shares no code with `bot.channels.wechat`: its own encryption, its own XML, its own counting, so that talking to
it proves something. Start it with `run`, or mount `FakeWeChat(...).app()` in a test.
"""

from bot.demo.wechat.account import Account
from bot.demo.wechat.fake import FakeWeChat, run

__all__ = ["Account", "FakeWeChat", "run"]
