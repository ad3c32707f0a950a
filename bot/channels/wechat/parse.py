"""From a payload to an `Inbound`: what a person did, in our words.

What each kind keeps in `detail` (all values are strings or numbers, ready for JSON):
image url media_id · voice media_id media_id_16k format recognised · video media_id thumb_media_id ·
location latitude longitude scale label · link title url description · subscribe, scan: scene ticket ·
click, view: key · position latitude longitude precision · sent-report msgid status (success, blocked, failed) ·
other-event: event, and what came with it. `text` holds the words: also a place's label, a link's title and a sentence
of the menu.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.wechat.cipher import Refused
from bot.channels.wechat.menu import said
from bot.messages import Inbound, InboundKind

Payload = Mapping[str, Any]
Detail = dict[str, Any]

# WeChat's own placeholder, of type text, for stickers and whatever else it does not pass on.
UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"

_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEY_LIMIT = 160


def to_inbound(payload: Payload, now: datetime) -> Inbound:
    """Read an authentic payload; what misses its sender, time or id is refused as malformed."""
    sender = _text(payload, "FromUserName")
    if not _OPENID.fullmatch(sender):
        raise Refused("malformed")
    at = _time(payload, now)
    if _text(payload, "MsgType") == "event":
        return _event(payload, sender, at)
    return _message(payload, sender, at)


def _message(payload: Payload, sender: str, at: datetime) -> Inbound:
    kind, detail, text = _MESSAGES.get(_text(payload, "MsgType"), _unsupported)(payload)
    menu_id = _text(payload, "bizmsgmenuid") if kind == "text" else ""
    key = f"m:{_integer(payload, 'MsgId')}"
    return Inbound("wechat", sender, key, kind, text, at, menu_id=menu_id or None, detail=detail)


def _event(payload: Payload, sender: str, at: datetime) -> Inbound:
    name = _text(payload, "Event")
    if not name:
        raise Refused("malformed")
    kind, detail = _EVENTS.get(name.lower(), _other_event)(payload)
    mark = _text(payload, "EventKey") or _text(payload, "MsgID")
    key = f"e:{int(at.timestamp())}:{name}:{mark}"
    if len(key) > _KEY_LIMIT:  # a VIEW event's key is an address of up to 1024 bytes
        key = f"e:{int(at.timestamp())}:{hashlib.sha256(key.encode()).hexdigest()}"
    text = said(detail["key"]) if kind == "click" else ""  # a sentence of the menu counts as if it had been typed
    return Inbound("wechat", sender, key, kind, text, at, detail=detail)


# Messages


def _said(payload: Payload) -> tuple[InboundKind, Detail, str]:
    text = _text(payload, "Content")
    return ("unsupported", {}, "") if text == UNSUPPORTED else ("text", {}, text)


def _image(payload: Payload) -> tuple[InboundKind, Detail, str]:
    return "image", _pick(payload, url="PicUrl", media_id="MediaId"), ""


def _voice(payload: Payload) -> tuple[InboundKind, Detail, str]:
    # WeChat still pushes Recognition but has left it empty since 2023; should it come back, it is the words.
    detail = _pick(payload, media_id="MediaId", media_id_16k="MediaId16K", format="Format", recognised="Recognition")
    return "voice", detail, detail["recognised"]


def _video(payload: Payload) -> tuple[InboundKind, Detail, str]:
    return "video", _pick(payload, media_id="MediaId", thumb_media_id="ThumbMediaId"), ""


def _location(payload: Payload) -> tuple[InboundKind, Detail, str]:
    detail = {
        "latitude": _degrees(payload, "Location_X", 90),
        "longitude": _degrees(payload, "Location_Y", 180),
        **_pick(payload, scale="Scale", label="Label"),
    }
    return "location", detail, _text(payload, "Label")


def _link(payload: Payload) -> tuple[InboundKind, Detail, str]:
    return "link", _pick(payload, title="Title", url="Url", description="Description"), _text(payload, "Title")


def _unsupported(payload: Payload) -> tuple[InboundKind, Detail, str]:
    return "unsupported", {"type": _text(payload, "MsgType")}, ""


_MESSAGES: dict[str, Callable[[Payload], tuple[InboundKind, Detail, str]]] = {
    "text": _said,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}


# Events


def _subscribe(payload: Payload) -> tuple[InboundKind, Detail]:
    scene = _text(payload, "EventKey").removeprefix("qrscene_")
    return "subscribe", {"scene": scene, "ticket": _text(payload, "Ticket")}


def _scan(payload: Payload) -> tuple[InboundKind, Detail]:
    return "scan", _pick(payload, scene="EventKey", ticket="Ticket")


def _click(payload: Payload) -> tuple[InboundKind, Detail]:
    return "click", _pick(payload, key="EventKey")


def _view(payload: Payload) -> tuple[InboundKind, Detail]:
    return "view", _pick(payload, key="EventKey")


def _position(payload: Payload) -> tuple[InboundKind, Detail]:
    detail = {
        "latitude": _degrees(payload, "Latitude", 90),
        "longitude": _degrees(payload, "Longitude", 180),
        "precision": _text(payload, "Precision"),
    }
    return "position", detail


def _unsubscribe(_payload: Payload) -> tuple[InboundKind, Detail]:
    return "unsubscribe", {}


def _sent_report(payload: Payload) -> tuple[InboundKind, Detail]:
    # "failed:user block", "failed: system failed": the spacing varies.
    status = _text(payload, "Status").replace(" ", "").lower()
    known = {"success": "success", "failed:userblock": "blocked"}
    return "sent-report", {"msgid": _text(payload, "MsgID"), "status": known.get(status, "failed")}


def _customer_service(payload: Payload) -> tuple[InboundKind, Detail]:
    picked = _pick(payload, account="KfAccount", source="FromKfAccount", target="ToKfAccount", reason="CloseType")
    return "other-event", {"event": _text(payload, "Event")} | {name: value for name, value in picked.items() if value}


def _notices(payload: Payload) -> tuple[InboundKind, Detail]:
    event = _text(payload, "Event")
    camel = "".join(word.title() for word in event.split("_"))
    holder = payload.get(camel)
    notices = holder.get("List", []) if isinstance(holder, Mapping) else []
    # One notice comes as a single element in JSON, several as a list; in XML the reader makes a list of both.
    notices = notices if isinstance(notices, list) else [notices]
    return "other-event", {"event": event, "notices": [_flat(notice) for notice in notices]}


def _other_event(payload: Payload) -> tuple[InboundKind, Detail]:
    return "other-event", {"event": _text(payload, "Event"), "key": _text(payload, "EventKey")}


_EVENTS: dict[str, Callable[[Payload], tuple[InboundKind, Detail]]] = {
    "subscribe": _subscribe,
    "scan": _scan,
    "click": _click,
    "view": _view,
    "location": _position,
    "unsubscribe": _unsubscribe,
    "templatesendjobfinish": _sent_report,
    "kf_create_session": _customer_service,
    "kf_close_session": _customer_service,
    "kf_switch_session": _customer_service,
    "subscribe_msg_popup_event": _notices,
    "subscribe_msg_change_event": _notices,
    "subscribe_msg_sent_event": _notices,
}


# Fields


def _text(payload: Payload, name: str) -> str:
    """A field as text, without the control characters that a database or an XML document cannot hold."""
    value = payload.get(name)
    if isinstance(value, Mapping | list):
        raise Refused("malformed")
    return "" if value is None else _CONTROLS.sub("", str(value))


def _pick(payload: Payload, **names: str) -> Detail:
    return {ours: _text(payload, theirs) for ours, theirs in names.items()}


def _flat(notice: object) -> dict[str, str]:
    return {str(name): _text(notice, name) for name in notice} if isinstance(notice, Mapping) else {}


def _integer(payload: Payload, name: str) -> int:
    """A 64-bit number, exactly: never by way of a float."""
    digits = _text(payload, name)
    if not re.fullmatch(r"[0-9]{1,20}", digits) or not 0 < int(digits) < 2**64:
        raise Refused("malformed")
    return int(digits)


def _time(payload: Payload, now: datetime) -> datetime:
    seconds = _integer(payload, "CreateTime")
    if seconds > (now + timedelta(days=1)).timestamp():
        raise Refused("malformed")
    return datetime.fromtimestamp(seconds, UTC)


def _degrees(payload: Payload, name: str, limit: int) -> float:
    try:
        value = float(_text(payload, name))
    except ValueError:
        raise Refused("malformed") from None
    if not math.isfinite(value) or abs(value) > limit:
        raise Refused("malformed")
    return value
