"""A rule that tests add to those of safety, and what puts the packaged ones back afterwards.

A plugin of the tests (see tests/conftest.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.safety import rules

SAYING = "孩子今天又提到蓝色小纸船"
BOAT = f"""id: paper-boat
kind: suicide
level: concern
match: ["蓝色..2纸船"]
fires: ["{SAYING}"]
spares: ["手工课上折了一只纸船"]
"""


@pytest.fixture
def packaged_afterwards() -> Iterator[None]:
    """Put the rules of the package back when a test has installed others."""
    yield
    rules.install(rules.packaged())
