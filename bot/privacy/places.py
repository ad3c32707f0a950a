"""Where a family is found: schools, estates, streets with numbers. Kinds of schools (重点中学, 老年大学) stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.privacy.surnames import is_word, tagged

SCHOOL, HOME = "某学校", "［住址］"

_NUMBERS = re.compile(
    r"(?:\d{1,4}\s*(?:号楼|栋|幢|座)(?:\s*[甲乙丙丁A-Da-d]?\s*\d{0,4}\s*(?:号楼|栋|幢|单元|室|座)?)*(?:\s*\d{1,4}\s*室?)?)"
    r"|(?:\d{1,4}\s*(?:单元|室)(?:\s*\d{1,4}\s*(?:单元|室))*)"
)
_STREET = re.compile(r"[\u4e00-\u9fff]{1,3}(?:路|街|巷|弄|大道|胡同)\s*\d{1,5}\s*(?:号|弄)(?!线)(?:\s*\d{1,4}\s*室)?")
# 实验二小, 师范附小, 市一中, 省常中; not 初二中考, 一小时.
_SHORT = re.compile(
    r"(?:[\u4e00-\u9fff]{0,2}(?:实验|师范|师大)(?:[一二三四五六七八九十]?[小中]|附[小中])|[省市区县][一二三四五六七八九十]{1,2}[中小]|"
    r"省[\u4e00-\u9fff]中)(?![学间心等考时组])"
    r"|(?<=[在读上念转去进到])[一二三四五六七八九十]{1,2}[中小](?=上|读|念|的|高|初|[一二三四五六]年级|老师|门口|，|。|！|？|,|$)"
)
_KINDS = ("小学", "中学", "幼儿园", "学校", "高中", "初中")
_LOOSE = frozenset({"学校", "高中", "初中"})  # many sentences end before these, so they need a sure sign
_HOMES = (
    *("小区", "花园", "家园", "新村", "公寓", "名苑", "雅苑"),
    *("嘉苑", "新城", "花苑", "山庄", "华庭", "名邸", "豪庭"),
)
_AT = re.compile("上|从|住|住在|到|去|在|家住|就读|就读于|念|是|来自|考上|考进|读|转到|进")
# Before a kind of school or home these say which kind, when or whose, not which one.
_GENERAL = re.compile(
    "孩子|儿子|女儿|娃|公办|民办|私立|公立|重点|普通|农村|乡镇|乡村|城里|县城|附近|门口|家门口|现在|今年|"
    "明年|去年|一年级|老年|国际|特殊|特殊教育|专门|职业|寄宿|培训|双语|艺术|技工|家长|父母|全|整个|老|旧|新|"
    "同|小|好|坏|大|另|某|本|该|各|每|这|那|哪|什么|哪些|有些|我们|咱们|你们|他们|我|你|他|她|精神|网络|心灵|"
    "的|得|地|了|着|过|和|跟|与|及|或|或者|对|向|把|被|给|为|从|比|要|不|没|没有|有|想|能|会|可以|应该|因为|"
    "所以|但是|如果|寄宿制|全日制|九年制|一贯制|高级|初级|完全|聋哑|盲人|培智|成人|业余|函授|私塾|医院|社区|"
    "街道|物业|业主|高档|老旧|安置|当地|本地|外地|异地|省城|市区|城区|郊区|区里|市里|县里|镇上|村里|全国|"
    "中国|国内|国外|公益|线上|网上|数字|智慧|空中|后|屋顶|秘密|私人|市民|街心|乡下|老家|优质|名牌|蒙氏|早教|"
    "托管|对口|学区|辖区|片区|贵族|打工|子弟|打工子弟|民族|体育|音乐|美术|山区|热门|隔壁|旁边|对面|楼下|原来|"
    "以前|之前|理想|心仪|普惠|普惠性|营利性|非营利性|示范|同一|同一个|一个|两个|封闭|周边|周围|自家|自己|"
    "学生|单身|人才|教师|青年|长租|酒店|初二|初三|初一|高一|高二|高三|心理|教育|名|家|妈妈|爸爸|老师|同学|"
    "幼儿园|小学|中学|初中|高中|学校|小区|花园|省|市|区|县|镇|乡|村"
)
# Before a kind these say which one, if anything stands beside them.
_SURE = re.compile(r"第[一二三四五六七八九十百\d]+|实验|附属|外国语|师范|中心")
_ROAD = re.compile(r"[路街桥巷镇市区县乡湖河山]$")
_PROPER = frozenset({"ns", "nz", "nr", "nt"})
_PART = ("n", "s", "f", "a", "m", "b", "j", "i", "x", "z", "vn")  # what names of places are made of
_HAN = re.compile("^[\u4e00-\u9fff]+$")
_MOST = 4  # words of a name before its kind
_ROOM = re.compile(r"(?<=［住址］)\s*\d{1,4}(?:\s*-\s*\d{1,4}){0,3}(?:\s*室)?(?![\d:：.])")
_AGAIN = re.compile(r"［住址］(?:\s*［住址］)+")


def masked(text: str) -> str:
    """Put marks in the place of schools and addresses."""
    text = _SHORT.sub(SCHOOL, _STREET.sub(HOME, _NUMBERS.sub(HOME, text)))
    if any(kind in text for kind in _KINDS):
        text = _named(text, _KINDS, SCHOOL)
    if any(kind in text for kind in _HOMES):
        text = _named(text, _HOMES, HOME)
    return _AGAIN.sub(HOME, _ROOM.sub("", text))


def _named(text: str, kinds: Sequence[str], mark: str) -> str:
    """Put the mark in the place of each kind that has a name before it, and of that name."""
    parts = tagged(text)
    out: list[tuple[str, str]] = []
    for at, (word, tag) in enumerate(parts):
        out.append((word, tag))
        kind = next((one for one in kinds if word.endswith(one)), None)
        if kind is None or (word != kind and is_word(word)):
            continue
        if word != kind:  # the name and its kind were taken for one word
            out[-1:] = [(word.removesuffix(kind), "x"), (kind, "n")]
        numbered = "".join(word for word, _ in parts[at + 1 : at + 5]).lstrip().startswith(HOME)
        count = _name_before(out[-_MOST - 2 : -1], kind, numbered=numbered)
        if count:
            del out[-count - 1 :]
            out.append((mark, "x"))
    return "".join(word for word, _ in out)


def _name_before(parts: Sequence[tuple[str, str]], kind: str, *, numbered: bool) -> int:
    """How many of the last words are the name of this kind of place; 0: it has none."""
    count, at = 0, False
    for word, tag in reversed(parts):
        at = bool(_AT.fullmatch(word))
        if at or count == _MOST or _GENERAL.fullmatch(word) or not _HAN.match(word) or not (tag.startswith(_PART)):
            break
        count += 1
    name = parts[len(parts) - count :]
    sure = any(_SURE.search(word) for word, _ in name) and (kind not in _LOOSE or len(name) > 1 or len(name[0][0]) > 2)
    proper = any(tag in _PROPER or not is_word(word) or _ROAD.search(word) for word, tag in name)
    if not count:
        return 0
    return count if sure or (kind not in _LOOSE and (at or proper or numbered)) else 0
