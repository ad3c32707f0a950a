"""What a WeChat account needs: the token of its console, the ids and keys, and how much clock drift is borne."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import timedelta

API_BASE = "https://api.weixin.qq.com"
BODY_LIMIT = 64 * 1024  # real pushes stay under 10 KB; compatible mode triples them
TEXT_LIMIT = 2048  # UTF-8 bytes of one text, passive or sent; WeChat cuts nothing, it fails


@dataclass(frozen=True, slots=True)
class WeChatConfig:
    """One service account. Secrets stay out of its representation.

    `aes_key` is the 43-character EncodingAESKey; once it is set, plaintext is refused. `account` is the account's
    own id (gh_...) and, when given, pushes meant for another one are refused.
    """

    token: str = field(repr=False)
    app_id: str
    app_secret: str = field(default="", repr=False)
    aes_key: str | None = field(default=None, repr=False)
    api_base: str = API_BASE
    freshness: timedelta = timedelta(minutes=10)
    # Sealed pushes: the proof covers the body and the act's key tells a repetition, so that a server whose clock is set
    # to the wrong zone still answers somebody in danger.
    sealed_freshness: timedelta = timedelta(hours=12)
    account: str | None = None

    def __post_init__(self) -> None:
        if not self.token or not self.app_id:
            message = "a WeChat account needs a token and an AppID"
            raise ValueError(message)
        if self.aes_key is not None and not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            message = "an EncodingAESKey has 43 letters and digits"
            raise ValueError(message)

    @property
    def key(self) -> bytes | None:
        """The AES key. The last of the 43 characters may carry loose bits, which a lenient decoder drops."""
        return base64.b64decode(self.aes_key + "=") if self.aes_key else None
