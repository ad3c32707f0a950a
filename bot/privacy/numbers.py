"""What is written in digits and letters: telephones, cards, plates, accounts, birthdays; ages and hotlines stay."""

from __future__ import annotations

import re

_DAY = r"(?:(?:19|20)\d{2}|(?<!\d)\d{2}(?=\s*年))\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?"
_PLATE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_APP = r"微信|威信|薇信|v信|wechat|vx|wx|qq|扣扣|抖音|快手|支付宝|钉钉"

_RULES = (
    (re.compile(r"(?<!\d)\d{6}\s?\d{8}\s?\d{3}[\dXx](?!\d)"), "［证件号］"),
    (re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{4}(?:[ -]?\d{1,3})?(?!\d)"), "［卡号］"),
    (re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "［手机号］"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "［电话］"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]+\.[\w.]+"), "［邮箱］"),
    (re.compile(rf"(?i)(?:{_APP})\s*(?:号码?|账号|id)?\s*(?:是|为|加)?\s*[:：]?\s*[a-z0-9_-]{{6,}}"), "［账号］"),
    (re.compile(rf"[{_PLATE}]\s?[A-HJ-NP-Z][·.\s-]?(?=[A-Z]*\d)[A-HJ-NP-Z0-9]{{5,6}}(?![A-Za-z0-9])"), "［车牌］"),
    (re.compile(rf"(?<=生日)(\s*[是为:：]?\s*){_DAY}"), r"\1［日期］"),
    (re.compile(rf"(?<=出生)((?:日期|年月日?|时间|于)?\s*[是为:：]?\s*){_DAY}"), r"\1［日期］"),
    (re.compile(rf"(?<=生于)(\s*){_DAY}"), r"\1［日期］"),
    (re.compile(rf"{_DAY}(?=\s*(?:出生|生的|生日|生人))"), "［日期］"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), "［号码］"),
)


def masked(text: str) -> str:
    """Take out what is written in digits and letters and belongs to one person."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
