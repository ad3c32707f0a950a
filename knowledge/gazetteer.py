"""How places are written, and where a sentence writes one. Which of several is meant is for `regions` to say.

Many names of districts are ordinary words (和平, 向阳, 新华) and many things are called after cities (南京路,
重庆火锅), so each way of writing has a strength: how much around it must speak for a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from knowledge.model import Region

# Cities whose short names are words or things of daily life: 日照时间, 开封了没有, 衡水 and 黄冈 as exam drill.
WORDS = frozenset({
    "中山", "开封", "日照", "黄山", "衡水", "黄冈", "白银", "北海", "山南", "阿里",
    "中卫", "吴忠", "大庆", "大理", "和田", "兴安", "宣城", "长治", "玉林",
})  # fmt: skip
# A city whose name most people use for a district of Beijing.
CONTESTED = frozenset({"朝阳"})
# Full names of districts that people use for a part of any town.
PHRASES = frozenset({
    "城区", "郊区", "矿区", "东区", "西区", "新城区", "老城区", "新市区", "西市区", "市中区", "城中区", "城东区",
    "城西区", "城北区", "城关区", "站前区", "平房区", "港口区", "海港区", "工农区", "东风区", "前进区", "友好区",
})  # fmt: skip

_SUFFIX = re.compile(r"(?<=..)(?:省|市|地区|盟|区|县|旗|街道|镇|乡)$")
_ROAD = r"[东西南北中一二三]?(?:路|街|大街|大道|胡同|巷|弄)"
_THING = re.compile(rf"{_ROAD}|大学|师范|理工|医科|密卷|模式|火锅|小面|拉面|小吃|炒饭|烤鸭|扒鸡|时间|[山寺](?!区)")
_NAMED_AFTER = re.compile(
    r"小区|花园|家园|新村|小学|中学|高中|初中|学校|幼儿园|医院|公园|广场|大厦|书店|银行|保险|超市|商场|[湖江河桥站村]"
)
_PLACED = ("在", "住", "来自", "坐标", "位于", "属于", "搬到", "搬来", "转到", "回到", "家是")
_ABOUT_US = re.compile(r"(?:是|我们|咱们|咱|我)$")
_OURS = re.compile(r"的|人|这边|这里|本地|当地|家长|市民")
_ASKED = re.compile(r"这边|这里|本地|当地|附近|有没有|有什么|有哪些|哪里|哪儿|哪有")
_JOINT = re.compile(r"[市省的，,、· ]{0,2}")


class Strength(IntEnum):
    """How much a way of writing says by itself."""

    PART = 1  # counts only next to a place that contains it: 常州市 + 和平
    BARE = 2  # counts after words like 在 and 住 as well: 住在 + 天宁
    SURE = 3  # counts anywhere: 天宁区, 常州


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing, all the places it may stand for, and those of them that it says as strongly."""

    places: tuple[str, ...]
    likely: tuple[str, ...]
    strength: Strength


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a place: the stretch of the text and the slugs it may stand for.

    `likely` are those to choose from when nothing else in the text speaks for one.
    """

    start: int
    end: int
    places: tuple[str, ...]
    likely: tuple[str, ...]


class Gazetteer:
    """Every way of writing every place, to be looked for in sentences."""

    def __init__(self, regions: Mapping[str, Region], within: Callable[[str, str], bool]) -> None:
        """`within` tells whether the first place lies in the second."""
        self._within = within
        self._forms = _forms(regions)
        lengths: dict[str, set[int]] = {}
        for text in self._forms:
            lengths.setdefault(text[0], set()).add(len(text))
        self._lengths = {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()}

    def mentions(self, text: str) -> list[Mention]:
        """Find the places that a text names, from left to right, the longest way of writing first."""
        found: list[Mention] = []
        at = 0
        while at < len(text):
            mention = self._longest(text, at, found[-1] if found else None) if text[at] in self._lengths else None
            if mention:
                found.append(mention)
                at = mention.end
            else:
                at += 1
        return found

    def _longest(self, text: str, at: int, before: Mention | None) -> Mention | None:
        for end, form in self._starting(text, at):
            if self._splits(text, at, end):
                continue
            if before and (inside := self._inside(form, text, at, before)) and not _THING.match(text, end):
                return Mention(at, end, inside, inside)
            if self._stands(form, text, at, end):
                return Mention(at, end, form.places, form.likely)
        return None

    def _starting(self, text: str, at: int) -> Iterator[tuple[int, Form]]:
        """Give the forms that begin here with their ends, the longest first."""
        for length in self._lengths.get(text[at : at + 1], ()):
            if form := self._forms.get(text[at : at + length]):
                yield at + length, form

    def _splits(self, text: str, at: int, end: int) -> bool:
        """Whether another name begins with this one's last character: 海淀区 in 上海淀区, 市中区 in 乐山市中区."""
        shorter = self._forms.get(text[at : end - 1])
        for other_end, other in self._starting(text, end - 1):
            if other_end <= end:
                continue
            if shorter and self._any_within(other.places, shorter.places):
                return True
            if not shorter and other.strength is Strength.SURE and other_end - end >= end - at:
                return True
        return False

    def _inside(self, form: Form, text: str, at: int, before: Mention) -> tuple[str, ...]:
        """Give the places of the form that lie in the place named just before it."""
        if not _JOINT.fullmatch(text, before.end, at):
            return ()
        return tuple(place for place in form.places if self._any_within((place,), before.places))

    def _stands(self, form: Form, text: str, at: int, end: int) -> bool:
        """Whether the form is a place here, and not a word or a thing that is called after a place."""
        if form.strength is Strength.PART or (_THING.match(text, end) and not self._continues(form, text, end)):
            return False
        return form.strength is Strength.SURE or _placed(text, at, end)

    def _continues(self, form: Form, text: str, at: int) -> bool:
        """Whether a place inside it is named next: what follows 晋城 in 晋城东街 is no road."""
        return any(self._any_within(other.places, form.places) for _, other in self._starting(text, at))

    def _any_within(self, places: tuple[str, ...], others: tuple[str, ...]) -> bool:
        return any(place != other and self._within(place, other) for place in places for other in others)


def _placed(text: str, at: int, end: int) -> bool:
    """Whether the words around make a place of it: 住在…, 我们是…的, …有没有."""
    if _NAMED_AFTER.match(text, end):
        return False
    left = text[max(0, at - 4) : at]
    if left.endswith(_PLACED):
        return True
    if _ABOUT_US.search(left) and _OURS.match(text, end):
        return True
    return not left and bool(_ASKED.match(text, end))


def _forms(regions: Mapping[str, Region]) -> dict[str, Form]:
    found: dict[str, dict[str, Strength]] = {}
    for region in regions.values():
        if region.level == "country":
            continue
        for text, strength in _ways(region).items():
            found.setdefault(text, {})[region.slug] = strength
    return {text: _form(places) for text, places in found.items()}


def _form(places: Mapping[str, Strength]) -> Form:
    most = max(places.values())
    return Form(tuple(places), tuple(slug for slug, strength in places.items() if strength is most), most)


def _ways(region: Region) -> dict[str, Strength]:
    """Give the ways of writing one place. A short name that the data does not list is taken for a word."""
    ways = {}
    if short := _short(region.name):
        ways[short] = Strength.BARE if region.level == "city" and short not in CONTESTED else Strength.PART
    for alias in region.aliases:
        ways[alias] = _alias_strength(region, alias)
    ways[region.name] = _name_strength(region.name)
    return ways


def _short(name: str) -> str | None:
    stem = _SUFFIX.sub("", name)
    return stem if stem != name else None


def _name_strength(name: str) -> Strength:
    if name in PHRASES:
        return Strength.PART
    return Strength.SURE if len(name) > 2 else Strength.BARE


def _alias_strength(region: Region, alias: str) -> Strength:
    if alias in CONTESTED:
        return Strength.PART
    if alias in WORDS or len(alias) < 2:
        return Strength.BARE
    if region.level in {"province", "city"} or region.slug != region.code or len(alias) > 3:
        return Strength.SURE
    return Strength.PART if region.level == "street" else Strength.BARE
