"""Which period, station, person and kind a page of figures is asked about; it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from bot.channels.web.refused import Refused
from knowledge.calendar import CHINA

USUAL = 30  # days
LONGEST = 366
QUICK = ((1, "今天"), (7, "近 7 天"), (30, "近 30 天"), (90, "近 90 天"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the days from `first` to `last`, both within; None means any. `problem` is a sentence."""

    first: date
    last: date
    station_id: int | None = None
    staff_id: int | None = None
    kind: str | None = None
    problem: str = ""

    @property
    def since(self) -> datetime:
        """The midnight in China with which the period begins."""
        return datetime.combine(self.first, time(), CHINA)

    @property
    def until(self) -> datetime:
        """The midnight in China after its last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), CHINA)

    @property
    def words(self) -> str:
        """The period as people read it."""
        first, last = (f"{one.year} 年 {one.month} 月 {one.day} 日" for one in (self.first, self.last))
        return first if self.first == self.last else f"{first}到 {last}"

    def address(self, path: str, **more: str | int) -> str:
        """Give the address of a page that is asked the same."""
        narrow = {"station": self.station_id, "person": self.staff_id, "kind": self.kind}
        given = {"from": self.first.isoformat(), "to": self.last.isoformat(), **narrow, **more}
        return f"{path}?{urlencode({name: value for name, value in given.items() if value is not None})}"


def asked(
    query: Mapping[str, str],
    now: datetime,
    *,
    stations: Sequence[int],
    people: Sequence[int],
    kinds: Sequence[str] = (),
) -> Asked:
    """Read what is asked for; days that cannot be read give the last 30.

    Raises:
        Refused: a station or person that is not theirs; it looks as if there were none.
    """
    today = now.astimezone(CHINA).date()
    usual = today - timedelta(days=USUAL - 1)
    first, last, problem = _days(query.get("from", ""), query.get("to", ""), usual, today)
    kind = query.get("kind") or None
    if kind is not None and kind not in kinds:
        raise Refused(404, "没有这一类，地址可能写错了。", "no-kind")
    station = _one(query.get("station", ""), stations, "没有这个站点，地址可能写错了。")
    person = _one(query.get("person", ""), people, "没有这个人，地址可能写错了。")
    return Asked(first, last, station, person, kind, problem)


def _days(first: str, last: str, usual: date, today: date) -> tuple[date, date, str]:
    try:
        found = date.fromisoformat(first) if first else usual
        until = date.fromisoformat(last) if last else today
    except ValueError:
        return usual, today, f"日期没有看懂，先给您看近 {USUAL} 天。"
    until = min(until, today)
    if found > until:
        return usual, today, f"开始的日子要在结束的前面，也不能在今天以后；先给您看近 {USUAL} 天。"
    if (until - found).days >= LONGEST:
        found = until - timedelta(days=LONGEST - 1)
        return found, until, f"一次最多看 {LONGEST} 天，先给您看最后这些天。"
    return found, until, ""


def _one(given: str, known: Sequence[int], sentence: str) -> int | None:
    if not given:
        return None
    found = next((one for one in known if str(one) == given), None)
    if found is None:
        raise Refused(404, sentence, "not-there")
    return found


def quick(today: date) -> list[tuple[str, date, date]]:
    """Give the periods that are one tap away: their words, first and last day."""
    return [(words, today - timedelta(days=days - 1), today) for days, words in QUICK]
