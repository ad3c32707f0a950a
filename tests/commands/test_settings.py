"""Settings: loud when missing or wrong, from the environment or from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.settings import SettingsError


def test_a_secret_can_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("from the file\n")
    monkeypatch.setenv("BOT_WECHAT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("BOT_WECHAT_APP_ID", "wx1")
    assert settings.load().wechat_token.get_secret_value() == "from the file"


def test_a_missing_file_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET_KEY_FILE", "/nowhere/secret")
    with pytest.raises(SettingsError, match="BOT_SECRET_KEY_FILE"):
        settings.load()


def test_both_a_value_and_a_file_are_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("x")
    monkeypatch.setenv("BOT_SECRET_KEY", "y")
    monkeypatch.setenv("BOT_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match="not both"):
        settings.load()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BOT_PORT", "99999", "BOT_PORT"),
        ("BOT_WORKERS", "0", "BOT_WORKERS"),
        ("BOT_WECHAT_AES_KEY", "short", "43"),
        ("BOT_WECHAT_TOKEN", "t", "BOT_WECHAT_APP_ID"),
        ("BOT_COLOUR", "green", "BOT_COLOUR"),
        ("BOT_DUTY_HOURS", "sometimes", "BOT_DUTY_HOURS"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        settings.load()


def test_secrets_never_show_in_a_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET_KEY", "very-secret-value")
    assert "very-secret-value" not in repr(settings.load())


def test_the_signing_key_is_made_once_and_kept_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    first = settings.load().secret()
    assert settings.load().secret() == first
    assert len(first) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
