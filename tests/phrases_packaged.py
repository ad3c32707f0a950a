"""What puts the packaged phrases back after a test has installed others. A plugin of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.dialogue import phrases


@pytest.fixture
def phrases_afterwards() -> Iterator[None]:
    """Put the packaged phrases back."""
    yield
    phrases.install(None)
