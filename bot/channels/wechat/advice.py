"""What WeChat's refusals mean for those who keep the account: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import ChannelError

_BUSY = ("微信那边忙，没有办成", "过几分钟再试一次。")
_TOKEN = ("微信不认我们的凭证了，换了一次还是不认", "看看有没有别的系统在用同一个公众号密钥，再试一次。")
_NAME = ("微信说有一项的名字太长，或者是空的", "把名字改短一点，再试。")
_KEY = ("微信说有一项要问的话太长", "把那句话改短一点，再试。")
_URL = ("微信说有一个网址太长或者不合要求", "换一个短一点、https 开头的网址。")
_DOMAIN = ("微信不让菜单打开这个网址的域名", "在公众号后台看看这个域名能不能用，或者换一个网址。")
_COUNT = ("微信说按钮的个数不对", "最多三个位置，每个位置下面一到五项。")
_TYPE = ("微信说有一项做的事它不认识", "换一个做法，再试。")
_ADDRESS = ("服务器的地址不在公众号的白名单里", "在公众号后台“IP 白名单”里加上这台服务器的地址。")
_SECRET = ("公众号的编号或密钥不对", "对照公众号后台，请管理员改设置。")

# By WeChat's code, or by the name that `errors.unreachable` gives to what never became an answer.
_WORDS: Mapping[str, tuple[str, str]] = {
    "-1": _BUSY,
    "45011": ("调用得太密了", "等一分钟再试。"),
    "45009": ("今天能调用的次数用完了", "明天零点以后自动恢复；急的话在公众号后台清零一次。"),
    **dict.fromkeys(("40001", "40014", "42001"), _TOKEN),
    **dict.fromkeys(("40013", "40125", "41004"), _SECRET),
    "40164": _ADDRESS,
    "40243": ("公众号的密钥被冻结了", "在公众号后台解冻或重置密钥，再改设置。"),
    "48001": ("公众号没有这项权限", "看看公众号是不是已经认证，后台有没有开通这项功能。"),
    "48004": ("公众号的这项接口被微信封了", "到公众号后台看通知，按上面说的申诉。"),
    "50002": ("公众号被微信限制了", "到公众号后台看通知。"),
    **dict.fromkeys(("40016", "40023"), _COUNT),
    **dict.fromkeys(("40015", "40017", "40024"), _TYPE),
    **dict.fromkeys(("40018", "40025"), _NAME),
    **dict.fromkeys(("40019", "40026"), _KEY),
    **dict.fromkeys(("40020", "40027", "40039", "40066"), _URL),
    **dict.fromkeys(("40048", "40054", "40055"), _DOMAIN),
    "40033": ("里面有微信不收的字符", "去掉表情和少见的符号，再试。"),
    "76021": ("微信没有这一项的额度", "不用管。"),
    "76022": ("微信不告诉这一项的额度", "不用管。"),
    "timeout": ("等了几秒，微信没有答复", "过一会儿再试；一直这样，看看服务器能不能上网。"),
    **dict.fromkeys(
        ("not-json", "no-code", "bad-token-answer"),
        ("回来的不像是微信说的话", "看看服务器和微信之间有没有别的设备拦着，再试。"),
    ),
}
_UNREACHABLE = ("连不上微信", "看看服务器能不能上网，再试。")


def advice(code: str) -> tuple[str, str]:
    """Say what a code means, and what to do."""
    if found := _WORDS.get(code):
        return found
    if code.lstrip("-").isdecimal():
        return f"微信没有收下，说的是 {code}", "到微信的文档里查这个号码，或者过一会儿再试。"
    return _UNREACHABLE


def sentence(error: ChannelError) -> str:
    """Say both in one, with WeChat's own number where there is one."""
    what, todo = advice(error.code)
    number = f"（{error.code}）" if error.code.lstrip("-").isdecimal() and error.code not in what else ""
    return f"{what}{number}。{todo}"
