"""Rules about telephone numbers: only those of our listings, only where they serve, never an office's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from knowledge import records
from knowledge.model import Entry, Library, Region
from knowledge.rules.problem import Problem, Thing, place
from knowledge.rules.references import above

# The office telephones of the documents: they serve the document, not parents, and are shown nowhere.
OFFICES = ("85681383", "52564588", "67821869")
# Numbers and area codes that serve one place: the beginning of the number, the beginning of the place's GB code.
SERVES: Mapping[str, str] = {
    "96111": "3204",
    "96320": "50",
    "0519": "3204",
    "021": "31",
    "023": "50",
    "0917": "6103",
    "0356": "1405",
    "010": "11",
}

_GAP = r"[- 　—－]?"
_PHONE = re.compile(
    rf"(?<![\d.〔第])(?:1[3-9]\d{{9}}|[48]00{_GAP}\d{{3}}{_GAP}\d{{4}}|0\d{{2,3}}{_GAP}\d{{5,8}}|(?!20\d{{6}})[2-9]\d{{6,7}}|"
    r"12[0-9]{3}|9[56]\d{3,4}|11[029]|12[02])(?![\d.]*\d)"
)
_DIALLED = re.compile(r"(?:打|拨|致电|热线|电话|号码)[\s*：:“是]{0,3}(\d{3,12})(?!\d)")
_UNIT = re.compile(
    r"\s*(?:[万千亿]?(?:元|块|字|步|人|次|米|厘米|克|公里|岁|天|名|个|分|秒|页|条|度|％|%)|[-—~～至到]\s*\d)"
)
_SEPARATORS = re.compile(r"[\s\-—－()（）]")


def check(library: Library, part: Library) -> Iterator[Problem]:
    """Look at the numbers of every listing and in every text of `part`."""
    regions = {thing.region or "china" for thing in _all(part)}
    known = {region: _numbers(library, above(region, library)) for region in regions}
    for thing in _all(part):
        allowed = known[thing.region or "china"]
        yield from _offices(thing)
        for number in sorted(set(_mentioned(thing)) - allowed):
            message = f"号码 {number} 不在服务条目里，或不是这个地区的，请删去或换成登记过的号码。"
            yield Problem(place(thing), "number", message)
    for listing in part.listings.values():
        region = library.regions.get(listing.region)
        if listing.phone and region and not _serves(listing.phone, region):
            yield Problem(
                place(listing), "number-region", f"号码 {listing.phone} 不是 {region.name} 的，请移到它的地区。"
            )


def digits(text: str) -> str:
    """Give the digits of a number alone."""
    return re.sub(r"\D", "", text)


def phones(text: str) -> Iterator[str]:
    """Find what looks like a telephone number in a text, as digits; years, amounts and articles do not."""
    for pattern in (_PHONE, _DIALLED):
        for found in pattern.finditer(text):
            if not _UNIT.match(text, found.end()):
                yield digits(found[found.lastindex or 0])


def _all(library: Library) -> list[Thing]:
    return [
        *library.entries.values(),
        *library.listings.values(),
        *library.activities.values(),
        *library.duties.values(),
    ]


def _numbers(library: Library, regions: set[str]) -> set[str]:
    """The numbers that may be said to somebody in these regions."""
    found = set()
    for listing in library.listings.values():
        if listing.phone and listing.region in regions:
            found |= {digits(listing.phone), *(digits(part) for part in re.split(r"[、，,/；;或转]", listing.phone))}
    return found


def _mentioned(thing: Thing) -> Iterator[str]:
    texts: list[str | None]
    if isinstance(thing, Entry):
        texts = [thing.title, thing.brief, thing.full]
    else:
        texts = [
            getattr(thing, field, None) for field in ("about", "reach", "join", "note", "hours_note", "department")
        ]
    for text in texts:
        yield from phones(text or "")


def _offices(thing: Thing) -> Iterator[Problem]:
    squeezed = _SEPARATORS.sub("", "\n".join(_strings(records.encode(thing))))
    for number in OFFICES:
        if number in squeezed:
            yield Problem(place(thing), "number-office", f"{number} 是文件承办单位的电话，不对家长公开，请删去。")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _serves(phone: str, region: Region) -> bool:
    number = digits(phone)
    places = [place for start, place in SERVES.items() if number.startswith(start)]
    return not places or any(region.code.startswith(place) for place in places)
