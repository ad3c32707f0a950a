"""Masking: phone and identity numbers, names after 我叫 and addresses leave a text before it is kept for editors."""

from __future__ import annotations

import hashlib
import hmac
import re

# After 我叫 a surname tells a name (我叫王丽) from a worry (我叫他起床); what may follow a given name ends it.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔庞颜"
    "庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁"
)
_AFTER = "(?!今|现|是|的|在|上|读|有|家|和|跟|说|才|刚|已)"

_RULES = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "［证件号］"),
    (re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "［手机号］"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "［电话］"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "［邮箱］"),
    (re.compile(r"(?i)(?:微信|vx|wx|qq)\s*(?:号码?)?\s*(?:是|为|加)?\s*[:：]?\s*[a-z0-9_-]{6,}"), "［账号］"),
    (re.compile(rf"(?<=[我他她子儿字]叫)[{_SURNAMES}][\u4e00-\u9fff](?:{_AFTER}[\u4e00-\u9fff])?"), "［名字］"),
    (re.compile(r"(?<=(?:名字叫|孩子叫|儿子叫|女儿叫))(?!我|爸|妈|他|她|不)[\u4e00-\u9fff]{2,3}"), "［名字］"),
    (re.compile(r"[\u4e00-\u9fff]{1,3}(?:路|街|巷|弄|大道|胡同)\s*\d{1,5}\s*[号弄]"), "［住址］"),
    (re.compile(r"\d{1,4}\s*(?:号楼|栋|幢|单元|室)(?:\s*\d{1,4}\s*(?:号楼|栋|幢|单元|室))*"), "［住址］"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), "［号码］"),
)


def mask(text: str) -> str:
    """Take out what points to a person; the worry stays."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def pseudonym(secret: bytes, sender: str) -> str:
    """Give the short name under which a person appears in logs and lists; not reversible without the key."""
    return hmac.new(secret, sender.encode(), hashlib.sha256).hexdigest()[:10]
