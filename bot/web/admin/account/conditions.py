"""How the parts of the running product are, in words: good, to be watched, to be mended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.channels.wechat.advice import advice
from bot.store.health import Database, Waiting
from bot.store.vitals import JOBS, Vital
from bot.web import words

State = Literal["good", "warn", "bad", "none"]

HEARD = timedelta(seconds=60)  # a process that has not told of its jobs for so long runs none
STUCK = timedelta(minutes=15)  # no job works so long on end
LATE = 5  # after so many of its pauses a job has not run for too long,
PATIENCE = timedelta(minutes=2)  # but not before this
LINE_SLOW, LINE_LATE = timedelta(minutes=5), timedelta(minutes=30)
MANY = 0.8  # of what may be used

JOB_WORDS: Mapping[str, str] = {
    "send": "送出消息",
    "fetch": "取回图片和语音",
    "recover": "补答没答完的",
    "retain": "按期限清理",
    "publish": "建好和换上新版",
    "watch": "统计等着的",
    "imports": "读导入的文件",
    "trials": "成批试问",
    "remind": "提醒回访",
    "remind-bookings": "提醒预约",
    "escalate": "危机没人应时再提醒",
    "reassign": "没人接时换人",
    "vitals": "报告自己的情况",
    "digest": "送出每周一条",
    "digest-drafts": "拟好每周一条",
    "learn": "学会新发布的内容",
}
PATHS: Mapping[str, str] = {
    "message/custom/send": "发消息",
    "message/template/send": "发模板通知",
    "menu/create": "换菜单",
    "qrcode/create": "做二维码",
    "message/custom/typing": "显示正在输入",
    "media/get": "取家长发的图片和语音",
    "get_current_selfmenu_info": "看菜单",
    "openapi/quota/get": "查额度",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """How one thing is."""

    state: State
    name: str
    sentence: str
    detail: str = ""


def unreadable(name: str) -> Condition:
    """Say that it cannot be told just now."""
    return Condition("warn", name, "暂时读不到：数据库没有及时回答。", "过一会儿再打开这一页。")


def summary(conditions: Iterable[Condition]) -> tuple[State, str]:
    """Say in one line how everything is."""
    listed = list(conditions)
    bad = [one.name for one in listed if one.state == "bad"]
    warn = [one.name for one in listed if one.state == "warn"]
    if bad:
        return "bad", f"有 {len(bad)} 处要处理：{'、'.join(bad)}。" + (f"另有 {len(warn)} 处留意。" if warn else "")
    return ("warn", f"有 {len(warn)} 处留意：{'、'.join(warn)}。") if warn else ("good", "一切正常。")


def account(*, secret: bool, template: bool) -> Iterator[Condition]:
    """Say what the account can do as it is configured."""
    if secret:
        yield Condition("good", "主动发消息", "配置好了。")
    else:
        yield Condition("warn", "主动发消息", "没有配置公众号密钥，老师后来写的话送不到微信里。")
    words_ = "配置好了。" if template else "没有配置，超过 48 小时的回复要等家长再说话。"
    yield Condition("good" if template else "none", "模板通知", words_)


def token(found: tuple[datetime, datetime] | None, now: datetime) -> Condition:
    """Say how long the account's token is good."""
    if found is None:
        return Condition("none", "微信凭证", "还没有取过，第一次要用的时候会取。")
    fetched, expires = found
    detail = f"{words.when(fetched, now)} 取的"
    if expires <= now:
        return Condition("none", "微信凭证", f"{words.when(expires, now)} 过期了，下次要用的时候自动换。", detail)
    return Condition("good", "微信凭证", f"{words.when(expires, now)} 以前有效，快到期时自动换。", detail)


def calls(vital: Vital | None, now: datetime) -> Condition:
    """Say how calls of WeChat's API went lately."""
    body = vital.body if vital else {}
    well = _moment(body, "well_at")
    fine = f"最近一次成功：{words.when(well, now)}" if well else ""
    fault = _moment(body, "fault_at")
    if fault is None:
        return Condition("good" if well else "none", "和微信的往来", "没有出过错。" if well else "还没有往来过。", fine)
    what, todo = advice(str(body.get("code", "")))
    doing = PATHS.get(str(body.get("path", "")), "调用微信")
    when, row = words.when(fault, now), int(body.get("in_a_row") or 0)
    if not row:
        return Condition("good", "和微信的往来", "现在正常。", f"上次出错：{when} {doing}时，{what}。{fine}")
    times = f"，连着 {row} 次" if row > 1 else ""
    return Condition(
        "bad" if row > 1 else "warn", "和微信的往来", f"{when} {doing}时出错{times}：{what}。", f"{todo}{fine}"
    )


def lines(found: Waiting, now: datetime) -> Iterator[Condition]:
    """Say how what is to be sent stands."""
    age = now - found.oldest if found.oldest else timedelta(0)
    state: State = "bad" if age > LINE_LATE else "warn" if age > LINE_SLOW else "good"
    late = f"，最早的等了 {span(age)}" if state != "good" else ""
    yield Condition(state, "等着送出的", f"{found.pending} 条{late}。" if found.pending else "没有。")
    if found.parked:
        yield Condition("none", "等家长说话的", f"{found.parked} 条，家长一说话就送到。")
    failed = sum(number for _, number in found.failed)
    reasons = "；".join(f"{reason or '没有写明'} {number} 条" for reason, number in found.failed)
    yield Condition("warn" if failed else "good", "一天里没送到的", f"{failed} 条。" if failed else "没有。", reasons)


def received(hour: int, day: int) -> Condition:
    """Say how much came from WeChat."""
    return Condition("none", "收到微信消息", f"最近一小时 {hour} 条，一天 {day} 条。")


def quota(path: str, used: int, limit: int) -> Condition:
    """Say how much of a day's quota is used."""
    state: State = "bad" if used >= limit else "warn" if used > limit * MANY else "good"
    return Condition(state, PATHS[path], f"今天用了 {used} 次，能用 {limit} 次。")


def database(found: Database, head: str) -> Iterator[Condition]:
    """Say how the database is."""
    right = found.version == head
    sentence = "连得上，结构是这个版本的。" if right else "连得上，结构还没有升到这个版本。"
    yield Condition("good" if right else "bad", "数据库", sentence, f"结构第 {found.version} 版 · {size(found.size)}")
    many = found.connections > found.most * MANY
    yield Condition("warn" if many else "good", "连接", f"用着 {found.connections} 个，最多 {found.most} 个。")


def jobs(vitals: Iterable[Vital], now: datetime) -> list[Condition]:
    """Say how the jobs are, over all processes that were heard of lately; what is wrong first."""
    live = [one for one in vitals if one.name.startswith(JOBS) and abs(now - one.at) <= HEARD]
    if not live:
        return [Condition("bad", "后台任务", "没有程序在跑后台任务，消息送不出去。", "请重新启动程序。")]
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in live:
        for name, pulse in one.body.get("jobs", {}).items():
            found.setdefault(name, []).append(pulse)
    told = [_job(name, pulses, now) for name, pulses in found.items()]
    places = list(JOB_WORDS.values())
    return sorted(told, key=lambda one: (one.state != "bad", places.index(one.name) if one.name in places else -1))


def _job(name: str, pulses: Sequence[Mapping[str, Any]], now: datetime) -> Condition:
    """Say how one job is: the process that did it last counts, one in which it fails or hangs before that."""
    said = [_pulse(JOB_WORDS.get(name, name), pulse, now) for pulse in pulses]
    wrong = [one for one in said if one.state == "bad"]
    last = max(range(len(said)), key=lambda at: str(pulses[at].get("ended") or ""))
    return wrong[0] if wrong else said[last]


def _pulse(name: str, pulse: Mapping[str, Any], now: datetime) -> Condition:
    began, ended, well = (_moment(pulse, key) for key in ("began", "ended", "well"))
    failed = f"启动以来没做成 {pulse.get('failures')} 次" if pulse.get("failures") else ""
    if began and (ended is None or began > ended) and now - began > STUCK:
        return Condition("bad", name, f"已经做了 {span(now - began)}，还没有做完。", failed)
    if failing := int(pulse.get("failing") or 0):
        since = f"上次做成：{words.when(well, now)}。" if well else "启动以来还没有做成过。"
        return Condition("bad", name, f"连着 {failing} 次没做成（{pulse.get('error')}）。", since)
    if ended is None:
        return Condition("good", name, "刚启动。")
    if now - ended > max(LATE * timedelta(seconds=float(pulse.get("every") or 0)), PATIENCE) and began <= ended:  # type: ignore[operator]  # what ended has begun
        return Condition("bad", name, f"已经 {span(now - ended)}没有做了。", failed)
    took = float(pulse.get("seconds") or 0)
    detail = "；".join(filter(None, (f"用了 {took:.1f} 秒" if took >= 0.1 else "", failed)))
    return Condition("good", name, f"{words.when(ended, now)} 做过。", detail)


def span(length: timedelta) -> str:
    """Write how long something took: 3 秒, 12 分钟, 5 小时, 2 天."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} 秒"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} 分钟"
    return f"{round(seconds / 3600)} 小时" if seconds < 48 * 3600 else f"{round(seconds / 86400)} 天"


def size(count: int) -> str:
    """Write a number of bytes: 480 KB, 12.3 MB, 4.1 GB."""
    for unit, bound in (("KB", 1024**2), ("MB", 1024**3)):
        if count < bound:
            value = count / (bound / 1024)
            return f"{value:.0f} {unit}" if unit == "KB" else f"{value:.1f} {unit}"
    return f"{count / 1024**3:.1f} GB"


def _moment(body: Mapping[str, Any], name: str) -> datetime | None:
    value = body.get(name)
    return datetime.fromisoformat(str(value)) if value else None
