"""The form of the menu's editor: reading its rows, moving them, showing them. Pure.

While somebody edits, every place has its row, filled or not; what is empty is left out when the menu is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from bot.channels.web.forms import text_of
from bot.channels.wechat.menu import ACTS, BELOW, PAGES, PLACES, TOPS, Item, Menu, Sort, place_words
from bot.channels.wechat.menu_rules import BELOW_NAME, TOP_NAME, Fault, count, shortened
from knowledge.model import Library

NOTHING = Item("")
LONGEST = 2000
CANDIDATES = 5
_TYPED: tuple[Sort, ...] = ("say", "entry", "link")  # what needs something written beside it
# Words of what one chooses from: the value of an option, and what it says.
CHOICES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("说话", (("say", "替家长问一句话"),)),
    ("功能", tuple((f"act:{key}", words) for key, words in ACTS.items())),
    (
        "打开",
        (*((f"page:{key}", words) for key, (words, _) in PAGES.items()), ("entry", "一条的全文"), ("link", "网址")),
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the template shows it."""

    place: str
    label: str
    name: str
    does: str
    value: str
    counted: str
    note: str
    faults: Mapping[str, str]  # by field
    candidates: Sequence[tuple[str, str]] = ()  # entries that the words may mean: id, title
    below: Sequence[Row] = ()
    room: bool = False  # whether another one fits below


def read(given: Mapping[str, object], library: Library) -> Menu:
    """Read the form: three places, each with the rows below it that the form had."""
    menu = []
    for number in range(1, TOPS + 1):
        shown = [n for n in range(1, BELOW + 1) if f"name-{number}-{n}" in given]
        below = tuple(_row(given, f"{number}-{n}", library) for n in shown)
        menu.append(replace(_row(given, str(number), library), below=below))
    return tuple(menu)


def _row(given: Mapping[str, object], place: str, library: Library) -> Item:
    does, typed = text_of(given, f"does-{place}"), text_of(given, f"value-{place}").strip()[:LONGEST]
    sort, _, value = does.partition(":")
    name = " ".join(text_of(given, f"name-{place}").split())[:LONGEST]
    if sort not in ("say", "act", "page", "entry", "link"):
        return Item(name, "", typed)
    if sort == "entry":
        return Item(name, "entry", entry_of(typed, library) or typed)
    return Item(name, cast("Sort", sort), value if sort in ("act", "page") else " ".join(typed.split()))


def entry_of(words: str, library: Library) -> str | None:
    """Give the entry that is meant: by its id, its whole title, or the end of its page's address."""
    slug = words.rstrip("/").rpartition("/")[2] if words.startswith("https://") else words
    if slug in library.entries:
        return slug
    return next((entry.id for entry in library.entries.values() if entry.title == words), None)


def candidates(words: str, library: Library) -> list[tuple[str, str]]:
    """Give entries that somebody may mean who wrote a few words of one: title first, then the ways it is asked."""
    parts = words.split()
    if not parts:
        return []
    entries = library.entries.values()
    titled = [entry for entry in entries if all(part in entry.title for part in parts)]
    asked = [entry for entry in entries if any(all(part in way for part in parts) for way in entry.wordings)]
    return list({entry.id: entry.title for entry in (*titled, *asked)}.items())[:CANDIDATES]


def edited(menu: Menu) -> Menu:
    """Give a saved menu as the form has it: three places, and one free row where others stand already."""
    padded = (*menu, *[NOTHING] * (TOPS - len(menu)))
    return tuple(replace(top, below=(*top.below, NOTHING)) if _free(top) else top for top in padded)


def tidy(menu: Menu) -> Menu:
    """Leave out what is empty."""
    tops = (replace(top, below=tuple(item for item in top.below if not _empty(item))) for top in menu)
    return tuple(top for top in tops if not _empty(top))


def changed(menu: Menu, step: str, place: str, value: str, library: Library) -> Menu:
    """Do what a button beside a row asks: up, down, clear, add, pick. A place that is not there changes nothing."""
    top, _, under = place.partition("-")
    if not (top.isdecimal() and 1 <= int(top) <= len(menu)) or (under and not under.isdecimal()):
        return menu
    at = int(top) - 1
    if not under and step in ("up", "down"):
        return _moved(menu, at, step)
    if step == "add":
        return _put(menu, at, replace(menu[at], below=(*menu[at].below, NOTHING)[:BELOW]))
    if under:
        below = menu[at].below
        if not 1 <= int(under) <= len(below):
            return menu
        return _put(menu, at, replace(menu[at], below=_stepped(below, int(under) - 1, step, value, library)))
    return _put(menu, at, _one(menu[at], step, value, library))


def _stepped(below: Menu, at: int, step: str, value: str, library: Library) -> Menu:
    if step in ("up", "down"):
        return _moved(below, at, step)
    if step == "clear":
        return (*below[:at], *below[at + 1 :])
    return _put(below, at, _one(below[at], step, value, library))


def _one(item: Item, step: str, value: str, library: Library) -> Item:
    if step == "clear":
        return replace(NOTHING, below=item.below)
    return replace(item, sort="entry", value=value) if step == "pick" and value in library.entries else item


def _moved(items: Menu, at: int, step: str) -> Menu:
    to = at - 1 if step == "up" else at + 1
    if not 0 <= to < len(items):
        return items
    made = list(items)
    made[at], made[to] = made[to], made[at]
    return tuple(made)


def _put(items: Menu, at: int, item: Item) -> Menu:
    return (*items[:at], item, *items[at + 1 :])


def _empty(item: Item) -> bool:
    return not (item.name.strip() or item.sort or item.value.strip() or item.below)


def _free(top: Item) -> bool:
    return bool(top.below) and len(top.below) < BELOW and not _empty(top.below[-1])


def renumbered(faults: Sequence[Fault], menu: Menu) -> list[Fault]:
    """Put what was found in the tidy menu beside the rows of the form, which has empty ones between."""
    places: dict[str, str] = {}
    number = 0
    for at, top in enumerate(menu, 1):
        if _empty(replace(top, below=tuple(item for item in top.below if not _empty(item)))):
            continue
        number += 1
        places[str(number)] = str(at)
        filled = [n for n, item in enumerate(top.below, 1) if not _empty(item)]
        places |= {f"{number}-{n}": f"{at}-{under}" for n, under in enumerate(filled, 1)}
    return [replace(fault, place=places.get(fault.place, "")) for fault in faults]


def rows(menu: Menu, faults: Sequence[Fault], library: Library) -> list[Row]:
    """Give the rows of the form."""
    made = []
    for number, top in enumerate(menu, 1):
        below = [_shown(f"{number}-{n}", item, faults, library) for n, item in enumerate(top.below, 1)]
        row = _shown(str(number), top, faults, library)
        made.append(replace(row, below=below, room=len(below) < BELOW))
    return made


def _shown(place: str, item: Item, faults: Sequence[Fault], library: Library) -> Row:
    limit = (BELOW_NAME if "-" in place else TOP_NAME) // 3
    entry = library.entries.get(item.value) if item.sort == "entry" else None
    typed = item.value if item.sort in _TYPED or not item.sort else ""
    found = {fault.field: fault.sentence for fault in faults if fault.place == place}
    wrong = {field: found.get(field, "") for field in ("name", "value", "")}
    return Row(
        place=place,
        label=PLACES[int(place) - 1] if "-" not in place else place_words(place),
        name=item.name,
        does=f"{item.sort}:{item.value}" if item.sort in ("act", "page") else item.sort,
        value=entry.title if entry else typed,
        counted=f"{count(item.name)} / {limit} 个字",
        note="微信里放不下，后面会变成“…”" if item.name and shortened(place, item.name) else "",
        faults=wrong,
        candidates=candidates(item.value, library) if item.sort == "entry" and not entry else (),
    )
