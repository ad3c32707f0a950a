"""The figures of the desk as tables: what the page shows is what is exported. Small numbers are hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.handoff.kinds import KINDS
from bot.store.desk_figures import SUGGESTION
from bot.store.funnel import Funnel
from bot.store.tally import Figures, Work
from bot.web.desk.lead.board_rows import funnel_rows, took
from bot.web.sheets import FEW, NOTHING, Cell, Sheet, share

HIDDEN = f"不足 {FEW} 件"
COVERED = "不单列"
_HEAD = ("件数", "首次回应（中位）", "首次回应（九成在内）", "结案", "到结案（中位）", "满意", "评价的")
_SHOWN_OUTCOMES = 12


def many(number: int) -> Cell:
    """Write a count; one so small that it may be known whose it is does not appear."""
    return number if number == 0 or number >= FEW else HIDDEN


def work(one: Work) -> tuple[Cell, ...]:
    """Write what became of a group, in the order of the head."""
    return (
        many(one.cases),
        took(one.first.median) if one.first and one.answered >= FEW else NOTHING,
        took(one.first.p90) if one.first and one.answered >= FEW else NOTHING,
        many(one.closed),
        took(one.whole.median) if one.whole and one.closed >= FEW else NOTHING,
        share(one.content, one.rated),
        many(one.rated),
    )


def grouped(title: str, what: str, groups: Sequence[tuple[str, Work]]) -> Sheet:
    """Make the table of groups, the largest first.

    A single hidden number could be told from the total, so then the smallest one beside it is hidden too.
    """
    ordered = sorted(groups, key=lambda one: (-one[1].cases, one[0]))
    covered = {ordered[at][0] for at in _unshown([one.cases for _, one in ordered])}
    hidden = (HIDDEN, *[NOTHING] * (len(_HEAD) - 1))
    rows = tuple((name, *(_covered(one, hidden) if name in covered else work(one))) for name, one in ordered)
    bars = tuple(None if name in covered else one.cases for name, one in ordered)
    return Sheet(title, (what, *_HEAD), rows, bars)


def _unshown(counts: Sequence[int]) -> set[int]:
    """Give the places of counts that do not appear: the small ones, and of one alone the smallest other beside it."""
    small = {at for at, number in enumerate(counts) if 0 < number < FEW}
    others = [at for at, number in enumerate(counts) if number >= FEW]
    return small | {min(others, key=lambda at: (counts[at], -at))} if len(small) == 1 and others else small


def _column(counts: Sequence[int]) -> tuple[list[Cell], list[int | None]]:
    """Write counts that add up to one shown elsewhere, and how long their bars are."""
    unshown = _unshown(counts)
    cells = [COVERED if at in unshown and number >= FEW else many(number) for at, number in enumerate(counts)]
    return cells, [None if at in unshown else number for at, number in enumerate(counts)]


def _covered(one: Work, hidden: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return hidden if one.cases < FEW else (COVERED, *hidden[1:])


def sheets(
    found: Figures,
    crises: Funnel,
    names: tuple[Mapping[int, str], Mapping[int, str]],
    days: tuple[date, date],
) -> list[Sheet]:
    """Make all tables of a period."""
    places, people = names
    by_station = [(places.get(key or 0, "还没分到站点的"), one) for key, one in found.by_station.items()]
    by_person = [(people.get(key or 0, "没有人接的"), one) for key, one in _people(found, people)]
    by_kind = [(KINDS[key].name if key in KINDS else key, one) for key, one in found.by_kind.items()]
    return [
        Sheet("总数", _HEAD, (work(found.all),)),
        grouped("各站点", "站点", by_station),
        grouped("每个人", "谁", by_person),
        grouped("各类", "哪一类", by_kind),
        _outcomes(found),
        funnel_sheet(crises),
        _suggestions(found.by_kind.get(SUGGESTION, Work())),
        _by_day(found.by_day, *days),
    ]


def _people(found: Figures, people: Mapping[int, str]) -> list[tuple[int | None, Work]]:
    """Leave out what nobody holds when it is nothing; two of one name stay two rows."""
    return [(key, one) for key, one in found.by_person.items() if key is None or key in people]


def _outcomes(found: Figures) -> Sheet:
    """Show the outcomes that many cases had; what was written for a few only may speak of a family."""
    named = {"erased": "家长删除了内容", "": "没有写"}
    common = [(what, n) for what, n in found.by_outcome.items() if n >= FEW][:_SHOWN_OUTCOMES]
    rest = sum(found.by_outcome.values()) - sum(n for _, n in common)
    listed = [(named.get(what, what), n) for what, n in common] + ([("其他", rest)] if rest else [])
    cells, bars = _column([n for _, n in listed])
    rows = tuple((what, cell) for (what, _), cell in zip(listed, cells, strict=True))
    return Sheet("结案时", ("结果", "件数"), rows, tuple(bars))


def funnel_sheet(crises: Funnel) -> Sheet:
    """Say how far dangers came."""
    rows = tuple((step, many(n), time if n >= FEW else "") for step, n, time in funnel_rows(crises))
    return Sheet("危机走到哪一步", ("到哪一步", "件数", "用了多久"), rows)


def _suggestions(one: Work) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = (
        ("收到", many(one.cases)),
        ("答复了", many(one.answered)),
        ("按时答复", many(one.in_time)),
        ("按时的占答复的", share(one.in_time, one.answered)),
        ("满意", share(one.content, one.rated)),
    )
    return Sheet("意见建议", ("到哪一步", "件数"), rows)


def _by_day(by_day: Mapping[date, int], first: date, last: date) -> Sheet:
    """Give every day of the period, weeks when they are many."""
    week = (last - first).days > 62
    step = timedelta(days=7 if week else 1)
    days = [first + step * n for n in range((last - first) // step + 1)]
    cells, bars = _column([sum(n for on, n in by_day.items() if day <= on < day + step) for day in days])
    names = [f"{day.month} 月 {day.day} 日{'起' if week else ''}" for day in days]
    rows = tuple(zip(names, cells, strict=True))
    return Sheet("每周来了多少" if week else "每天来了多少", ("日子", "件数"), rows, tuple(bars))
