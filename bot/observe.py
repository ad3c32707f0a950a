"""Logs and metrics: one structured logger and the counters that operations watch. No message text ever goes here."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

import structlog
from prometheus_client import Counter, Gauge, Histogram

REFUSED = Counter("bot_webhook_refused_total", "Pushes refused before they became a message", ["reason"])
RECEIVED = Counter("bot_received_total", "Acts of parents received", ["channel", "kind"])
DUPLICATES = Counter("bot_duplicates_total", "Deliveries of an act that was already received", ["channel"])
TURNS = Counter("bot_turns_total", "Turns answered", ["intent", "risk"])
TURN_SECONDS = Histogram(
    "bot_turn_seconds",
    "From receipt to the answer being ready",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
)
CRISES = Counter("bot_crises_total", "Crisis answers, and whether they could be recorded", ["level", "recorded"])
FAILURES = Counter("bot_failures_total", "Errors caught at an edge", ["where"])
SENDS = Counter("bot_sends_total", "Messages handed to a channel", ["channel", "result"])
MERGED = Counter("bot_messages_saved_total", "Lines that went out in one message with the line before them")
NOTICES = Counter("bot_notices_total", "Template notices that an answer waits", ["result"])
PICTURES = Counter("bot_pictures_total", "Pictures of parents fetched", ["result"])
SWAPS = Counter("bot_index_swaps_total", "Indexes swapped in", ["result"])
OUTBOX = Gauge("bot_outbox_pending", "Messages waiting to be sent")
ALERTS = Counter("bot_alerts_total", "Alerts of staff handed to a group robot", ["to", "delivered"])
UNACKNOWLEDGED = Gauge("bot_cases_unacknowledged", "High and urgent cases that nobody has said they look at")
CASES_OPEN = Gauge("bot_cases_open", "Cases waiting for a person", ["kind"])


class _Lasting:
    """Standard error that may fail: a full disk or a closed pipe must not cost a parent the answer."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def trace(error: BaseException) -> str:
    """Tell where an error and what led to it came from, never its words: they may quote a parent."""
    told = []
    for one in _chain(error):
        told.append(type(one).__qualname__)
        frames = traceback.walk_tb(one.__traceback__)
        told += [f"  {frame.f_code.co_filename}:{number} {frame.f_code.co_name}" for frame, number in frames]
    return "\n".join(told)


def _traced(_logger: object, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the trace of the error at hand in place of `exc_info`."""
    if fields.pop("exc_info", None) and (error := sys.exc_info()[1]) is not None:
        fields["exception"] = trace(error)
    return fields


class _Plain(logging.Formatter):
    """How the libraries' own logs come out: an error by its trace, and of its message only the first line."""

    def formatException(  # noqa: N802  (the name is logging's)
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return trace(ei[1]) if ei[1] is not None else ""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the name is logging's)
        if record.exc_info:  # asyncio names the failed task with its error, words and all, on the second line
            record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)


def configure(*, json: bool) -> None:
    """Send structured logs to standard error: lines for people, JSON for machines."""
    output: TextIO = _Lasting(sys.stderr)  # type: ignore[assignment]  # printing writes and flushes, no more
    handler = logging.StreamHandler(output)
    handler.setFormatter(_Plain("%(asctime)s [%(levelname)s] %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            _traced,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=output),
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Give the logger of one concern; values are fields, never text of a parent."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(concern=name)
    return log
