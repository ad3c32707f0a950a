"""What a parent typed, made comparable: one spelling, one script, one way to write ages and grades.

Also reads the child's stage and the family's shape out of a sentence. Pure text: no index, no library.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache
from itertools import pairwise

from zhconv import zhconv

_NUMERALS = "零一二三四五六七八九"
_DIGITS = {char: value for value, char in enumerate(_NUMERALS)} | {"两": 2}
_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,4})"

_AGE = re.compile(rf"({_COUNT})\s*(?:周岁|岁)")
_GRADE = re.compile(r"(?<![十0-9])(?:小学|初中)?([1-9一二三四五六七八九])\s*年级")
_JUNIOR = re.compile(r"(?<![最当起年月])(初(?:中)?)([1-3一二三])(?:年级)?(?![0-9个次直些点])")
_SENIOR = re.compile(r"(?<![提很太更最身增长])(高(?:中)?)([1-3一二三])(?:年级)?(?![0-9个次直些点])")
_FACE = re.compile(r"\[[\u4e00-\u9fffa-z]{1,6}\]")  # WeChat sends its own faces as words: [捂脸]
_OTHER = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
_UNIT = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]")

# What a child is called from Shaanxi to Guangdong, where the word means nothing else.
_CHILD = re.compile(
    "细路仔?|细佬哥?|细蚊仔|幺儿|幺女|满崽|崽崽|崽儿?|伢子|伢儿?|囡囡|小囡|碎娃|瓜娃子|娃儿|妮子|小把戏"
)
# 不是手机的问题, 跟成绩没关系: what the message says it is not about.
_NOT_THIS = re.compile(
    r"(?:(?<!是)并?不是(?:因为)?|跟|和|与)(?![不没])([\u4e00-\u9fff]{1,8}?)"
    r"(?:的问题|的原因|惹的|闹的|(?:没有?|无)(?:什么)?关系|不相干)"
)
# 作业倒是写得快，就是…: what is well, before what is not.
_WELL = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:倒是|倒还|倒也)[\u4e00-\u9fff]{1,8}[，, ](?=(?:就是|可是?|但是?|只是|偏偏)[\u4e00-\u9fff])"
)
# Where a further worry begins.
_FURTHER = re.compile(
    r"[，。！？；,.!?;\s](?:还有(?:就是|一个|个事|件事)?|另外|再就是|再一个|再有|顺便(?:问|说)?|对了|二是|第二|②|2[、.])"
)

# Politeness, exclamations and the asking itself: they stand in every message and tell none apart.
_FILLER_WORDS = """
请问一下 请问 问一下 想问一下 想问问 想问下 我想问 想问 咨询一下 咨询下 想咨询 请教一下 请教 求教 求助 跪求
救救我 救救孩子 帮帮我 各位家长 各位 大家好 大家 老师好 老师您好 老师你好 您好 你好 在吗 在嘛 在不在 有人吗
该怎么办 要怎么办 怎么办才好 怎么办 该咋办 咋办 咋整 咋个办 咋个整 肿么办 肿么 怎么弄 咋弄 如何是好
怎么回事 咋回事 怎么 怎样 咋样 咋个 咋 如何 谢谢 谢了 感谢 多谢 拜托 麻烦 急急急 急急 在线等
我们家的 我们家 我家的 我家 咱家 哈哈哈 哈哈 呵呵 呜呜
啊 呢 吧 吗 嘛 呀 哦 噢 喔 哎 唉 诶 嗯 哟 啦 哈 呜
"""
_FILLERS = re.compile("|".join(sorted(_FILLER_WORDS.split(), key=len, reverse=True)))
# Words that every parent writes: what is left without them is what can be searched for.
_COMMON = re.compile(
    "孩子|宝宝|宝贝|娃娃|娃|儿子|女儿|闺女|小孩|我们|他们|现在|已经|总是|老是|一直|可以|什么|这个|那个|为什么|"
    "[我你他她它您的了是在有和就也都很太又还再要会能被把对跟给让去来上下一个这那么着过到]"
)

_STAGE_TIERS: tuple[tuple[tuple[str, re.Pattern[str]], ...], ...] = (
    (
        ("infant", re.compile("托班|婴儿|新生儿|月子|早教|辅食|断奶|断夜奶|夜奶|尿不湿|纸尿裤")),
        ("preschool", re.compile("[小中大]班(?!额|制|教学)|学前班")),
        ("primary", re.compile("[一二三四五六]年级|小升初")),
        ("junior", re.compile("[七八九]年级")),
        ("senior", re.compile("高[一二三](?!个|点|些|次)")),
    ),
    (),  # ages stand here: see `_ages`
    (
        ("preschool", re.compile("幼儿园|入园|幼小衔接|幼升小")),
        ("primary", re.compile("小学")),
        ("junior", re.compile("初中|中考")),
        ("senior", re.compile("高中|高考|职高|中专|艺考|填志愿")),
    ),
)
_BARE_AGE = re.compile(r"(?:娃|孩子|儿子|女儿|闺女|孙子|孙女|今年|都|他|她)(1\d|十[一二三四五六七八]?)了")
_BABY_MONTHS = re.compile(rf"{_COUNT}个?多?月(?:大|龄|的?(?:宝|娃|婴))|(?:宝宝|宝|娃|生完[快了]?){_COUNT}个?多?月")
_SIBLINGS = re.compile("老大.*老二|大宝.*[二小]宝|老二.*老大|[二小]宝.*大宝")
_NOW = re.compile("现在|如今|今年|刚上|刚升|上了|升到")

# The rarer before the commoner: the first that is found is the family's type.
_FAMILY_WORDS = {
    "adoptive": "领养|收养|养子|养女|捡来的|送养",
    "justice": "坐牢|服刑|判刑|监狱|涉案|取保候审|少管所|看守所|未管所",
    "disability": "自闭|孤独症|谱系|智力障碍|智障|唐氏|脑瘫|听障|失聪|聋哑|视障|失明|残疾|残障|轮椅|抽动症|特教",
    "stepfamily": "重组家庭|再婚|继父|继母|后妈|后爸|后爹|继子|继女",
    "left-behind": "留守|外出打工|在外地?面?打工|(?:爸妈|父母|我们|我俩|夫妻)(?:都|两个)?(?:在|去)外",
    "migrant": "外来务工|随迁|流动儿童|外地户口|没有?户口|非本地|借读|来城里打工|[跟带]到城里|异地中考",
    "divorced": "离婚|离异|前夫|前妻|抚养权|抚养费|探视|探望权|他爸不要|判给",
    "single": "单亲|一个人带|独自带|丧偶|孩子没了[爸妈]|别人都有[爸妈]",
    "hardship": "低保|困境|困难家庭|贫困|孤儿|无人抚养|特困|建档立卡",
    "grandparents": (
        "(?:爷爷|奶奶|外公|外婆|姥姥|姥爷|老人|婆婆)(?:在|一直|帮忙|帮我)?(?:带|接送|看着|养大|[跟和]妈妈)|"
        "跟着?(?:爷爷|奶奶|外公|外婆|姥姥|姥爷)|隔代|孙子|孙女|孙娃|外孙"
    ),
    "multi-child": "二胎|三胎|老大|老二|大宝|二宝|双胞胎|[两俩]个?孩子|[两俩]个?娃|多孩",
}
_FAMILIES = {family: re.compile(words) for family, words in _FAMILY_WORDS.items()}


def _traditional() -> frozenset[str]:
    """The characters that zhconv writes otherwise; loads its table, which leaves its file open for a moment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        table = zhconv.getdict("zh-cn")
    return frozenset(char for char, simple in table.items() if len(char) == 1 and simple != char)


_TRADITIONAL = _traditional()


def number(text: str) -> int | None:
    """Read a small number as people write it: 14, 十四, 两; of 三四 and 十三四 the first (3, 13)."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text[:1])
    return 10 * _DIGITS.get(tens[-1:], 1) + _DIGITS.get(ones[:1], 0)


def _spell_grade(match: re.Match[str]) -> str:
    return f"{_NUMERALS[number(match[1]) or 0]}年级"


def _spell_junior(match: re.Match[str]) -> str:
    return f"{_NUMERALS[6 + (number(match[2]) or 0)]}年级"


def _spell_senior(match: re.Match[str]) -> str:
    return f"高{_NUMERALS[number(match[2]) or 0]}"


@lru_cache(maxsize=16)  # a turn asks for the same few texts a dozen times; hardly more is kept than one turn
def spell(text: str) -> str:
    """Write a text in the one spelling: half width, simplified, lower case, no emoji, grades and ages alike.

    初二, 初2 and 8年级 become 八年级; 十四岁 and 14周岁 become 14岁; 伢子 becomes 孩子; all but words is a space.
    """
    text = unicodedata.normalize("NFKC", text)
    if not _TRADITIONAL.isdisjoint(text):  # hardly any message has one, and converting costs as much as all the rest
        text = zhconv.convert(text, "zh-cn")
    text = text.lower()
    text = _FACE.sub(" ", text)
    text = _AGE.sub(lambda match: f"{number(match[1])}岁", text)
    text = _JUNIOR.sub(_spell_junior, text)
    text = _SENIOR.sub(_spell_senior, text)
    text = _GRADE.sub(_spell_grade, text)
    text = _CHILD.sub("孩子", text)
    return _OTHER.sub(" ", text).strip()


def normalise(text: str) -> str:
    """Spell a text and take the fillers out; two texts with the same result ask the same."""
    return " ".join(_FILLERS.sub(" ", spell(text)).split())


def grams(text: str) -> list[str]:
    """The characters and pairs of neighbouring characters of a text; a number or Latin word counts as one.

    Pairs do not reach over what was punctuation or a filler.
    """
    found: list[str] = []
    for run in normalise(text).split():
        units = _UNIT.findall(run)
        found.extend(units)
        found.extend(first + second for first, second in pairwise(units))
    return found


def informative(text: str) -> int:
    """How many characters of a text say something of its own; a number or Latin word counts as two."""
    units = _UNIT.findall(_COMMON.sub(" ", normalise(text)))
    return sum(1 if "\u3400" <= unit <= "\u9fff" else 2 for unit in units)


def meant(text: str) -> str:
    """A text without what it says it is not about (不是手机的问题) and what it says is well (作业倒是写得快，就是…)."""
    rest = _WELL.sub(" ", _NOT_THIS.sub(" ", text))
    return rest if informative(rest) >= _LEFT else text


def worries(text: str) -> tuple[str, ...]:
    """The parts of a text that each may tell a worry of its own (…，还有就是…); one where it is not so divided."""
    parts = tuple(part.strip() for part in _FURTHER.split(text) if part.strip())
    return parts if len(parts) > 1 and all(informative(part) >= _ENOUGH for part in parts) else (text,)


_LEFT = 2  # informative characters that must be left
_ENOUGH = 3  # and that can stand for a worry


def stage_of(text: str) -> str | None:
    """The stage of the child that a text speaks of: by grade, else by age, else by school; None if unclear.

    Two children of different stages, or an age that a law names (8 岁以上), say nothing.
    """
    plain = spell(text)
    if _SIBLINGS.search(plain):
        return None
    for tier in _STAGE_TIERS:
        found = [(match.start(), stage) for stage, words in tier for match in words.finditer(plain)] or (
            _ages(plain) if not tier else []
        )
        if found:
            return _agreed(plain, found)
    return None


def without_stage(text: str) -> str:
    """A text without the words that tell a stage: what stays of it when the talk turns to another child."""
    plain = spell(text)
    for tier in _STAGE_TIERS:
        for _, words in tier:
            plain = words.sub(" ", plain)
    return re.sub(r"\d{1,2}岁半?", " ", _BABY_MONTHS.sub(" ", plain))


def _ages(plain: str) -> list[tuple[int, str]]:
    found = [(match.start(), "infant") for match in _BABY_MONTHS.finditer(plain)]
    for match in re.finditer(r"(\d{1,2})岁(以上|以下|以内)?", plain):
        band = _band(int(match[1]) - (match[2] is not None))
        if band and match[2] != "以上":
            found.append((match.start(), band))
    for match in _BARE_AGE.finditer(plain):
        band = _band(number(match[1]) or 0)
        if band:
            found.append((match.start(), band))
    return found


def _band(age: int) -> str | None:
    """The outline's band of an age in years; 18 still counts as senior, an adult's age as none."""
    for limit, stage in ((3, "infant"), (6, "preschool"), (12, "primary"), (15, "junior"), (19, "senior")):
        if age < limit:
            return stage
    return None


def _agreed(plain: str, found: list[tuple[int, str]]) -> str | None:
    if len({stage for _, stage in found}) == 1:
        return found[0][1]
    now = [match.end() for match in _NOW.finditer(plain)]
    later = {stage for start, stage in found if now and start >= now[-1]}
    return later.pop() if len(later) == 1 else None


def family_of(text: str) -> str | None:
    """The family type that a text's words point to, the rarer before the commoner; None if none."""
    plain = spell(text)
    return next((family for family, words in _FAMILIES.items() if words.search(plain)), None)
