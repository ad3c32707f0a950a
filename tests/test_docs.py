"""The papers are true: nothing that the code has is missing from them, and nothing stands in them that is not there."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from pydantic import SecretStr

from bot.app import build
from bot.channels.wechat.cipher import Reason
from bot.handoff.kinds import KINDS
from bot.messages import LEVELS, Intent
from bot.settings import PREFIX, Settings
from bot.store.events import CaseTag
from bot.store.people import Role
from bot.store.tables import metadata
from knowledge.spans import parse
from tests import docs_generated

ROOT = Path(__file__).parents[1]
PAPERS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = ("bot/", "indexes/", "knowledge/", "tests/", "docs/")
OURS = {"BOT_DOMAIN", "BOT_X_FILE"}  # the compose file's own, and the pattern of the file variants

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_VARIABLE = re.compile(r"\bBOT_[A-Z_]+\b")
_CALL = re.compile(r"python -m bot ((?:[a-z]+ ?)+)")


@cache
def paper(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def cells(name: str) -> set[str]:
    """Give what stands as code in a paper."""
    return set(_CODE.findall(_FENCE.sub("", paper(name))))


def section(name: str, heading: str) -> str:
    """Give a paper's section, up to the next heading of the same level."""
    return re.split(r"^## ", paper(name).split(f"\n## {heading}\n")[1], flags=re.MULTILINE)[0]


def part(name: str, generated: str) -> str:
    return paper(name).split(f"<!-- generated: {generated} -->")[1].split(f"<!-- /generated: {generated} -->")[0]


def anchor(heading: str) -> str:
    """Name a heading as GitHub does."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


# What is generated


@pytest.mark.parametrize("name", docs_generated.PAPERS)
def test_the_generated_parts_are_fresh(name: str) -> None:
    assert docs_generated.renew(paper(name), docs_generated.PAPERS[name]) == paper(name), "run `make docs`"


def test_a_paper_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="settings"):
        docs_generated.renew("# No marks", docs_generated.PAPERS["README.md"])


def test_every_setting_has_a_description_and_its_chinese() -> None:
    assert [one.variable for one in docs_generated.settings() if not one.about] == []
    assert docs_generated.SETTINGS_ZH.keys() == Settings.model_fields.keys()


def test_every_command_has_its_chinese() -> None:
    commands = docs_generated.commands()
    assert len(commands) > 10
    assert docs_generated.COMMANDS_ZH.keys() == {one.name for one in commands}


def test_both_readmes_have_the_same_settings_and_commands() -> None:
    def left(text: str, columns: int) -> list[list[str]]:
        rows = [re.split(r"(?<!\\)\|", line)[1 : columns + 1] for line in text.splitlines() if line.startswith("| `")]
        return [[cell.strip() for cell in row] for row in rows]

    for generated, columns in (("settings", 2), ("commands", 1)):
        english, chinese = (left(part(name, generated), columns) for name in ("README.md", "README.zh-CN.md"))
        assert english == chinese
        assert english


# What the code has


def test_every_route_is_documented(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        wechat_token=SecretStr("token"),
        wechat_app_id="wx0000000000000000",
        wechat_aes_key=SecretStr("a" * 43),
    )
    app = build(settings, "postgresql://nobody@127.0.0.1:1/nowhere")
    there = {resource.canonical for resource in app.router.resources() if not isinstance(resource, web.StaticResource)}
    there.add("/static")
    told = {
        code
        for line in section("docs/architecture.md", "Routes").splitlines()
        for code in re.findall(r"^\| `(/[^`]*)`", line)
    }
    assert told == there


def test_every_metric_is_in_the_operations_manual() -> None:
    names = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in REGISTRY.collect()
        if metric.name.startswith("bot_")
    }
    told = {code.partition("{")[0] for code in cells("docs/operations.md") if code.startswith("bot_")}
    assert told == names


def test_every_reason_of_a_refusal_is_explained() -> None:
    assert set(get_args(Reason)) <= cells("docs/operations.md")


def test_every_place_where_failures_are_counted_is_explained() -> None:
    found = {
        node.args[0].value
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "labels"
        and ast.unparse(node.func.value).endswith("FAILURES")
        and isinstance(node.args[0], ast.Constant)
    }
    assert found
    assert found <= cells("docs/operations.md")


def test_every_table_is_in_the_architecture() -> None:
    told = set(re.findall(r"^\| `(\w+)`", section("docs/architecture.md", "Tables"), re.MULTILINE))
    assert told == set(metadata.tables)


def test_every_step_of_a_case_is_in_the_architecture() -> None:
    assert {tag.value for tag in CaseTag} == {
        code for code in cells("docs/architecture.md") if code.startswith("case:")
    }


def test_every_level_is_explained_and_every_intent_is_listed() -> None:
    assert set(LEVELS) <= cells("docs/safety.md")
    for readme in ("README.md", "README.zh-CN.md"):
        row = next(line for line in paper(readme).splitlines() if line.startswith("| `intent`"))
        assert set(_CODE.findall(row)) - {"intent"} == set(get_args(Intent))


def test_every_role_and_the_kinds_that_the_bot_opens_are_named() -> None:
    assert {role.value for role in Role} <= cells("docs/operations.md")
    assert "crisis" in KINDS
    assert "`crisis`" in paper("docs/safety.md")


def test_every_make_target_is_explained() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", paper("Makefile"), re.MULTILINE)
    told = paper("docs/contributing.md") + paper("README.md")
    assert [target for target in targets if f"make {target}" not in told and target != "clean"] == []


def test_every_decision_is_linked_from_the_architecture() -> None:
    written = {path.name for path in (ROOT / "docs/decisions").glob("*.md")}
    linked = {link.removeprefix("decisions/") for link in _LINK.findall(section("docs/architecture.md", "Decisions"))}
    assert linked == written
    assert [name[:4] for name in sorted(written)] == [f"{number:04}" for number in range(1, len(written) + 1)]


def test_the_changelog_begins_with_the_version_that_is_built() -> None:
    version = tomllib.loads(paper("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", paper("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


# What the papers say


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_headings_that_are_there(path: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            broken.append(link)
        elif fragment:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            broken += [link] if fragment not in map(anchor, headings) else []
    assert broken == []


def defined(path: Path) -> set[str]:
    """Give the names that a module defines: functions, classes, and methods as Class.method."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {f"{node.name}.{method.name}" for method in methods}
    return names


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_that_are_named_are_there(path: Path) -> None:
    missing = []
    for code in _CODE.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        if not code.startswith(ROOMS) or re.search(r"[\s*<]", code):
            continue
        name, _, function = code.partition(":")
        target = ROOT / name
        if not target.exists() or (function and function not in defined(target)):
            missing.append(code)
    assert missing == []


@pytest.mark.parametrize("name", [*(p.relative_to(ROOT).as_posix() for p in PAPERS), "compose.yaml", "Dockerfile"])
def test_settings_that_are_named_are_there(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    known |= {f"{variable}_FILE" for variable in known} | OURS
    assert {word for word in _VARIABLE.findall(paper(name)) if not word.endswith("_")} - known == set()


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_that_are_named_are_there(path: Path) -> None:
    known = {one.name for one in docs_generated.commands()}
    unknown = []
    for call in _CALL.findall(re.sub(r"(?<![`;#])\n(?=\w)", " ", path.read_text(encoding="utf-8"))):
        words = call.split()
        if not {" ".join(words[:1]), " ".join(words[:2])} & known:
            unknown.append(call)
    assert unknown == []


def test_duty_hours_that_are_shown_can_be_read() -> None:
    shown = re.findall(r"`((?:workday|all|mon)[^`]*\d\d:\d\d[^`]*)`", paper("docs/operations.md").replace("\n", " "))
    assert shown
    assert all(parse(hours) for hours in shown)
