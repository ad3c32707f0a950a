"""The form of a week's digest: what was typed, read and judged. Pure; every fault is a sentence beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.channels.web.forms import text_of
from bot.dialogue.decision import Tools
from bot.handoff.unasked import FROM, UNTIL
from bot.store.digests import Digest
from knowledge.calendar import CHINA
from knowledge.digest import GROUP_NAMES, GROUPS, LONGEST_OPENING, MOST_ENTRIES, suits, unsent
from knowledge.model import Entry

HOURS = range(FROM.hour, UNTIL.hour)
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: the titles by group as typed, and what they mean where they mean something."""

    opening: str
    day: str
    hour: str
    titles: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, tuple[str, ...]]
    due_at: datetime
    faults: Mapping[str, str] = field(default_factory=dict)


def shown(digest: Digest, tools: Tools) -> Typed:
    """Give the form as it stands saved; of an entry that has gone its place is empty."""
    entries = tools.library.entries
    local = digest.due_at.astimezone(CHINA)
    chosen = {group: tuple(one for one in digest.entries.get(group, ()) if one in entries) for group in GROUPS}
    titles = {group: _filled(entries[one].title for one in ids) for group, ids in chosen.items()}
    return Typed(digest.opening, str(local.weekday()), str(local.hour), titles, chosen, digest.due_at)


def read(given: Mapping[str, object], week: date, tools: Tools) -> Typed:
    """Read what was sent."""
    faults: dict[str, str] = {}
    opening = " ".join(text_of(given, "opening").split())
    if not opening:
        faults["opening"] = "请写一句开头，家长先看到它。"
    elif len(opening) > LONGEST_OPENING:
        faults["opening"] = f"开头最多 {LONGEST_OPENING} 个字，现在是 {len(opening)} 个。"
    titles = {
        group: tuple(text_of(given, f"{group}-{n}").strip()[:200] for n in range(MOST_ENTRIES)) for group in GROUPS
    }
    chosen = {group: _chosen(group, titles[group], tools, faults) for group in GROUPS}
    if not any(chosen.values()) and not faults:
        faults["entries"] = "请至少选一篇。"
    day, hour = text_of(given, "day"), text_of(given, "hour")
    return Typed(opening, day, hour, titles, chosen, _due(week, day, hour, faults), faults)


def _due(week: date, day: str, hour: str, faults: dict[str, str]) -> datetime:
    if day in {str(n) for n in range(7)} and hour in {str(n) for n in HOURS}:
        return datetime.combine(week + timedelta(days=int(day)), time(int(hour)), CHINA)
    faults["due"] = f"请选星期几、几点。只在 {HOURS.start} 点到 {HOURS.stop} 点之间发。"
    return datetime.combine(week, time(HOURS.start), CHINA)


def _chosen(group: str, titles: tuple[str, ...], tools: Tools, faults: dict[str, str]) -> tuple[str, ...]:
    """Give the ids that are meant; what cannot be taken is told at its field."""
    found: list[str] = []
    for number, title in enumerate(titles):
        if not title:
            continue
        entry, fault = _meant(title, group, tools)
        if entry is not None and entry.id in found:
            fault = "这一条上面已经有了。"
        if fault:
            faults[f"{group}-{number}"] = fault
        elif entry is not None:
            found.append(entry.id)
    return tuple(found)


def _meant(title: str, group: str, tools: Tools) -> tuple[Entry | None, str]:
    """Find the entry of a title, whole or a part of it that only one has; and why it cannot be taken."""
    entries = list(tools.library.entries.values())
    found = [one for one in entries if one.title == title] or [one for one in entries if title in one.title]
    if not found:
        return None, f"没有叫“{title[:30]}”的条目，请从列出来的标题里选。"
    if len(found) > 1:
        names = "、".join(one.title for one in found[:3])
        return None, f"有 {len(found)} 条都像：{names}。请写全一点。"
    return found[0], _unfit(found[0], group, tools)


def _unfit(entry: Entry, group: str, tools: Tools) -> str:
    if unsent(entry):
        return "这个主题不主动发：拿着手机的不一定是家长本人。家长来问时照样会答。"
    if entry.region is not None:
        return f"这一条只说{tools.tree.name(entry.region)}，别处的家长用不上。"
    if not suits(entry, group):
        names = "、".join(tools.library.taxonomy.stages[one].name for one in entry.stages)
        return f"这一条写给{names}的孩子，不适合放在“{GROUP_NAMES[group]}”。"
    return ""


def _filled(titles: Iterable[str]) -> tuple[str, ...]:
    held = tuple(titles)[:MOST_ENTRIES]
    return held + ("",) * (MOST_ENTRIES - len(held))
