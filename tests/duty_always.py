"""Duty for tests that are not about it: somebody is always there, or nobody ever is."""

from __future__ import annotations

from bot.handoff.duty.again import Duty

ALWAYS = Duty.of("all 00:00-00:00")
NEVER = Duty.of("")
