"""Reading the form of a station. Pure but for the library: what is wrong comes back as a sentence for who typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.web.forms import text_of
from bot.handoff.duty import words as hours_words
from bot.handoff.duty.routing import named_languages
from bot.handoff.kinds import KINDS
from bot.store.stations import Station
from knowledge.regions import RegionTree

LONGEST_NAME = 30
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# The only machine that takes alerts: an address written here must not make the server call anything else.
_ROBOT = re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[\w-]{8,80}")

Typed = dict[str, Any]


class FormError(Exception):
    """The form cannot be taken; the message says why and what to do."""


def typed(given: Mapping[str, object]) -> Typed:
    """Give the form as it was filled in, to show it again."""
    names = ("name", "slug", "region", "hours", "languages", "robot", "next")
    texts: Typed = {name: text_of(given, name).strip() for name in names}
    kinds = [kind for kind in KINDS if text_of(given, f"kind-{kind}")]
    return texts | {
        "kinds": kinds,
        "active": bool(text_of(given, "active")),
        "no_robot": bool(text_of(given, "no-robot")),
    }


def shown(station: Station | None, tree: RegionTree) -> Typed:
    """Give the form as it stands for a station, or for a new one. The robot's address is a secret: it is not there."""
    if station is None:
        blank = dict.fromkeys(("name", "slug", "region", "hours", "languages", "robot", "next"), "")
        return {**blank, "kinds": [], "active": True, "no_robot": False}
    return {
        "name": station.name,
        "slug": station.slug,
        "region": tree.name(station.region) if station.region else "",
        "hours": hours_words.say(station.hours),
        "languages": "、".join(station.languages),
        "robot": "",
        "next": str(station.next_id or ""),
        "kinds": list(station.kinds),
        "active": station.active,
        "no_robot": False,
    }


def read(form: Typed, station: Station | None, others: Sequence[Station], tree: RegionTree) -> dict[str, Any]:
    """Give the columns of a station as the form says.

    Raises:
        FormError: something cannot be taken.
    """
    kinds = tuple(form["kinds"])
    values: dict[str, Any] = {
        "name": _name(form["name"]),
        "slug": _slug(form["slug"]),
        "region": _region(form["region"], tree),
        "hours": hours(form["hours"]),
        "kinds": () if len(kinds) == len(KINDS) else kinds,
        "languages": named_languages(form["languages"]),
        "next_id": _next(form["next"], station, others),
        "active": form["active"],
    }
    if form["robot"] or form["no_robot"]:
        values["robot"] = _robot(form["robot"])
    return values


def hours(words: str) -> str:
    """Read hours; see `read`."""
    try:
        return hours_words.read(words)
    except ValueError as error:
        raise FormError(str(error)) from error


def hidden(robot: str) -> str:
    """Show that there is a robot, and the end of its key, by which people know it again."""
    return f"…{robot[-4:]}" if robot else ""


def _name(name: str) -> str:
    if not name:
        raise FormError("请写站点的名字，家长会看到。")
    if len(name) > LONGEST_NAME:
        raise FormError(f"名字最多 {LONGEST_NAME} 个字。")
    return name


def _slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise FormError("代号用 1 到 40 个小写字母、数字或 -，比如 tianning。二维码里用的就是它。")
    return slug


def _region(words: str, tree: RegionTree) -> str | None:
    if not words:
        return None
    found = tree.find(words)
    if found is None:
        raise FormError("没有找到这个地区，请写全一些，比如“常州市天宁区”。")
    return found.slug


def _next(chosen: str, station: Station | None, others: Sequence[Station]) -> int | None:
    if not chosen:
        return None
    ids = {str(one.id): one.id for one in others if station is None or one.id != station.id}
    if chosen not in ids:
        raise FormError("请另选一个下一站。")
    return ids[chosen]


def _robot(address: str) -> str:
    if address and not _ROBOT.fullmatch(address):
        raise FormError("群机器人的地址要整条粘贴，以 https://qyapi.weixin.qq.com/ 开头。")
    return address
