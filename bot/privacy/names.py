"""Names of people: after what announces them, before a title, and whole ones anywhere.

A surname and one or two signs that people are named with make a candidate; how much more must speak for it depends on
what stands before. Words of the dictionary (高兴, 安静, 文静) are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.privacy.surnames import (
    COMPOUND,
    COMPOUNDS,
    GIVEN,
    NO_TITLE,
    NONE,
    PET,
    PLAIN,
    SURNAMES,
    WEAK,
    ends_of,
    is_word,
    kind,
)

NAME = "［名字］"
_FEW = "学成年生广世才富致士豫言少国向"  # with a surname alone they are hardly anybody's whole name
_S, _G = f"[{SURNAMES}]", f"[{GIVEN}]"
_FULL = rf"(?:(?:{COMPOUND}){_G}{{1,2}}|{_S}{_G}{{1,2}})"
_HAN = "[\u4e00-\u9fff]"

_KIN = (
    "女儿|儿子|闺女|孩子|小孩|宝宝|宝贝|娃|老大|老二|老三|大宝|二宝|三宝|大女儿|小女儿|孙子|孙女|外孙女?|外甥女?|侄子|侄女|"
    "弟弟|妹妹|哥哥|姐姐|表弟|表妹|表哥|表姐|堂弟|堂妹|堂哥|堂姐"
)
_OTHERS = (
    "老公|老婆|前夫|前妻|丈夫|妻子|爱人|对象|男朋友|女朋友|男友|女友|同桌|同学|舍友|室友|班长|闺蜜|朋友|邻居|网友|男生|女生|"
    "学生|老师|班主任|教练|校长|园长|主任|医生|爷爷|奶奶|外公|外婆|爸爸|妈妈|父亲|母亲|我家|我爸|我妈|他爸|他妈|她爸|她妈|"
    "继父|继母|后爸|后妈|保姆|年级的?"
)
# What announces a name so surely that two signs are enough, whatever follows.
_CALLED = r"(?:叫做?|名叫|名字[是叫为]|姓名[:：是为]?|大名|小名|乳名|昵称|本人|我是|家长[:：])\s*"
_ANNOUNCED = re.compile(rf"(?P<before>{_CALLED})(?P<name>{_FULL})")
_BESIDE = re.compile(rf"(?P<before>(?:{_KIN}|{_OTHERS})\s*[:：]?)(?P<name>{_FULL})")
_ANYWHERE = re.compile(rf"(?P<before>)(?P<name>(?:{COMPOUND}){_G}{{1,2}}|{_S}{_G}{{2}})")
# Somebody's rarer name, before a stop: no sign of it is one that sentences are built with.
_RARER = re.compile(
    rf"(?P<before>{_CALLED}|(?:{_KIN}|{_OTHERS}))(?P<name>[{PLAIN}]{_HAN}{{1,2}})(?=[，。！？；、,.!?;\s\d]|今年|[他她的](?!们)|$)"
)
_BUILT = re.compile("[不没了的他她我你们是在有这那么什都也就还又很太最说要去来给把被让叫跟和对着过得吗呢吧啊人家子]")
_NICK_SURNAMES = f"{PLAIN}付"
_NICK = re.compile(
    rf"(?P<before>{_CALLED}|(?:{_KIN}|朋友|同学|同桌|我家))"
    rf"(?P<name>小[{GIVEN}{_NICK_SURNAMES}]|阿[{GIVEN}]|(?P<twice>[{PET}])(?P=twice))(?!{_HAN}?[书星])"
)
_FOREIGN = re.compile(
    rf"(?P<before>(?:{_KIN}|[他她]|名字|英文名)\s*(?:叫|名叫|是|叫做)\s*)(?P<name>[A-Z][A-Za-z]{{1,15}})(?![A-Za-z])"
)
_SURNAME = re.compile(rf"(?<![百同])(?P<before>姓)(?P<name>{COMPOUND}|{_S})(?!{_HAN}?[氏什名])")
_TITLES = (
    "老师|校长|主任|医生|大夫|教练|园长|院长|教授|警官|律师|书记|阿姨|叔叔|同学|先生|女士|护士|博士|经理|"
    "局长|所长|老板|师傅"
)
_TITLED = re.compile(rf"(?P<name>(?:{COMPOUND}|{_S}){_G}{{0,2}})(?P<title>{_TITLES})")
_RELATED = re.compile(rf"(?P<before>)(?P<name>{_FULL})(?=的?(?:妈妈|爸爸|妈|爸|家长|奶奶|爷爷))")


def masked(text: str) -> str:
    """Put a mark in the place of names; surnames before a title become 某."""
    text = _TITLED.sub(_titled, text)
    text = _ANNOUNCED.sub(lambda found: _instead(found, _announced), text)
    text = _BESIDE.sub(lambda found: _instead(found, _beside), text)
    text = _RELATED.sub(lambda found: _instead(found, _related), text)
    text = _RARER.sub(lambda found: _instead(found, _rarer), text)
    text = _NICK.sub(lambda found: found[0] if _no_nick(found) else found["before"] + NAME, text)
    text = _FOREIGN.sub(lambda found: found["before"] + NAME, text)
    text = _SURNAME.sub(r"\g<before>某", text)
    return _ANYWHERE.sub(lambda found: _instead(found, _anywhere), text)


def _instead(found: re.Match[str], likely: Callable[[str, str, str], bool]) -> str:
    """Write the mark for as many signs of a candidate as are likely a name; the rest goes back."""
    whole, name = found.string, found["name"]
    after = whole[found.end("name") : found.end("name") + 3]
    before = whole[max(found.start("name") - 4, 0) : found.start("name")]
    if len(name) == _length(name) + 2 and after and is_word(name[-1] + after[0]):
        last = len(before) + len(name) - 1
        if ends_of(before + name + after).get(last, 0) > last + 1:
            name, after = name[:-1], name[-1] + after  # 王芳明天来: the last sign begins the next word
    if not likely(name, before, after):
        return found[0]
    return found["before"] + NAME + found["name"][len(name) :]


def _length(name: str) -> int:
    """How many signs of it are the surname."""
    return 1 if name[0] in SURNAMES and not COMPOUNDS.match(name) else 2


def _announced(name: str, _before: str, after: str) -> bool:
    if _length(name) == 2:
        return True
    if _word(name) or name[-1] in "一家" or (len(name) == 2 and name[1] in _FEW):
        return False
    if name[0] in NO_TITLE:
        return len(name) == 3 and not _word(name[:2]) and not _word(name[1:])
    return name[0] not in WEAK or not _runs_on(name, after)


def _beside(name: str, before: str, after: str) -> bool:
    if not _announced(name, before, after) or name[0] in NO_TITLE or (name[0] in WEAK and _word(name[:2])):
        return False
    return len(name) > 2 or name[0] in PLAIN or not after or not _han(after[0])


def _related(name: str, before: str, after: str) -> bool:
    return _beside(name, before, "") and len(before) in {0, *ends_of(before + name + after)}


def _rarer(name: str, _before: str, _after: str) -> bool:
    return not (_BUILT.search(name) or _word(name) or _word(name[:2]) or is_word(name[1:]))


def _anywhere(name: str, before: str, after: str) -> bool:
    """Without a word that announces it, a name must begin where a word does, and nothing of it may be a word."""
    if _length(name) == 2:
        return not _word(name)
    if len(name) < 3 or not _announced(name, before, after) or _runs_on(name, after):
        return False
    if name[0] in WEAK or _word(name[:2]):
        return _alone(name, before, after)
    return not before or len(before) in ends_of(before + name + after)


def _alone(name: str, before: str, after: str) -> bool:
    """Whether those who cut texts into words take it for one, and what follows the surname is no word."""
    return ends_of(before + name + after).get(len(before)) == len(before) + len(name) and not (
        is_word(name[1:]) and kind(name[1:]).startswith("v")
    )


def _titled(found: re.Match[str]) -> str:
    """Write 某老师 for 刘老师 and for 刘芳老师; not for 语文老师, 向老师."""
    whole, at, name = found.string, found.start(), found["name"]
    before = whole[max(at - 4, 0) : at]
    bare = len(name) == _length(name)
    if before and len(before) not in ends_of(before + found[0]):
        return found[0]
    if bare and (name in NO_TITLE or (before and _han(before[-1]) and is_word(before[-1] + name))):
        return found[0]
    if not bare and (_word(name) or name[0] in NO_TITLE or (name[0] in WEAK and _word(name[:2]))):
        return found[0]
    return f"某{found['title']}"


def _no_nick(found: re.Match[str]) -> bool:
    """Whether 小 and a sign are a word (小心), not somebody's 小李."""
    name = found["name"]
    return not found["twice"] and name[-1] not in _NICK_SURNAMES and _word(name)


def _runs_on(name: str, after: str) -> bool:
    """Whether the last sign belongs to the word after it."""
    return bool(after) and (is_word(name[-1] + after[0]) or any(is_word(name + after[:k]) for k in (1, 2, 3)))


def _word(text: str) -> bool:
    return bool(NONE.fullmatch(text)) or is_word(text)


def _han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"
