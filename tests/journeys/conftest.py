"""The journeys happen in the house that all tests share."""

from __future__ import annotations

from tests.house import PASSWORD, TUESDAY_EVENING, Clock, House, rows

__all__ = ["PASSWORD", "TUESDAY_EVENING", "Clock", "House", "rows"]
