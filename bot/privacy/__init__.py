"""Masking: what points to a person leaves a text before it is kept for editors; and the short names of senders."""

from __future__ import annotations

import hashlib
import hmac

from bot.privacy import names, numbers, places

MOST = 8_000  # no message of a parent is longer: what is beyond is left out rather than kept unmasked


def mask(text: str) -> str:
    """Take out what points to a person; the worry stays.

    Pure, and gives the same when asked again of what it gave. What it does not know as a name stays: it is a help
    for those who keep the lists, not a proof that nobody is named.
    """
    return places.masked(names.masked(numbers.masked(text[:MOST])))


def pseudonym(secret: bytes, sender: str) -> str:
    """Give the short name under which a person appears in logs and lists; not reversible without the key."""
    return hmac.new(secret, sender.encode(), hashlib.sha256).hexdigest()[:10]
