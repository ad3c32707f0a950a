"""Calls that set an account up: the menu and the codes, with their limits."""

from __future__ import annotations

from typing import Any

from bot.demo.wechat.sending import OK, Result
from bot.demo.wechat.world import World


def menu_create(world: World, body: dict[str, Any]) -> Result:
    """`menu/create`: three by five, names and keys within their bytes."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        return 40016
    fault = next(filter(None, (_button_fault(button) for button in buttons)), 0)
    if fault:
        return fault
    world.menu = body
    return OK


def menu_shown(world: World, _body: dict[str, Any]) -> Result:
    """`get_current_selfmenu_info`: the menu as it is shown, what is below wrapped in a list."""
    if not world.menu:
        return {"is_menu_open": 0}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_shown(button) for button in world.menu["button"]]}}


def quota_get(world: World, body: dict[str, Any]) -> Result:
    """`openapi/quota/get`: how often a call was made today and may be."""
    path = str(body.get("cgi_path", ""))
    if not path.startswith("/"):
        return 76003
    name = path.removeprefix("/cgi-bin/")
    if name not in world.limits:
        return 76021
    used, limit = world.used[world.clock().date(), name], world.limits[name]
    return {**OK, "quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}


def qrcode_create(world: World, body: dict[str, Any]) -> Result:
    """`qrcode/create`: a ticket and an address that carries the scene."""
    scene = body.get("action_info", {}).get("scene", {}).get("scene_str")
    if body.get("action_name") not in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        return 40053
    if not isinstance(scene, str) or not 1 <= len(scene) <= 64:
        return 40053
    seconds = body.get("expire_seconds", 30)
    if body["action_name"] == "QR_STR_SCENE" and not 1 <= int(seconds) <= 2_592_000:
        return 40053
    number = world.digits(12)
    answer: dict[str, Any] = {"ticket": f"TICKET{number}", "url": f"http://weixin.qq.com/q/{number}"}
    return answer | ({"expire_seconds": int(seconds)} if body["action_name"] == "QR_STR_SCENE" else {})


def clear_quota(world: World, body: dict[str, Any]) -> Result:
    """`clear_quota`: ten times a month all counts of today start anew."""
    if body.get("appid") != world.account.app_id:
        return 40013
    world.cleared += 1
    if world.cleared > 10:
        return 48006
    world.used.clear()
    return OK


def _button_fault(button: dict[str, Any]) -> int:
    if _bytes(button.get("name")) > 16 or not button.get("name"):
        return 40018
    below = button.get("sub_button")
    if below is None:
        return _target_fault(button)
    if not isinstance(below, list) or not 1 <= len(below) <= 5:
        return 40023
    names = (40018 if _bytes(each.get("name")) > 60 or not each.get("name") else 0 for each in below)
    return next(filter(None, names), 0) or next(filter(None, map(_target_fault, below)), 0)


def _target_fault(button: dict[str, Any]) -> int:
    kind = button.get("type")
    if kind == "click" and not 0 < _bytes(button.get("key")) <= 128:
        return 40019
    if kind == "view" and not 0 < _bytes(button.get("url")) <= 1024:
        return 40020
    return 0 if kind else 40016


def _shown(button: dict[str, Any]) -> dict[str, Any]:
    if "sub_button" in button:
        return {"name": button["name"], "sub_button": {"list": [_shown(each) for each in button["sub_button"]]}}
    return dict(button)


def _bytes(value: Any) -> int:
    return len(str(value or "").encode())
