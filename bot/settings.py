"""Every setting of the product: from the environment (`BOT_X`), or from the file that `BOT_X_FILE` names.

A missing file or a wrong value stops the start with a sentence that says which setting and what to do.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge import spans

PREFIX = "BOT_"


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to do."""


class Settings(BaseSettings):
    """Settings with their defaults; the descriptions are the README's table."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: str = Field(
        "", description="PostgreSQL as postgresql://user:password@host/name; empty: a private one under BOT_DATA_DIR"
    )
    data_dir: Path = Field(Path("var"), description="Where the private database, indexes and secrets live")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 lets the system choose")
    workers: int = Field(
        1, ge=1, le=64, description="Web processes; with more than one, jobs get a process of their own"
    )
    wechat_token: SecretStr = Field(
        SecretStr(""), description="Token of the WeChat console's server settings; empty: the WeChat channel is off"
    )
    wechat_app_id: str = Field("", description="AppID of the service account")
    wechat_app_secret: SecretStr = Field(SecretStr(""), description="AppSecret; without it only passive replies go out")
    wechat_aes_key: SecretStr = Field(
        SecretStr(""), description="EncodingAESKey, 43 characters; once set, plaintext pushes are refused"
    )
    wechat_api_base: str = Field("https://api.weixin.qq.com", description="Base address of WeChat's API")
    wechat_template_id: str = Field(
        "", description="Template of the notice that a person's answer waits; empty: parents are not told"
    )
    wechat_template_fields: str = Field(
        "thing1=有老师的答复，回一句就能收到;name2={老师};time3={时间}",
        description="The template's fields as name=words, divided by semicolons; {老师} and {时间} are filled in",
    )
    embedding_model: str = Field(
        "", description="A sentence-transformers model by path or name; empty: the one trained from the library"
    )
    default_region: str = Field("", description="Region slug assumed for parents who have not said theirs")
    public_url: str = Field("", description="Address under which parents reach the pages, e.g. https://bot.example.cn")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Key for cookies and signed links; empty: made once and kept in BOT_DATA_DIR"
    )
    operator: str = Field("", description="Who runs this service, as the privacy page names them")
    duty_hours: str = Field(
        "", description='When staff are on duty, e.g. "workday 08:30-17:30"; empty: nothing is promised'
    )
    retention_days: int = Field(180, ge=1, le=3650, description="Days after which conversations are deleted")
    log_json: bool = Field(False, description="Logs as JSON lines")
    alert_webhook: SecretStr = Field(
        SecretStr(""), description="WeCom group robot address for crisis alerts; number and level only are sent"
    )
    supervisor_webhook: SecretStr = Field(
        SecretStr(""), description="The supervisor's robot, when nobody acknowledges; empty: the nearest one configured"
    )
    next_station_webhook: SecretStr = Field(
        SecretStr(""), description="The next station's robot, the last step; empty: the nearest one configured"
    )
    acknowledge_minutes: int = Field(
        5, ge=1, le=120, description="Minutes in which an urgent case must be acknowledged; a high one has three times"
    )

    second_factor: Literal["admins", "all", "offered"] = Field(
        "admins", description="Who must sign in with a code of an authenticator app too: admins, all, or nobody"
    )

    reassign_minutes: int = Field(
        10, ge=1, le=240, description="Minutes a parent may wait for the answer of who holds the talk; in danger half"
    )

    @field_validator("wechat_aes_key")
    @classmethod
    def _aes_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) != 43:
            message = "the EncodingAESKey has exactly 43 characters"
            raise ValueError(message)
        return value

    @field_validator("duty_hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        spans.parse(value)
        return value

    @field_validator("wechat_template_fields")
    @classmethod
    def _fields(cls, value: str) -> str:
        fields_of(value)
        return value

    @field_validator("public_url", "wechat_api_base")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _wechat_whole(self) -> Settings:
        if self.wechat_token.get_secret_value() and not self.wechat_app_id:
            message = "BOT_WECHAT_TOKEN is set, so BOT_WECHAT_APP_ID is needed too"
            raise ValueError(message)
        return self

    @property
    def indexes_dir(self) -> Path:
        """Where built indexes and the pointer to the live one are."""
        return self.data_dir / "indexes"

    @property
    def wechat_on(self) -> bool:
        """Whether the WeChat channel is configured."""
        return bool(self.wechat_token.get_secret_value())

    def secret(self) -> bytes:
        """Give the signing key; the first start without BOT_SECRET_KEY makes one and keeps it."""
        if value := self.secret_key.get_secret_value():
            return value.encode()
        path = self.data_dir / "secret_key"
        if not path.is_file():
            _make_secret(path)
        if not (key := path.read_bytes().strip()):  # an empty key would let anybody sign
            message = f"{path} is empty: delete it and start again (links and cookies given so far end)"
            raise SettingsError(message)
        return key


def fields_of(value: str) -> dict[str, str]:
    """Read name=words;name=words.

    Raises:
        ValueError: a part has no name or no words.
    """
    pairs = [part.strip().partition("=") for part in value.split(";") if part.strip()]
    if not pairs or any(not name.strip() or not words.strip() for name, _, words in pairs):
        message = "the fields of the template are written as name=words;name=words"
        raise ValueError(message)
    return {name.strip(): words.strip() for name, _, words in pairs}


def _make_secret(path: Path) -> None:
    """Make a key file that appears whole: another process that starts now must not read half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".secret_key")  # readable by its owner only
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # unlike a rename it leaves the key of whoever came first
    finally:
        Path(beside).unlink()


def _from_files() -> dict[str, str]:
    """Read the settings given as BOT_X_FILE; a missing file is an error, never an empty secret."""
    values: dict[str, str] = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        path = os.environ.get(f"{variable}_FILE")
        if path is None:
            continue
        if variable in os.environ:
            message = f"set either {variable} or {variable}_FILE, not both"
            raise SettingsError(message)
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"{variable}_FILE: cannot read {path}: {error.strerror}"
            raise SettingsError(message) from error
    return values


def _unknown() -> list[str]:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def load(**overrides: object) -> Settings:
    """Read all settings, loudly: unknown BOT_ names and wrong values raise SettingsError."""
    if unknown := _unknown():
        message = f"unknown setting: {', '.join(unknown)} (see the README's table)"
        raise SettingsError(message)
    try:
        return Settings(**{**_from_files(), **overrides})  # type: ignore[arg-type]  # pydantic validates the values
    except ValidationError as error:
        lines = [f"{PREFIX}{'_'.join(map(str, e['loc'])).upper() or '...'}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(lines)) from error
