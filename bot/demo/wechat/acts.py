"""What a follower can do, as the fields that WeChat pushes for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
# To these WeChat takes words in return, and shows a fault when there is none in time.
ANSWERABLE_EVENTS = frozenset({"subscribe", "SCAN", "CLICK"})
_MINUTE_EVENTS = ANSWERABLE_EVENTS | {"scancode_push", "scancode_waitmsg"}


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its fields without sender and time, what it opens, and the words that show in the thread."""

    fields: Fields
    opens: str  # message, minute or nothing
    shown: str
    kind: str

    @property
    def event(self) -> str:
        """The event's name; empty for a message."""
        return str(self.fields.get("Event", ""))

    @property
    def answerable(self) -> bool:
        """Whether an answer is taken."""
        return not self.event or self.event in ANSWERABLE_EVENTS


def say(text: str) -> Act:
    """Typed words."""
    return Act({"MsgType": "text", "Content": text}, "message", text, "text")


def tap(content: str, menu_id: str) -> Act:
    """A tap on a link or a menu item in a message: arrives as words with an id, opens only the minute."""
    fields = {"MsgType": "text", "Content": content, "bizmsgmenuid": menu_id}
    return Act(fields, "minute", content, "text")


def event(name: str, key: str = "", extra: Mapping[str, Any] | None = None) -> Act:
    """An event; following and scanning carry a ticket when they carry a scene."""
    fields: Fields = {"MsgType": "event", "Event": name}
    if key or name in ("CLICK", "VIEW", "SCAN", "subscribe"):
        fields["EventKey"] = f"qrscene_{key}" if name == "subscribe" and key else key
    if key and name in ("SCAN", "subscribe"):
        fields["Ticket"] = f"TICKET_{key}"
    return Act({**fields, **(extra or {})}, "minute" if name in _MINUTE_EVENTS else "nothing", "", "event")


def send(kind: str, media_id: str, given: Mapping[str, Any]) -> Act:
    """Something other than words. A sticker, or whatever else WeChat does not pass on, arrives as its placeholder."""
    fields, shown = _SENT.get(kind, _placeholder)(media_id, given)
    return Act(fields, "message", shown, kind)


def _placeholder(_media_id: str, _given: Mapping[str, Any]) -> tuple[Fields, str]:
    return {"MsgType": "text", "Content": UNSUPPORTED}, "［表情］"


def _image(media_id: str, given: Mapping[str, Any]) -> tuple[Fields, str]:
    url = given.get("url", f"http://mmbiz.qpic.cn/mmbiz_jpg/{media_id}/0")
    return {"MsgType": "image", "PicUrl": url, "MediaId": media_id}, "［图片］"


def _voice(media_id: str, _given: Mapping[str, Any]) -> tuple[Fields, str]:
    # Recognition is pushed and has been empty since 2023.
    fields = {
        "MsgType": "voice",
        "MediaId": media_id,
        "Format": "amr",
        "Recognition": "",
        "MediaId16K": f"{media_id}-16k",
    }
    return fields, "［语音］"


def _video(media_id: str, given: Mapping[str, Any]) -> tuple[Fields, str]:
    kind = "shortvideo" if given.get("short") else "video"
    return {"MsgType": kind, "MediaId": media_id, "ThumbMediaId": f"{media_id}-thumb"}, "［视频］"


def _location(_media_id: str, given: Mapping[str, Any]) -> tuple[Fields, str]:
    label = str(given.get("label", ""))
    fields = {
        "MsgType": "location",
        "Location_X": given.get("latitude", 31.78),
        "Location_Y": given.get("longitude", 119.95),
        "Scale": 16,
        "Label": label,
    }
    return fields, f"［位置］{label}"


def _link(_media_id: str, given: Mapping[str, Any]) -> tuple[Fields, str]:
    title = str(given.get("title", ""))
    fields = {"MsgType": "link", "Title": title, "Description": "", "Url": str(given.get("url", ""))}
    return fields, f"［链接］{title}"


_SENT = {"image": _image, "voice": _voice, "video": _video, "location": _location, "link": _link}
