"""The generated parts of the papers, from the code and the content; `make docs` writes them.

A part stands between `<!-- generated: name -->` and `<!-- /generated: name -->`; nothing else of a paper is touched.
The Chinese explanations are here, because the code speaks English to operators; a test fails when one is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.cli import app
from bot.settings import PREFIX, Settings
from tests import docs_library
from tests.docs_tables import table

ROOT = Path(__file__).parents[1]
PROGRAM = "python -m bot"

SETTINGS_ZH: Mapping[str, str] = {
    "database_url": "PostgreSQL 地址，形如 postgresql://用户:密码@主机/库名；空着就在 BOT_DATA_DIR 下自带一个",
    "data_dir": "自带数据库、索引和密钥放在哪里",
    "host": "监听的地址",
    "port": "监听的端口；0 由系统挑一个",
    "workers": "网页进程数；多于一个时，后台任务单独一个进程",
    "wechat_token": "公众号后台“服务器配置”里的 Token；空着就不接微信",
    "wechat_app_id": "服务号的 AppID",
    "wechat_app_secret": "AppSecret；没有它只能被动回复，不能主动发消息",
    "wechat_aes_key": "EncodingAESKey，43 个字符；一旦设置，明文推送一律不收",
    "wechat_api_base": "微信接口的地址",
    "wechat_template_id": "模板消息的编号；老师的答复要等家长再说话才送得出时，用它告诉家长有答复；空着就不通知",
    "wechat_template_fields": "模板各栏填什么，写成 名=话;名=话；{老师} 和 {时间} 会自动填上",
    "embedding_model": "sentence-transformers 模型的路径或名字；空着就用由知识库训练出来的那个",
    "default_region": "家长没说在哪里时，先按哪个地区（regions.csv 里的代号）",
    "public_url": "家长打开网页用的地址，如 https://bot.example.cn",
    "secret_key": "签名 cookie 和链接用的密钥；空着就自动生成一个，存在 BOT_DATA_DIR",
    "operator": "谁在运营，写在隐私说明页上",
    "duty_hours": "老师什么时候值班，如 workday 08:30-17:30；空着就不向家长承诺；设了站点，只管不归哪个站点的求助",
    "retention_days": "对话保留多少天，到期删除",
    "log_json": "日志写成一行一个 JSON",
    "alert_webhook": "企业微信群机器人的地址，有危机时提醒；只发编号和级别",
    "supervisor_webhook": "没有人确认时，提醒主管用的群机器人；空着就用最近的一个",
    "next_station_webhook": "还没有人确认时，转告下一站用的群机器人；空着就用最近的一个",
    "acknowledge_minutes": "紧急的事项几分钟内要有人确认；级别“高”的，时间是三倍",
    "second_factor": "登录还要手机验证码的是谁：admins 管理员，all 所有人，offered 各人自愿",
    "reassign_minutes": "家长说话以后，接手的老师几分钟没有回，就重新排队；有危险的减半",
}

COMMANDS_ZH: Mapping[str, str] = {
    "serve": "按环境里的设置运行",
    "demo": "什么都不配置就跑起来：自带数据库、模拟微信、一个工作台账号",
    "ask": "回答问题：标准输入一行一个 JSON，标准输出一行一个 JSON",
    "chat": "在终端里和机器人说话",
    "eval retrieval": "量一量问题找答案的准头，和别人的做法比",
    "eval safety": "量一量危险认出多少、误报多少，和别人的做法比",
    "safety train": "用标注过的消息训练危险分类器，写进程序包",
    "backup": "把数据库、正在用的索引和签名密钥写成一个文件",
    "restore": "恢复一份备份",
    "health": "问正在运行的服务好了没有，给容器健康检查用",
    "knowledge check": "把内容文件里所有不对的地方说出来",
    "knowledge export": "把知识库写到一个目录，或写成表格、Word、Markdown；再导入，一字不差",
    "knowledge import": "没有问题的话，把一个目录收作知识库，或把一个文件里的收进来",
    "index build": "检查并发布知识库：在旁边建好索引，验过，再换上",
    "index rollback": "换回以前的一版索引",
    "index train": "用知识库训练小语义模型并保存；同样的知识库，训练出来一个字节不差",
    "staff add": "加一个账号，或给已有账号换名字、角色和密码",
    "staff disable": "停用一个账号：马上退出登录，手上的事项回到队列；最后一位管理员停不了",
    "staff reset": "手机和备用码都丢了，清掉一个账号的两步验证：密码不变，退出登录",
    "db upgrade": "把数据库升到这一版的结构",
    "wechat menu": "给服务号建好自定义菜单",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings: the variable, its default as one would write it, and what it is for."""

    name: str
    variable: str
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command that does something: its name, how it is called, and what it is for."""

    name: str
    usage: str
    about: str


def settings() -> list[Setting]:
    """Give every setting in the order of the class."""
    return [
        Setting(name, f"{PREFIX}{name.upper()}", _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _default(field: FieldInfo) -> str:
    value = field.default
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def commands() -> list[Command]:
    """Give every command, groups taken apart, in the order of the help."""
    return list(_below(typer.main.get_command(app), ()))


def _below(command: Any, path: tuple[str, ...]) -> Iterator[Command]:
    inner: Mapping[str, Any] = getattr(command, "commands", {})
    for name, child in inner.items():
        yield from _below(child, (*path, name))
    if not inner:
        name = " ".join(path)
        usage = " ".join(filter(None, (PROGRAM, name, *map(_parameter, command.params))))
        yield Command(name, usage, (command.help or "").strip().splitlines()[0])


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        word = parameter.name.upper()
        return word if parameter.required else f"[{word}]"
    option = max(parameter.opts, key=len)
    if option == "--help":
        return ""
    choices = "|".join(_choices(parameter.type_descriptor.annotation))
    value = "" if parameter.is_flag else f" {choices or parameter.name.upper()}"
    return f"[{option}{value}]"


def _choices(annotation: Any) -> Iterator[str]:
    """Give the words of a Literal, also where None may stand instead."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _choices(part)


def _code(words: str) -> str:
    return f"`{words}`" if words else ""


def settings_table() -> str:
    """Write the settings in English."""
    rows = [(_code(one.variable), _code(one.default), one.about) for one in settings()]
    return table(("setting", "default", "what it is"), rows)


def settings_table_zh() -> str:
    """Write the settings with Chinese explanations."""
    rows = [(_code(one.variable), _code(one.default), SETTINGS_ZH.get(one.name, "")) for one in settings()]
    return table(("设置", "默认", "是什么"), rows)


def commands_table() -> str:
    """Write the commands in English."""
    return table(("command", "what it does"), [(_code(one.usage), one.about) for one in commands()])


def commands_table_zh() -> str:
    """Write the commands with Chinese explanations."""
    return table(("命令", "做什么"), [(_code(one.usage), COMMANDS_ZH.get(one.name, "")) for one in commands()])


PAPERS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "README.md": {"settings": settings_table, "commands": commands_table},
    "README.zh-CN.md": {"settings": settings_table_zh, "commands": commands_table_zh},
    "docs/library.md": {
        "counts": docs_library.counts,
        "topics": docs_library.topics,
        "families": docs_library.families,
        "regions": docs_library.regions,
        "outline": docs_library.points,
    },
}


def renew(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Give a paper with its generated parts as they should be now; a paper without the marks is an error."""
    for name, write in parts.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- /generated: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            message = f"the marks of the generated part {name!r} must be there exactly once"
            raise ValueError(message)
        part = f"{begin}\n\n{write()}\n\n{end}"
        text = pattern.sub(lambda _, part=part: part, text)  # type: ignore[misc]  # the default only binds the loop's value
    return text


def main() -> None:
    """Write the generated parts anew and say which papers have changed."""
    for name, parts in PAPERS.items():
        path = ROOT / name
        old = path.read_text(encoding="utf-8")
        new = renew(old, parts)
        path.write_text(new, encoding="utf-8")
        print(f"{name}: {'written anew' if new != old else 'as it was'}")  # noqa: T201  (a command line prints)


if __name__ == "__main__":
    main()
