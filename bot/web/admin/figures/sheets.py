"""The figures of use as tables: what a chart shows stands in its table, and is what is exported. Pure.

A row behind which fewer than five parents stand is not shown: it may be known whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.store.use_figures import Count, Shown, Use
from bot.web.sheets import FEW, NOTHING, Cell, Sheet, share
from knowledge.model import Library
from knowledge.regions import RegionTree

OUTCOME_WORDS: Mapping[str, str] = {
    "answered": "直接答上",
    "clarified": "请家长挑了题目",
    "abstained": "说不知道",
    "person": "转人工",
    "with-person": "老师正在谈",
    "danger": "危险，先给安全指引",
    "started": "提建议、约时间",
    "other": "问候、设置等",
}
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
FEW_PARENTS = f"不足 {FEW} 人"
HIDDEN = f"不足 {FEW}"
UNKNOWN = "没有说"
SHOWN_ENTRIES = 30
WEEKS_FROM = 62  # days: longer periods are shown by week


def many(number: int) -> Cell:
    """Write a count; one so small that it may be known whose it is does not appear."""
    return number if number == 0 or number >= FEW else HIDDEN


def outcomes(use: Use) -> Sheet:
    """Say what became of what was asked."""
    rows = [(OUTCOME_WORDS.get(key, key), use.by_outcome[key]) for key in OUTCOME_WORDS if key in use.by_outcome]
    return _groups("答得怎样", "结果", rows, use.whole.acts)


def hours(use: Use) -> Sheet:
    """Show every hour of every weekday; `bars` are the numbers in the order of the rows, Monday first in each."""
    rows = tuple(
        (f"{hour}—{hour + 1} 时", *(many(use.by_hour.get((day, hour), 0)) for day in range(1, 8))) for hour in range(24)
    )
    return Sheet("什么时候来问", ("时段", *WEEKDAYS), rows)


def days(use: Use, first: date, last: date) -> Sheet:
    """Show every day of the period, weeks when they are many."""
    weeks = (last - first).days > WEEKS_FROM
    step = timedelta(days=7 if weeks else 1)
    starts = [first + step * n for n in range((last - first) // step + 1)]
    sums = [sum(count.acts for on, count in use.by_day.items() if start <= on < start + step) for start in starts]
    names = [f"{start.month} 月 {start.day} 日{'起' if weeks else ''}" for start in starts]
    rows = tuple((name, many(number)) for name, number in zip(names, sums, strict=True))
    title = "每周问了多少句" if weeks else "每天问了多少句"
    return Sheet(title, ("日子", "句数"), rows, tuple(number if number >= FEW else None for number in sums))


def topics(use: Use, library: Library) -> Sheet:
    """Add the entries that were shown up by their first topic."""
    found: dict[str, Count] = {}
    for key, shown in use.entries.items():
        entry = library.entries.get(key)
        name = library.taxonomy.topics[entry.topics[0]].name if entry and entry.topics else "已经停用的条目"
        before = found.get(name, Count())
        found[name] = Count(before.acts + shown.acts, before.parents + shown.parents)
    return _groups("问什么", "主题", list(found.items()), sum(one.acts for one in found.values()), parents=False)


def stages(use: Use, library: Library) -> Sheet:
    """Show by stage, in the order of growing up."""
    order = {key: stage.name for key, stage in library.taxonomy.stages.items()} | {"": UNKNOWN}
    rows = [(name, use.by_stage[key]) for key, name in order.items() if key in use.by_stage]
    return _groups("孩子多大", "阶段", rows, use.whole.acts, ordered=False)


def regions(use: Use, tree: RegionTree) -> Sheet:
    """Show by region."""
    rows = [(tree.name(key) if key else UNKNOWN, count) for key, count in use.by_region.items()]
    return _groups("哪里来问", "辖区", rows, use.whole.acts)


def entries(use: Use, library: Library) -> Sheet:
    """Show which entries were shown most, and what came of it."""
    ordered = sorted(use.entries.items(), key=lambda one: (-one[1].acts, one[0]))[:SHOWN_ENTRIES]
    rows = tuple(
        (entry.title if (entry := library.entries.get(key)) else f"已经停用的条目（{key}）", *_entry(shown))
        for key, shown in ordered
    )
    return Sheet("哪些内容最管用", ("条目", "答过", "文章打开", "有帮助", "点过的", "看后找人"), rows)


def services(use: Use, library: Library) -> Sheet:
    """Show which services were looked up."""
    rows = [
        (listing.name if (listing := library.listings.get(key)) else "已经停用的服务", count)
        for key, count in use.listings.items()
    ]
    return _groups("查了哪些热线和服务", "服务", rows, sum(one.acts for one in use.listings.values()))


def _entry(shown: Shown) -> tuple[Cell, ...]:
    if shown.parents < FEW:
        return FEW_PARENTS, many(shown.reads), NOTHING, NOTHING, NOTHING
    judged = (share(shown.helpful, shown.judged), many(shown.judged))
    return shown.acts, many(shown.reads), *judged, many(shown.led)


def _groups(
    title: str, what: str, rows: Sequence[tuple[str, Count]], whole: int, *, ordered: bool = True, parents: bool = True
) -> Sheet:
    """Make the table of groups, the largest first where they have no order of their own."""
    shown = sorted(rows, key=lambda one: (-one[1].acts, one[0])) if ordered else list(rows)
    hidden = [count.acts > 0 and count.parents < FEW for _, count in shown]
    made: tuple[tuple[Cell, ...], ...] = tuple(
        (name, FEW_PARENTS, *([NOTHING] if parents else []), NOTHING)
        if few
        else (name, count.acts, *([count.parents] if parents else []), share(count.acts, whole))
        for (name, count), few in zip(shown, hidden, strict=True)
    )
    head = (what, "句数", *(["家长"] if parents else []), "占")
    bars = tuple(None if few else count.acts for (_, count), few in zip(shown, hidden, strict=True))
    return Sheet(title, head, made, bars)
