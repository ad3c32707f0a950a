"""What is shipped: the image's recipe and the compose file name only things that exist, and run without rights."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def known(variable: str) -> bool:
    name = variable.removesuffix("_FILE").removeprefix(PREFIX).lower()
    return name in Settings.model_fields


def test_the_image_runs_as_a_user_without_rights_and_says_how_it_is() -> None:
    last = DOCKERFILE.rsplit("FROM", 1)[1]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert last.index("USER 10001") < last.index("CMD [")


def test_the_image_copies_only_what_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source.removeprefix('./')}" in ignored, source


def test_the_compose_file_sets_only_settings_that_exist() -> None:
    variables = [name for name in COMPOSE["services"]["bot"]["environment"] if name.startswith(PREFIX)]
    assert variables
    assert [name for name in variables if not known(name)] == []
    assert all(known(name) for name in re.findall(r"^\s+(BOT_\w+)=", DOCKERFILE, re.MULTILINE))


def test_every_secret_of_the_compose_file_is_declared_and_used() -> None:
    used = {name for service in COMPOSE["services"].values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    files = {value for value in COMPOSE["services"]["bot"]["environment"].values() if str(value).startswith("/run/")}
    assert {Path(value).name for value in files} <= used


def test_the_proxy_keeps_what_machines_ask_inside() -> None:
    caddyfile = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    assert "/metrics" in caddyfile
    assert "/health" in caddyfile
    assert any("Caddyfile" in volume for volume in COMPOSE["services"]["proxy"]["volumes"])


def test_no_lock_file_names_a_registry() -> None:
    for lock in ROOT.glob("tests/**/package-lock.json"):
        if "node_modules" not in lock.parts:
            assert '"resolved": "http' not in lock.read_text(encoding="utf-8")
