"""Passwords: which are good enough, how they are kept, how they are compared."""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200  # characters of a password
FEWEST = 5  # different characters
# Long ones that stand in every list of guesses; with figures and signs at the end they are no better.
_SAID = (
    "passwordpassword password administrator admin adminadmin iloveyou iloveyouforever woaini woaiwojia wodemima "
    "jiayoufang jiayoufangjiayoufang qwertyuiop qwertyuiopasdfghjkl asdfghjkl zxcvbnm qazwsxedc qazwsxedcrfv "
    "letmein letmeinplease welcome changeme changemenow trustno football baseball princess sunshine "
    "correcthorsebatterystaple zhongguo woaizhongguo jiatingjiaoyu"
)
_COMMONEST = frozenset(_SAID.split())
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_END = re.compile(r"[\d\W_]+$")

_hasher = PasswordHasher()


def weakness(password: str, login: str = "") -> str:
    """Say in a sentence what is wrong with a password; "" when it is good enough."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符，现在是 {len(password)} 个。几个不相干的词连在一起，好记又安全。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    said = password.lower()
    if len(login) >= 3 and login.lower() in said:
        return "密码里不要有您的账号。"
    if len(set(said)) < FEWEST or _END.sub("", said) in _COMMONEST or _in_a_row(said):
        return "这个密码太常见，很容易被猜到。请换几个不相干的词连在一起。"
    return ""


def _in_a_row(said: str) -> bool:
    """Whether it is nothing but keys or signs that follow each other, there and back."""
    pieces = [said[at : at + 4] for at in range(0, len(said), 4)]
    ways = [*_ROWS, *(row[::-1] for row in _ROWS)]
    return all(any(piece in way for way in ways) for piece in pieces)


def hash_password(password: str, login: str = "") -> str:
    """Hash a password for keeping; slow on purpose, so call it off the loop.

    Raises:
        ValueError: it is too short or too easily guessed; the message says so in Chinese.
    """
    if problem := weakness(password, login):
        raise ValueError(problem)
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """Give what is compared against when there is no such account, so that both take equally long."""
    return _hasher.hash("nobody has this password")


def verify(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without an account it takes as long and is not."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
