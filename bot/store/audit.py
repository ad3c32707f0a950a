"""The audit trail: who read or changed what. Rows are only ever added; words of families never stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.people import Staff
from bot.store.tables import audit

AGAIN = timedelta(minutes=10)  # a page that is opened again within this time is the same reading


class Act(StrEnum):
    """What can be done that somebody may ask about later."""

    READ_CASE = "read:case"
    READ_FILE = "read:file"
    READ_POOL = "read:pool"
    PRINTED = "read:print"
    EXPORTED = "read:export"
    SIGNED_IN = "account:signed-in"
    INVITED = "account:invited"
    JOINED = "account:joined"
    CHANGED = "account:changed"
    DISABLED = "account:disabled"
    ENABLED = "account:enabled"
    PASSWORD = "account:password"  # noqa: S105 - the name of an act, no password
    UNINVITED = "account:invitation-revoked"
    REVOKED = "account:session-ended"
    SECOND_FACTOR = "account:second-factor"
    DUTY = "duty:changed"
    STATION = "station:changed"
    REVIEWED = "case:reviewed"
    SLOTS = "slots:changed"
    EXAM = "knowledge:exam"
    TRIAL = "knowledge:trial"
    UNANSWERED = "knowledge:unanswered"
    KNOWLEDGE = "knowledge:changed"
    PUBLISHED = "knowledge:published"
    POINTED = "knowledge:pointed"
    FAMILY_LOOKED_UP = "family:looked-up"
    FAMILY_EXPORTED = "family:exported"
    FAMILY_ERASED = "family:erased"
    REPORTED = "figures:reported"
    UNITS = "figures:units"
    WORDS = "words:changed"
    NOTICE = "words:notice"
    IMPORTED = "library:imported"
    DIGEST = "digest:changed"
    MENU = "wechat:menu"
    LIMITS = "account:limits"
    POOL = "pool:changed"
    ENGAGED = "pool:engaged"
    TRAINING = "training:changed"


WORDS: dict[Act, str] = {
    Act.READ_CASE: "看了这一件",
    Act.READ_FILE: "看了档案",
    Act.READ_POOL: "看了联系方式",
    Act.PRINTED: "打印或导出",
    Act.EXPORTED: "导出数据",
    Act.SIGNED_IN: "登录",
    Act.INVITED: "发出邀请",
    Act.JOINED: "接受邀请",
    Act.CHANGED: "改了账号",
    Act.DISABLED: "停用账号",
    Act.ENABLED: "重新启用账号",
    Act.PASSWORD: "换了密码",
    Act.UNINVITED: "收回邀请",
    Act.REVOKED: "结束登录",
    Act.SECOND_FACTOR: "改了两步验证",
    Act.DUTY: "改了值班",
    Act.STATION: "改了站点",
    Act.REVIEWED: "做了质量抽查",
    Act.SLOTS: "改了可约的时间",
    Act.EXAM: "记下或改了考题",
    Act.TRIAL: "成批试问",
    Act.UNANSWERED: "处理了没答上的",
    Act.KNOWLEDGE: "改了知识",
    Act.PUBLISHED: "发布知识",
    Act.POINTED: "换了在用的版本",
    Act.FAMILY_LOOKED_UP: "查了一家的资料",
    Act.FAMILY_EXPORTED: "导出了一家的资料",
    Act.FAMILY_ERASED: "删除了一家的资料",
    Act.REPORTED: "填报了数字",
    Act.UNITS: "改了学校和站点",
    Act.WORDS: "改了机器人的话",
    Act.NOTICE: "改了隐私说明",
    Act.IMPORTED: "从文件导入草稿",
    Act.DIGEST: "改了每周一条",
    Act.MENU: "改了公众号菜单",
    Act.LIMITS: "改了回答门槛",
    Act.POOL: "改了师资名单",
    Act.ENGAGED: "请人或记下结果",
    Act.TRAINING: "改了培训记录",
}

# What people read of the details; names that are not here are for machines alone.
DETAILS: dict[str, str] = {
    "name": "姓名",
    "role": "身份",
    "by": "由",
    "what": "内容",
    "way": "怎么提出的",
    "messages": "对话句数",
    "cases": "事项件数",
    "added": "加了",
    "marks": "评了几项",
    "agent": "浏览器",
    "from": "从",
    "to": "到",
    "format": "格式",
    "note": "附言",
    "changes": "几处修改",
    "in": "随之上线几处",
    "out": "随之撤下几处",
    "release": "第几版",
    "entries": "条数",
    "title": "标题",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """One row of the trail."""

    at: datetime
    staff_id: int | None
    name: str
    act: str
    subject: str
    detail: dict[str, Any]


async def record(
    conn: AsyncConnection, staff: Staff, act: Act, subject: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Write down that somebody did something."""
    values = {"at": now, "staff_id": staff.id, "name": staff.name, "act": act, "subject": subject}
    await conn.execute(insert(audit).values(**values, detail=detail or {}))


async def record_reading(conn: AsyncConnection, staff: Staff, act: Act, subject: str, now: datetime) -> None:
    """Write down that somebody read something, once for a reading."""
    newest = select(audit.c.at).where(audit.c.subject == subject, audit.c.staff_id == staff.id, audit.c.act == act)
    last = await conn.scalar(newest.order_by(audit.c.id.desc()).limit(1))
    if last is None or abs(now - last) > AGAIN:
        await record(conn, staff, act, subject, now)


async def of_subject(conn: AsyncConnection, subject: str, limit: int = 100) -> list[Trace]:
    """Read the trail of one thing, newest first."""
    columns = (audit.c.at, audit.c.staff_id, audit.c.name, audit.c.act, audit.c.subject, audit.c.detail)
    rows = await conn.execute(
        select(*columns).where(audit.c.subject == subject).order_by(audit.c.id.desc()).limit(limit)
    )
    return [Trace(*row) for row in rows]


async def of_account(conn: AsyncConnection, staff_id: int, limit: int = 20) -> list[Trace]:
    """Read what somebody did, and what was done to their account, newest first."""
    columns = (audit.c.at, audit.c.staff_id, audit.c.name, audit.c.act, audit.c.subject, audit.c.detail)
    theirs = or_(audit.c.staff_id == staff_id, audit.c.subject == f"staff:{staff_id}")
    rows = await conn.execute(select(*columns).where(theirs).order_by(audit.c.id.desc()).limit(limit))
    return [Trace(*row) for row in rows]
