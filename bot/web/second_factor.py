"""The second factor: codes of an authenticator app (TOTP, RFC 6238), kept sealed, and codes for a lost phone.

Who changes the application's secret key makes all sealed secrets unreadable: `bot staff reset` lets people begin anew.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import datetime
from typing import Literal

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken

from bot.store.people import Role

Policy = Literal["admins", "all", "offered"]

ISSUER = "家有方"
STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps: telephones' clocks are a little wrong
SETUP_SECONDS = 15 * 60  # in which a new secret must be proved
CODES = 8  # for a lost phone
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def required(policy: Policy, role: str) -> bool:
    """Whether somebody of this role must have one."""
    return policy == "all" or (policy == "admins" and role == Role.ADMIN)


def fresh_codes() -> list[str]:
    """Make new codes for a lost phone, as they are written down: `abcde-fghjk` (49 bits)."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]


def plain(code: str) -> str:
    """Take spaces and dashes out of a code that somebody typed."""
    return re.sub(r"[\s-]+", "", code).lower()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Tell which time step a code belongs to, at most one away from now; None if it is not right."""
    totp, here = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    given = plain(code).encode()
    steps = [here + drift for drift in DRIFT]
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)), None)


def spaced(secret: str) -> str:
    """Write a secret in groups of four, for typing it in."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def picture(secret: str, login: str) -> str:
    """Draw the QR code that an authenticator app reads, as a data address of an SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    drawn: str = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return drawn


class Vault:
    """Seals secrets and hashes codes with keys made from the application's secret."""

    def __init__(self, secret: bytes) -> None:
        """Take the application's secret key."""
        self._fernet = Fernet(base64.urlsafe_b64encode(hmac.digest(secret, b"second factor", hashlib.sha256)))
        self._codes = hmac.digest(secret, b"recovery codes", hashlib.sha256)

    def seal(self, secret: str) -> str:
        """Encrypt a secret for the database."""
        return self._fernet.encrypt(secret.encode()).decode()

    def opened(self, sealed: str) -> str | None:
        """Decrypt a secret; None if it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def offer(self, staff_id: int, now: datetime) -> tuple[str, str]:
        """Make a new secret, and what the form carries until it is proved: sealed, for this person, for a while."""
        secret = pyotp.random_base32()
        return secret, self.carry(staff_id, secret, now)

    def carry(self, staff_id: int, secret: str, now: datetime) -> str:
        """Seal a secret for the form of one person."""
        said = json.dumps([staff_id, secret]).encode()
        return self._fernet.encrypt_at_time(said, int(now.timestamp())).decode()

    def carried(self, staff_id: int, token: str, now: datetime) -> str | None:
        """Give the secret that a form carried; None if it is another person's, too old or not ours."""
        try:
            said = json.loads(self._fernet.decrypt_at_time(token.encode(), SETUP_SECONDS, int(now.timestamp())))
        except (InvalidToken, ValueError):
            return None
        match said:
            case [owner, str(secret)] if owner == staff_id:
                return secret
        return None

    def digest(self, staff_id: int, code: str) -> str:
        """Hash a recovery code; without our key the hash cannot be guessed."""
        return hmac.new(self._codes, f"{staff_id}:{plain(code)}".encode(), hashlib.sha256).hexdigest()
