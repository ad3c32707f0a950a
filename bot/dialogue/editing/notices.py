"""The privacy notice as a whole: how it is kept, what it must say, and the name of its next version. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date

from bot.dialogue.editing.style import said, short
from bot.dialogue.phrases import Phrases, Text, packaged
from knowledge.rules.numbers import phones

KEY = "notice"
FEWEST, MOST = 3, 10  # items of the whole notice
SHORT, ITEM, WHY, AGREED = 160, 160, 80, 60  # characters; the short one stands below an answer
_SEEN = re.compile("老师.{0,12}看")
_VERSION = re.compile(r"\d{4}-\d{2}(?:-\d{2}(?:-\d{1,3})?)?")


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice with its version.

    `why`: what changed, for parents who know an older version; they are told it once if `ask_again`.
    """

    version: str
    short: str
    full: tuple[str, ...]
    agreed: str
    agreed_waiting: str
    why: str = ""
    ask_again: bool = False


class MisshapenError(ValueError):
    """What is kept is no notice."""


def of(phrases: Phrases) -> Notice:
    """Read the notice from phrases in force."""

    def one(name: str) -> str:
        found = phrases.get(f"{KEY}.{name}", "")
        return found if isinstance(found, str) else ""

    full = phrases.get(f"{KEY}.full", ())
    why = one("why")
    items = full if isinstance(full, tuple) else ()
    return Notice(one("version"), one("short"), items, one("agreed"), one("agreed_waiting"), why, bool(why))


def phrases_of(notice: Notice) -> dict[str, Text]:
    """Give what the code reads; there is a `why` only while those who know an older version are to be told."""
    told: dict[str, Text] = {f"{KEY}.why": notice.why} if notice.ask_again else {}
    return told | {
        f"{KEY}.version": notice.version,
        f"{KEY}.short": notice.short,
        f"{KEY}.full": notice.full,
        f"{KEY}.agreed": notice.agreed,
        f"{KEY}.agreed_waiting": notice.agreed_waiting,
    }


def kept(notice: Notice) -> str:
    """Write a notice as it is kept."""
    return json.dumps(asdict(notice), ensure_ascii=False)


def parsed(body: str) -> Notice:
    """Read a kept notice.

    Raises:
        MisshapenError: it is none.
    """
    try:
        raw = json.loads(body)
        texts = [raw[name] for name in ("version", "short", "agreed", "agreed_waiting", "why")]
        full, ask_again = raw["full"], raw["ask_again"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MisshapenError from None
    plain = all(isinstance(text, str) for text in texts) and isinstance(ask_again, bool)
    if not plain or not isinstance(full, list) or not all(isinstance(item, str) for item in full):
        raise MisshapenError
    version, brief, agreed, waiting, why = texts
    return Notice(version, brief, tuple(full), agreed, waiting, why, ask_again)


def faults(body: str) -> dict[str, list[str]]:
    """Say what is wrong with a kept notice, by field."""
    try:
        notice = parsed(body)
    except MisshapenError:
        return {"": ["这一份说明读不出来。"]}
    return judged(notice)


def judged(notice: Notice) -> dict[str, list[str]]:
    """Say what is wrong with a notice: version, short, full, agreed, agreed_waiting, why."""
    known = of(packaged())
    found = {
        "version": [] if _VERSION.fullmatch(notice.version) else ["版本要写成日期，比如 2026-11-23。"],
        "short": [*_sized(notice.short, SHORT), *_short(notice.short), *said(notice.short, known.short)],
        "full": [*_full(notice.full), *said("\n".join(notice.full), "\n".join(known.full))],
        "agreed": [*_sized(notice.agreed, AGREED), *said(notice.agreed, known.agreed)],
        "agreed_waiting": [*_sized(notice.agreed_waiting, AGREED), *said(notice.agreed_waiting, known.agreed_waiting)],
        "why": _why(notice),
    }
    return {field: list(dict.fromkeys(sentences)) for field, sentences in found.items() if sentences}


def next_version(today: date, used: Collection[str]) -> str:
    """Name a new version by its day; a second one of the day gets a number."""
    name, number = today.isoformat(), 1
    while name in used:
        number += 1
        name = f"{today.isoformat()}-{number}"
    return name


def worded(notice: Notice) -> Notice:
    """The same version and asking with white space at the ends taken away and empty items left out."""
    full = tuple(item.strip() for item in notice.full if item.strip())
    texts = {name: getattr(notice, name).strip() for name in ("short", "agreed", "agreed_waiting", "why")}
    return replace(notice, full=full, **texts)


_OWED: Mapping[str, str] = {
    "不是医生": "要写明“不是医生”。",
    "“删除我的数据”": "要写明怎么删除：“删除我的数据”，引号也要在。",
}


def _short(text: str) -> list[str]:
    owed = {**_OWED, "不是真人": "要写明“不是真人”。", "“隐私说明”": "要写明在哪里看全文：“隐私说明”，引号也要在。"}
    missing = [sentence for word, sentence in owed.items() if word not in text]
    return [*missing, *_who(text), *_strange(text, frozenset())]


def _full(items: Collection[str]) -> list[str]:
    whole = "\n".join(items)
    found = [] if FEWEST <= len(items) <= MOST else [f"要写 {FEWEST} 到 {MOST} 条，现在是 {len(items)} 条。"]
    for item in items:
        found += [f"“{short(item)}”这一条：{fault}" for fault in _sized(item, ITEM)]
    owed = {**_OWED, "“我的资料”": "要写明怎么看记了什么：“我的资料”。", "“清空对话”": "要写明“清空对话”。"}
    found += [sentence for word, sentence in owed.items() if word not in whole]
    return [*found, *_who(whole), *_strange(whole, frozenset({"110", "120"}))]


def _who(text: str) -> list[str]:
    """Who answers, and who else reads along."""
    found = [] if "程序" in text or "自动助手" in text else ["要写明回答的是程序或自动助手。"]
    return found if _SEEN.search(text) else [*found, "要写明老师看得到家长写的话。"]


def _strange(text: str, wanted: Collection[str]) -> list[str]:
    now = set(phones(text))
    lost = [f"号码 {number} 不能少，有危险时要先打。" for number in sorted(set(wanted) - now)]
    return lost + [f"号码 {number} 不能写在这里。" for number in sorted(now - set(wanted))]


def _why(notice: Notice) -> list[str]:
    if not notice.why:
        return ["请写一句改了什么，家长会看到。"] if notice.ask_again else []
    end = [] if notice.why.endswith("。") else ["这一句请用句号收尾。"]
    return [*_sized(notice.why, WHY), *end, *_strange(notice.why, frozenset()), *said(notice.why, "")]


def _sized(text: str, most: int) -> list[str]:
    if not text.strip():
        return ["还没有写。"]
    line = ["请写成一段，中间不换行。"] if "\n" in text else []
    brace = ["不能有大括号。"] if re.search("[{}]", text) else []
    return [*line, *brace, *([f"有 {len(text)} 个字，最多 {most} 个。"] if len(text) > most else [])]
