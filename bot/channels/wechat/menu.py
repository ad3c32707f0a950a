"""The account's custom menu: what is always one tap away, also for a parent who does not know what to type.

What administrators save is a `Menu`; WeChat gets its `body`. A tap on a sentence comes back as the key `SAY:` with the
sentence, so that it needs no table on our side, and an old menu on a parent's phone goes on working.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# The keys that CLICK events carry; what they say stands in bot/dialogue/commands.yaml.
ASK = "ASK"
HUMAN = "HUMAN"
SERVICES = "SERVICES"
ACTIVITIES = "ACTIVITIES"
PRIVACY = "PRIVACY"
DELETE_ME = "DELETE_ME"
HELP = "HELP"
ACTS: Mapping[str, str] = {
    ASK: "问一问",
    HUMAN: "找老师",
    SERVICES: "附近服务",
    ACTIVITIES: "最近活动",
    HELP: "怎么用",
    PRIVACY: "隐私说明",
    DELETE_ME: "删除我的数据",
    "BOOK": "预约",
    "MY_BOOKINGS": "我的预约",
    "MY_SUGGESTIONS": "我的建议",
    "PROFILE": "我的资料",
}
KEYS = frozenset(ACTS)
SAY = "SAY:"

TOPS, BELOW = 3, 5
PLACES = ("左边", "中间", "右边")
PAGES: Mapping[str, tuple[str, str]] = {"chat": ("对话页", "/chat"), "privacy": ("隐私说明全文", "/privacy")}

Sort = Literal["", "say", "act", "page", "entry", "link"]
SORTS: tuple[Sort, ...] = ("say", "act", "page", "entry", "link")


@dataclass(frozen=True, slots=True)
class Item:
    """One button: what it is called and where it leads; with items `below` it only opens them.

    `value` by `sort`: the sentence, a key of ACTS, a name of PAGES, the id of an entry, an address.
    """

    name: str
    sort: Sort = ""
    value: str = ""
    below: tuple[Item, ...] = ()


Menu = tuple[Item, ...]

PACKAGED: Menu = (
    Item("问一问", "act", ASK),
    Item("找老师", "act", HUMAN),
    Item(
        "更多",
        below=(
            Item("附近服务", "act", SERVICES),
            Item("最近活动", "act", ACTIVITIES),
            Item("怎么用", "act", HELP),
            Item("隐私说明", "page", "privacy"),
            Item("删除我的数据", "act", DELETE_ME),
        ),
    ),
)


def said(key: str) -> str:
    """Give the sentence that a key carries; empty for the others."""
    return key.removeprefix(SAY).strip() if key.startswith(SAY) else ""


def place_words(place: str) -> str:
    """Name a place as people do: `3-2` is 右边第 2 项."""
    top, _, under = place.partition("-")
    return PLACES[int(top) - 1] + (f"第 {under} 项" if under else "")


def placed(menu: Menu) -> Iterator[tuple[str, Item]]:
    """Give every button with its place: 1, 2, 3, 3-1, 3-2."""
    for number, top in enumerate(menu, 1):
        yield str(number), top
        for under, item in enumerate(top.below, 1):
            yield f"{number}-{under}", item


def body(menu: Menu, public_url: str) -> dict[str, Any]:
    """Give the body of menu/create. Without a public address the privacy notice is told in the conversation."""
    return {"button": [_button(top, public_url) for top in menu]}


def custom_menu(*, privacy_url: str | None = None) -> dict[str, Any]:
    """Give the packaged menu as WeChat takes it; with an address the privacy notice opens as a page."""
    return body(PACKAGED, (privacy_url or "").removesuffix(PAGES["privacy"][1]))


def _button(item: Item, public_url: str) -> dict[str, Any]:
    if item.below:
        return {"name": item.name, "sub_button": [_button(each, public_url) for each in item.below]}
    match item.sort:
        case "say":
            return _click(item.name, SAY + item.value)
        case "page":
            if not public_url and item.value == "privacy":
                return _click(item.name, PRIVACY)
            return _view(item.name, public_url + PAGES[item.value][1])
        case "entry":
            return _view(item.name, f"{public_url}/e/{item.value}")
        case "link":
            return _view(item.name, item.value)
        case _:
            return _click(item.name, item.value)


def _click(name: str, key: str) -> dict[str, str]:
    return {"type": "click", "name": name, "key": key}


def _view(name: str, url: str) -> dict[str, str]:
    return {"type": "view", "name": name, "url": url}


# Kept as JSON.


def dump(menu: Menu) -> str:
    """Write a menu down as it is saved."""
    return json.dumps([_kept(item) for item in menu], ensure_ascii=False, indent=1)


def load(text: str) -> Menu:
    """Read a saved menu.

    Raises:
        ValueError: it is none.
    """
    try:
        return tuple(_item(each) for each in json.loads(text))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _kept(item: Item) -> dict[str, Any]:
    kept: dict[str, Any] = {"name": item.name}
    if item.below:
        return kept | {"below": [_kept(each) for each in item.below]}
    return kept | {"sort": item.sort, "value": item.value}


def _item(kept: Mapping[str, Any]) -> Item:
    sort = kept.get("sort", "")
    value = str(kept.get("value", ""))
    if sort not in ("", *SORTS) or (sort == "page" and value not in PAGES):
        message = f"no such target: {sort!r} {value!r}"
        raise ValueError(message)
    return Item(str(kept["name"]), sort, value, tuple(map(_item, kept.get("below", ()))))


# What WeChat says of its menu, beside what we would send.


def told(buttons: object) -> dict[str, tuple[str, str]]:
    """Read buttons as we send them or as WeChat shows them: by place the name, and in words what they do.

    WeChat wraps what is below in a `list`; what was set in its console has types that we do not use.
    """
    found: dict[str, tuple[str, str]] = {}
    for number, top in enumerate(_objects(buttons), 1):
        below = top.get("sub_button")
        inner = _objects(below.get("list") if isinstance(below, Mapping) else below)
        found[str(number)] = (str(top.get("name", "")), "" if inner else _does(top))
        for under, item in enumerate(inner, 1):
            found[f"{number}-{under}"] = (str(item.get("name", "")), _does(item))
    return found


def differences(
    ours: Mapping[str, tuple[str, str]], theirs: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Give what differs: the place, as we have it, as they have it."""
    places = sorted({*ours, *theirs}, key=lambda place: [int(part) for part in place.split("-")])
    return [
        (place_words(place) if int(place[0]) <= TOPS else place, _shown(ours.get(place)), _shown(theirs.get(place)))
        for place in places
        if ours.get(place) != theirs.get(place)
    ]


def _shown(button: tuple[str, str] | None) -> str:
    if button is None:
        return "没有"
    name, does = button
    return f"{name}：{does}" if does else f"{name}：点开下面的"


def _does(button: Mapping[str, Any]) -> str:
    kind, key = str(button.get("type", "")), str(button.get("key", ""))
    if kind == "click":
        return f"问“{said(key)}”" if said(key) else ACTS.get(key, key)
    return str(button.get("url", "")) if kind == "view" else "在公众号后台设的内容"


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
