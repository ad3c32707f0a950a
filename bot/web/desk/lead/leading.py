"""The pages of those who lead, held together: board, figures, quality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.dialogue.decision import Tools
from bot.web.desk.lead.board import BoardPages
from bot.web.desk.lead.figures import FigurePages
from bot.web.desk.lead.quality import QualityPages
from bot.web.desk.stream import DeskStream


@dataclass(frozen=True, slots=True)
class Leading:
    """The handlers, by what they show."""

    board: BoardPages
    figures: FigurePages
    quality: QualityPages

    @classmethod
    def of(
        cls,
        engine: AsyncEngine,
        clock: Callable[[], datetime],
        tools: Callable[[], Tools],
        secret: bytes,
        streams: DeskStream,
    ) -> Leading:
        """Make them of what the desk is made of."""
        board = BoardPages(engine, clock, tools, secret, streams)
        return cls(board, FigurePages(engine, clock), QualityPages(engine, clock, tools, secret))
