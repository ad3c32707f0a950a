"""The account's custom menu: what is always one tap away, also for a parent who does not know what to type."""

from __future__ import annotations

from typing import Any

# The keys that CLICK events carry.
ASK = "ASK"
HUMAN = "HUMAN"
SERVICES = "SERVICES"
ACTIVITIES = "ACTIVITIES"
PRIVACY = "PRIVACY"
DELETE_ME = "DELETE_ME"
HELP = "HELP"
KEYS = frozenset({ASK, HUMAN, SERVICES, ACTIVITIES, PRIVACY, DELETE_ME, HELP})


def custom_menu(*, privacy_url: str | None = None) -> dict[str, Any]:
    """Give the body of menu/create; with an address the privacy notice opens as a page."""
    privacy = _view("隐私说明", privacy_url) if privacy_url else _click("隐私说明", PRIVACY)
    more = [
        _click("附近服务", SERVICES),
        _click("最近活动", ACTIVITIES),
        _click("怎么用", HELP),
        privacy,
        _click("删除我的数据", DELETE_ME),
    ]
    return {"button": [_click("问一问", ASK), _click("找老师", HUMAN), {"name": "更多", "sub_button": more}]}


def _click(name: str, key: str) -> dict[str, str]:
    return {"type": "click", "name": name, "key": key}


def _view(name: str, url: str) -> dict[str, str]:
    return {"type": "view", "name": name, "url": url}
