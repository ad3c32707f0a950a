"""The shape of the house: sizes, names, who may import whom, where the clock is asked and where SQL is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import pytest
from importlinter.cli import lint_imports
from prometheus_client.metrics import MetricWrapperBase

from bot import observe
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "indexes", "knowledge")
TABLES = "bot/store/tables.py"
MIGRATIONS = "bot/store/migrations/"
NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "misc", "managers"}  # names that say nothing
IGNORE = re.compile(r"# (?P<rule>noqa(?:: [A-Z0-9, ]+\d)?|type: ignore(?:\[[\w, -]+\])?|pragma: no cover)(?P<why>.*)$")


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the product: its path from the root, its lines and its syntax tree."""

    path: str
    lines: int
    tree: ast.Module

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    @property
    def imports(self) -> Iterator[tuple[str, str, int]]:
        """Give (module, name, line) of every import, wherever it stands; the name is empty for `import x`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "", node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.module or "", alias.name, node.lineno) for alias in node.names)


def read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(ROOT).as_posix(), len(text.splitlines()), ast.parse(text, path.name))


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    found = [read(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert {module.path.split("/")[0] for module in found} == set(ROOMS)
    return found


def spans(modules: list[Module]) -> list[tuple[int, str]]:
    """Give the length of every function from `def` to its last line, without decorators, and where it stands."""
    return [
        (function.end_lineno - function.lineno + 1, f"{module.path}:{function.lineno} {function.name}")
        for module in modules
        if not module.path.startswith(MIGRATIONS)
        for function in module.functions
        if function.end_lineno
    ]


def test_no_module_is_longer_than_300_lines_but_the_tables_and_migrations(modules: list[Module]) -> None:
    free = [module for module in modules if module.path != TABLES and not module.path.startswith(MIGRATIONS)]
    assert [f"{module.path}: {module.lines}" for module in free if module.lines > 300] == []


def test_half_of_the_modules_have_at_most_100_lines(modules: list[Module]) -> None:
    assert median(module.lines for module in modules) <= 100


def test_no_function_is_longer_than_50_lines(modules: list[Module]) -> None:
    assert [where for length, where in spans(modules) if length > 50] == []


def test_functions_are_short(modules: list[Module]) -> None:
    lengths = [length for length, _ in spans(modules)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[-1] <= 25


def test_no_file_and_no_room_is_named_after_nothing(modules: list[Module]) -> None:
    """Services as a room would be a heap; as a file they are what a district offers to families."""
    paths = [Path(module.path).with_suffix("") for module in modules]
    assert [path.as_posix() for path in paths if NOTHING & set(path.parts) or "services" in path.parts[:-1]] == []


def test_every_package_says_what_it_is_for() -> None:
    folders = {
        path.parent
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if MIGRATIONS not in path.relative_to(ROOT).as_posix()
    }
    silent = [
        folder.relative_to(ROOT).as_posix()
        for folder in sorted(folders)
        if not (folder / "__init__.py").is_file() or not ast.get_docstring(read(folder / "__init__.py").tree)
    ]
    assert silent == []


def test_the_machine_is_asked_for_the_time_in_one_place(modules: list[Module]) -> None:
    asking = {
        module.path
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    }
    assert asking == {"bot/clock.py"}


def test_sql_is_written_in_the_store_only(modules: list[Module]) -> None:
    free = ("bot/store/", "bot/commands/backup.py")  # restoring asks whether the database is empty before it has tables
    elsewhere = [
        f"{module.path}:{line} {source}.{name}"
        for module in modules
        if not module.path.startswith(free)
        for source, name, line in module.imports
        if source.split(".")[0] == "sqlalchemy" and source != "sqlalchemy.ext.asyncio"
    ]
    assert elsewhere == []


def test_outside_the_store_sqlalchemy_gives_types_alone(modules: list[Module]) -> None:
    types = {"AsyncConnection", "AsyncEngine"}
    others = [
        f"{module.path}:{line} {name}"
        for module in modules
        if not module.path.startswith("bot/store/")
        for source, name, line in module.imports
        if source == "sqlalchemy.ext.asyncio" and name not in types
    ]
    assert others == []


def test_nobody_commits_below_the_boundary(modules: list[Module]) -> None:
    """A transaction begins and ends with `engine.begin()`; nobody ends one half-way."""
    ended = [
        f"{module.path}:{node.lineno} .{node.attr}"
        for module in modules
        if not module.path.startswith(MIGRATIONS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]
    assert ended == []


def test_repositories_take_a_connection_and_begin_nothing(modules: list[Module]) -> None:
    """What holds a lock across processes, and what runs the schema, begin transactions of their own."""
    free = {"bot/store/tokens.py", "bot/store/schema.py"}
    beginning = {
        module.path
        for module in modules
        if module.path.startswith("bot/store/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "begin"
    }
    assert beginning <= free


def test_no_secret_and_no_setting_is_read_past_the_settings(modules: list[Module]) -> None:
    """Child processes are given an environment; apart from that `bot.settings` alone reads it."""
    giving = {"bot/settings.py", "bot/commands/serve.py", "bot/commands/backup.py"}
    reading = {
        module.path
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert reading <= giving


def test_every_ignore_says_why(modules: list[Module]) -> None:
    """`# noqa: X  (why)`, `# type: ignore[x]  # why`: a bare one hides something. A file need say it once a rule."""
    bare: list[str] = []
    for module in modules:
        if module.path.startswith(MIGRATIONS):
            continue
        said: set[str] = set()
        for number, line in enumerate((ROOT / module.path).read_text(encoding="utf-8").splitlines(), 1):
            found = IGNORE.search(line)
            if found and found["why"].strip(" #()-"):
                said.add(found["rule"])
            elif found and found["rule"] not in said:
                bare.append(f"{module.path}:{number} {found['rule']}")
    assert bare == []


def test_every_setting_is_read_by_something(modules: list[Module]) -> None:
    read_somewhere = {
        node.attr for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)
    }
    assert [name for name in Settings.model_fields if name not in read_somewhere] == []


def test_every_metric_is_counted_by_something(modules: list[Module]) -> None:
    declared = {name for name, held in vars(observe).items() if isinstance(held, MetricWrapperBase)}
    used = {
        name
        for module in modules
        if module.path != "bot/observe.py"
        for node in ast.walk(module.tree)
        for name in (getattr(node, "attr", None), getattr(node, "id", None))
    }
    assert declared - used == set()


def test_rooms_import_each_other_as_agreed(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out
