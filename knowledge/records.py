"""Plain values (from YAML or JSON) <-> the nouns of the model. Strict, and driven by the model's own type hints.

Every field is known, present unless the model has a default, and of its type; what is not so becomes a complaint
that says how to mend it. Nothing here looks at whether the content makes sense: that is `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, time
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from knowledge.model import DAYS, Day, Span

T = TypeVar("T")

_MISSING = object()
# The names that files use where the model's own would be unclear or are taken.
_FILE_NAMES: Mapping[str, str] = {"start": "from", "end": "to"}
_WEEK = {"all": DAYS, "mon-fri": DAYS[:5]}


class FieldError(Exception):
    """A value that is not what its field needs: what is wrong and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a record: its name in the model and in files, how it is read, and what stands if it is left out."""

    name: str
    key: str
    read: Callable[[object], Any]
    default: Any


_PLANS: dict[type, tuple[_Field, ...]] = {}


def decode(kind: type[T], value: object) -> tuple[T | None, list[FieldError]]:
    """Read one record; with any complaint there is no record."""
    if not isinstance(value, Mapping):
        return None, [FieldError("不是一组字段", "写成“字段: 值”的样子")]
    wrongs: list[FieldError] = []
    found: dict[str, object] = {}
    known = _plan(kind)
    for field in known:
        try:
            found[field.name] = _read(field, value)
        except FieldError as wrong:
            wrongs.append(FieldError(f"字段 {field.key} {wrong.what}", wrong.mend))
    unknown = value.keys() - {field.key for field in known}
    wrongs.extend(FieldError(f"不认识字段 {key}", "改正拼写或删去它") for key in sorted(map(str, unknown)))
    return (None if wrongs else kind(**found)), wrongs


def encode(record: Any) -> dict[str, object]:
    """Give a record's fields by their file names, in the model's order, without those that say nothing."""
    return {
        field.key: _week(value) if field.read is _days else plain(value)
        for field in _plan(type(record))
        if (value := getattr(record, field.name)) != field.default
    }


def _read(field: _Field, value: Mapping[str, object]) -> object:
    given = value.get(field.key, _MISSING)
    if given is not _MISSING:
        return field.read(given)
    if field.default is _MISSING:
        raise FieldError("没有写", f"补上 {field.key}")
    return field.default


def _plan(kind: type) -> tuple[_Field, ...]:
    if kind not in _PLANS:
        _PLANS[kind] = _planned(kind)
    return _PLANS[kind]


def _planned(kind: type) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    keys = _FILE_NAMES if kind is Span else {}
    return tuple(
        _Field(
            name=f.name,
            key=keys.get(f.name, f.name),
            read=_days if kind is Span and f.name == "days" else _reader(hints[f.name]),
            default=_MISSING if f.default is MISSING else f.default,
        )
        for f in fields(kind)
    )


def _reader(hint: Any) -> Callable[[object], Any]:
    """Build the reader of one type hint of the model."""
    if get_origin(hint) in {Union, UnionType}:  # a Literal gives the one, a class the other
        inner = _reader(next(part for part in get_args(hint) if part is not NoneType))
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        return _list_of(_reader(get_args(hint)[0]))
    if get_origin(hint) is Literal:
        return _one_of(get_args(hint))
    return _SIMPLE.get(hint) or _nested(hint)


def _list_of(inner: Callable[[object], Any]) -> Callable[[object], Any]:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise FieldError("要是列表", "写成 [甲, 乙]，没有就写 []")
        return tuple(inner(item) for item in value)

    return read


def _one_of(choices: tuple[Any, ...]) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        if value not in choices:
            raise FieldError(f"的值“{value}”不认识", f"只能是 {'、'.join(map(str, choices))}")
        return value

    return read


def _nested(kind: type) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        record, wrongs = decode(kind, value)
        if wrongs:
            raise FieldError("里" + "；".join(wrong.what for wrong in wrongs), wrongs[0].mend)
        return record

    return read


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FieldError(f"要是文字，现在是 {value}", "给数字加上引号，没有内容就删去这一行")
    if not value.strip():
        raise FieldError("是空的", "写上内容，或者写 null")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(f"要是整数，现在是 {value}", "写不带引号的整数")
    return value


def _date(value: object) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise FieldError(f"不是日期：{value}", "写成 2026-01-31 的样子") from None


def _time(value: object) -> time:
    text = str(value)
    if len(text) != 5:
        raise FieldError(f"不是钟点：{value}", '写成 "08:00" 的样子，加引号')
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise FieldError(f"不是钟点：{value}", '写成 "08:00" 的样子，加引号') from None


def _days(value: object) -> tuple[Day, ...]:
    if isinstance(value, str) and value in _WEEK:
        return _WEEK[value]
    if isinstance(value, list) and all(day in DAYS for day in value) and len(set(value)) == len(value):
        return tuple(value)
    raise FieldError(f"的日子看不懂：{value}", "写 all、mon-fri 或 [mon, wed]，每天只写一次")


_SIMPLE: dict[Any, Callable[[object], Any]] = {str: _text, int: _whole, date: _date, time: _time}


def _week(days: tuple[Day, ...]) -> object:
    return next((name for name, known in _WEEK.items() if days == known), list(days))


def plain(value: object) -> object:
    """Give a value as files have it; dates stay dates, because YAML and JSON write them each in its way."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if value is None or isinstance(value, str | int | date):
        return value
    return encode(value)


def names(kind: type) -> tuple[str, ...]:
    """Give the names of a record's fields in files, in the model's order."""
    return tuple(field.key for field in _plan(kind))
