"""What a menu must keep to: WeChat's limits, and what has to stay in every parent's reach. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.channels.wechat.menu import (
    ACTS,
    BELOW,
    DELETE_ME,
    HUMAN,
    PAGES,
    PRIVACY,
    SAY,
    TOPS,
    Item,
    Menu,
    place_words,
    placed,
)

# UTF-8 bytes, as WeChat counts; a Chinese character takes three.
TOP_NAME, BELOW_NAME, KEY, URL = 16, 60, 128, 1024
SENTENCE = KEY - len(SAY)
# More than so many characters WeChat shows as "...".
TOP_SHOWN, BELOW_SHOWN = 4, 8
_RIGHTS = {
    HUMAN: "“找老师”要留着：家长什么时候都能找到人。",
    PRIVACY: "“隐私说明”要留着：家长有权知道我们记下了什么。",
    DELETE_ME: "“删除我的数据”要留着：这是家长的权利。",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: at which place (empty: with the whole), beside which field (`name`, `value`)."""

    place: str
    field: str
    sentence: str


def judge(menu: Menu, *, public_url: str, entries: Collection[str]) -> list[Fault]:
    """Find what keeps a menu from being saved or sent; `entries` are those that can be opened."""
    if not menu:
        return [Fault("", "", "菜单里还没有一项。")]
    found = [fault for place, item in placed(menu) for fault in _item(place, item, public_url, entries)]
    if len(menu) > TOPS:
        found.append(Fault("", "", f"最多 {TOPS} 个位置。"))
    found += [
        Fault(str(number), "", f"下面最多 {BELOW} 项，现在有 {len(top.below)} 项。")
        for number, top in enumerate(menu, 1)
        if len(top.below) > BELOW
    ]
    return [*found, *_doubles(menu), *(Fault("", "", words) for key, words in _RIGHTS.items() if not _leads(menu, key))]


def count(name: str) -> int:
    """Count as WeChat does, in Chinese characters: letters and digits are a third of one."""
    return -(-len(name.encode()) // 3)


def shortened(place: str, name: str) -> bool:
    """Whether WeChat takes a name, but shows only the beginning of it."""
    return len(name) > (BELOW_SHOWN if "-" in place else TOP_SHOWN)


def _item(place: str, item: Item, public_url: str, entries: Collection[str]) -> Iterator[Fault]:
    limit = BELOW_NAME if "-" in place else TOP_NAME
    if not item.name.strip():
        yield Fault(place, "name", "写上名字。")
    elif len(item.name.encode()) > limit:
        yield Fault(place, "name", f"名字最多 {limit // 3} 个字，现在 {count(item.name)} 个。")
    if item.below:
        if item.sort:
            words = f"下面还有 {len(item.below)} 项。要么选“点开下面几项”，要么先把它们清掉。"
            yield Fault(place, "value", words)
        return
    sentence = _target(item, public_url, entries)
    if sentence:
        yield Fault(place, "value", sentence)


def _target(item: Item, public_url: str, entries: Collection[str]) -> str:
    """Say what is wrong with where a button leads; nothing if it is right."""
    match item.sort:
        case "say":
            return _sentence(item.value)
        case "act":
            return "" if item.value in ACTS else "没有这项功能，请重新选。"
        case "page" if item.value not in PAGES:
            return "没有这一页，请重新选。"
        case "page" | "entry" if not public_url and item.value != "privacy":
            return "还没有配置对外地址，菜单里打不开页面。请管理员先在设置里写上。"
        case "page":
            return ""
        case "entry":
            return "" if item.value in entries else "没有找到这一条，请写标题里的几个字，再从下面选。"
        case "link":
            return _link(item.value)
        case _:
            return "选一下点了做什么。"


def _sentence(text: str) -> str:
    if not text.strip():
        return "写上点了以后替家长问的那句话。"
    if len(text.encode()) > SENTENCE:
        return f"这句话最多 {SENTENCE // 3} 个字，现在 {count(text)} 个。"
    return ""


def _link(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and "." in str(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        named = False
    if not url:
        return "写上网址。"
    if not named or not url.startswith("https://") or any(sign.isspace() for sign in url):
        return "网址要以 https:// 开头，中间没有空格。"
    size = len(url.encode())
    return f"网址太长了：最多 {URL} 个字符，现在 {size} 个。" if size > URL else ""


def _doubles(menu: Menu) -> Iterator[Fault]:
    """Names and targets that stand there twice: a parent could not tell them apart."""
    names: dict[str, str] = {}
    targets: dict[tuple[str, str], str] = {}
    for place, item in placed(menu):
        name = item.name.strip()
        if name and names.setdefault(name, place) != place:
            yield Fault(place, "name", f"{place_words(names[name])}已经叫这个名字了。")
        target = (item.sort, item.value)
        if item.sort and item.value and not item.below and targets.setdefault(target, place) != place:
            yield Fault(place, "value", f"和{place_words(targets[target])}做的是同一件事，留一个就好。")


def _leads(menu: Menu, key: str) -> bool:
    ways = {("act", key)} | ({("page", "privacy")} if key == PRIVACY else set())
    return any((item.sort, item.value) in ways for _, item in placed(menu) if not item.below)
