"""What WeChat does with a message that the account sends: every rule of the customer-service and template calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.demo.wechat.account import AI_NOTE, Bubble, Follower
from bot.demo.wechat.world import World

Result = dict[str, Any] | int
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
_PLAIN_MEDIA = frozenset({"image", "voice", "video"})


def custom_send(world: World, body: dict[str, Any]) -> Result:
    """`message/custom/send`."""
    follower = world.followers.get(str(body.get("touser", "")))
    kind, content = str(body.get("msgtype", "")), body.get(str(body.get("msgtype", "")))
    fault = _reachable(follower) or _content_fault(world, kind, content) or _agent_fault(world, body)
    if fault or follower is None or not isinstance(content, dict):
        return fault or 47001
    if fault := follower.sending_fault(world.clock()):
        return fault
    follower.typing_until = None
    agent = body.get("customservice", {}).get("kf_account", "")
    automatic = body.get("aimsgcontext", {}).get("is_ai_msg") == 1
    bubble = Bubble(
        world.clock(),
        "agent" if agent else "account",
        kind,
        _shown(kind, content),
        "api",
        AI_NOTE if automatic else world.account.agents.get(agent, ""),
        content,
    )
    world.show(follower, bubble)
    return OK


def typing(world: World, body: dict[str, Any]) -> Result:
    """`message/custom/typing`: only half a minute after an act, for a quarter of a minute, not twice."""
    follower = world.followers.get(str(body.get("touser", "")))
    if not world.account.certified:
        return 40200
    if fault := _reachable(follower):
        return fault
    if body.get("command") not in ("Typing", "CancelTyping"):
        return 45072
    return OK if follower is None else _typing(world, follower, start=body["command"] == "Typing")


def _typing(world: World, follower: Follower, *, start: bool) -> Result:
    now = world.clock()
    if not start:
        follower.typing_until = None
        return OK
    if not follower.last_act or now - follower.last_act > timedelta(seconds=30):
        return 45080
    if follower.typing_until and now < follower.typing_until:
        return 45081
    follower.typing_until = now + timedelta(seconds=15)
    return OK


def template_send(world: World, body: dict[str, Any]) -> Result:
    """`message/template/send`: no window needed; the same client_msg_id within ten minutes is the same notice."""
    follower = world.followers.get(str(body.get("touser", "")))
    if not world.account.certified:
        return 48001
    if fault := _known(follower) or _template_fault(world, body):
        return fault
    now, key = world.clock(), (str(body["touser"]), str(body.get("client_msg_id", "")))
    before = world.noticed.get(key)
    if key[1] and before and now - before[0] < timedelta(minutes=10):
        return {**OK, "msgid": before[1]}
    message_id = 200_000_000 + len(world.noticed)
    world.noticed[key] = (now, message_id)
    if follower and not follower.refuses:
        words = "\n".join(str(each["value"]) for each in body["data"].values())
        world.show(follower, Bubble(now, "account", "template", words, "api", "服务通知", {"url": body.get("url", "")}))
    return {**OK, "msgid": message_id}


def _known(follower: Follower | None) -> int:
    if follower is None:
        return 40003
    return 0 if follower.following else 43004


def _reachable(follower: Follower | None) -> int:
    if fault := _known(follower):
        return fault
    if follower and follower.blocked:
        return 43019
    return 48002 if follower and follower.refuses else 0


def _agent_fault(world: World, body: dict[str, Any]) -> int:
    agent = body.get("customservice", {}).get("kf_account")
    return 65401 if agent and agent not in world.account.agents else 0


def _content_fault(world: World, kind: str, content: Any) -> int:
    if not isinstance(content, dict):
        return 40008
    if kind == "text":
        return _text_fault(content.get("content"))
    if kind == "msgmenu":
        return 0 if world.account.certified else 40200
    if kind in ("news", "mpnewsarticle", "miniprogrampage"):
        return 45008 if len(content.get("articles", [])) > 1 else 0
    if kind in _PLAIN_MEDIA:
        return 0 if content.get("media_id") in world.media else 40007
    return 40008


def _text_fault(text: Any) -> int:
    if not isinstance(text, str) or not text.strip():
        return 44004
    return 45002 if len(text.encode()) > 2048 else 0


def _template_fault(world: World, body: dict[str, Any]) -> int:
    if body.get("template_id") not in world.account.templates:
        return 40037
    data = body.get("data")
    if not isinstance(data, dict) or not data:
        return 47003
    return next((47003 for name, each in data.items() if not _fits(name, each)), 0)


def _fits(name: str, each: Any) -> bool:
    limits = {"thing": 20, "character_string": 32, "phone_number": 17}
    limit = limits.get(name.rstrip("0123456789"), 200)
    return isinstance(each, dict) and 0 < len(str(each.get("value", ""))) <= limit


def _shown(kind: str, content: dict[str, Any]) -> str:
    if kind == "text":
        return str(content["content"])
    if kind == "msgmenu":
        links = [
            f'<a href="weixin://bizmsgmenu?msgmenucontent={item["content"]}&msgmenuid={item["id"]}">{item["content"]}</a>'
            for item in content.get("list", [])
        ]
        return "\n".join([str(content.get("head_content", "")), *links, str(content.get("tail_content", ""))]).strip()
    articles = content.get("articles") or [content]
    return str(articles[0].get("title", f"［{kind}］"))
