"""WeChat's error codes as ChannelErrors: for staff a sentence, for the sender what to do."""

from __future__ import annotations

import re

from bot.channels.base import ChannelError, ErrorKind

# The token is not the latest, invalid or expired: refresh once, try once more, never loop.
TOKEN_CODES = frozenset({40001, 40014, 42001})
# The account's type lacks this call (msgmenu, typing): do without.
ACCOUNT_TYPE = 40200
# Typing: a bad command, nobody wrote in the last 30 seconds, already shown. Nothing that matters.
TYPING_CODES = frozenset({45072, 45080, 45081, ACCOUNT_TYPE})

_UNREACHABLE = "这位家长已取消关注，消息送不到了"
_SETUP = "微信公众号的配置有问题，请联系管理员"

_TABLE: dict[int, tuple[ErrorKind, str]] = {
    -1: ("transient", "微信系统繁忙，稍后会再试"),
    40001: ("transient", "微信凭证失效，稍后会再试"),
    40014: ("transient", "微信凭证失效，稍后会再试"),
    42001: ("transient", "微信凭证过期，稍后会再试"),
    45011: ("transient", "发送过于频繁，稍后会再试"),
    40003: ("permanent", _UNREACHABLE),
    43004: ("permanent", _UNREACHABLE),
    50005: ("permanent", _UNREACHABLE),
    43019: ("permanent", "这位家长在公众号的黑名单里，消息送不到"),
    43101: ("permanent", "家长没有订阅这类通知，消息送不到"),
    48002: ("permanent", "家长关闭了接收消息，消息送不到"),
    40033: ("permanent", "消息里有微信不收的字符，没有发出"),
    40007: ("permanent", "素材已失效，没有发出"),
    40037: ("permanent", "通知模板不对，没有发出"),
    47003: ("permanent", "通知内容不合模板的要求，没有发出"),
    65401: ("permanent", "老师的客服账号不对，没有发出"),
    ACCOUNT_TYPE: ("permanent", "当前类型的公众号不能用这项功能"),
    45002: ("permanent", "消息太长，没有发出，请分几条发"),
    45008: ("permanent", "一次只能发一篇图文，没有发出"),
    **dict.fromkeys(
        (40015, 40016, 40017, 40018, 40019, 40020, 40023, 40024, 40025, 40026, 40027, 40048, 40054, 40055),
        ("permanent", "微信没有收下这份菜单，里面有不合规定的地方"),
    ),
    76021: ("permanent", "微信没有这一项的额度"),
    76022: ("permanent", "微信不告诉这一项的额度"),
    45015: ("window-closed", "家长超过 48 小时没有说话，微信不让主动发消息；家长一说话就会送到"),
    45047: ("quota-used", "家长说话后能发的条数已经用完；家长一说话就会送到"),
    45009: ("misconfigured", "今天调用微信接口的次数用完了，请联系管理员"),
    40013: ("misconfigured", _SETUP),
    40125: ("misconfigured", _SETUP),
    40164: ("misconfigured", "服务器地址不在微信公众号的白名单里，请联系管理员"),
    40243: ("misconfigured", "公众号的密钥被冻结，请联系管理员"),
    48001: ("misconfigured", "公众号没有这项功能的权限，请联系管理员"),
    48004: ("misconfigured", "公众号的接口被微信封禁，请联系管理员"),
    50002: ("misconfigured", "公众号被微信限制，请联系管理员"),
}

_RID = re.compile(r"rid: ?([A-Za-z0-9-]{1,64})")


def from_code(code: int, message: str = "") -> ChannelError:
    """Give the error for a code; the message is used for its request id only. Unknown codes are worth another try."""
    kind, sentence = _TABLE.get(code, ("transient", "微信没有收下这条消息，稍后会再试"))
    rid = _RID.search(message)
    return ChannelError(sentence, kind=kind, code=code, rid=rid[1] if rid else "")


def unreachable(code: str) -> ChannelError:
    """Give the error for a server that hangs, breaks off or talks nonsense; `code` says which, without an address."""
    return ChannelError("暂时连不上微信，稍后会再试", kind="transient", code=code)
