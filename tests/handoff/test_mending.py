"""Lines that did not arrive: when one may go once more, when one may be withdrawn. What is sent: tests/jobs."""

from __future__ import annotations

import pytest

from bot.handoff.mending import again_refused, withdrawal_refused


@pytest.mark.parametrize(
    ("states", "why"),
    [
        (["failed"], ""),
        (["sent", "failed"], ""),
        (["failed", "parked"], ""),
        (["pending"], ""),  # pressed twice
        (["sending", "pending"], ""),
        (["sent"], ""),
        (["parked"], "这一句还留着"),
        (["sent", "parked"], "这一句还留着"),
        ([], "没有要再发的"),
    ],
)
def test_what_failed_may_go_once_more(states: list[str], why: str) -> None:
    said = again_refused(states)
    assert why in said
    assert bool(said) is bool(why)


@pytest.mark.parametrize(
    ("states", "why"),
    [
        (["parked"], ""),
        (["parked", "parked"], ""),
        (["sent", "parked"], "已经送出去一部分"),
        (["sent", "sent"], "已经送到了"),
        (["sending", "parked"], "正在送"),
        (["pending"], "正在送"),
        (["failed"], "没有要收回的"),
        (["failed", "parked"], "没有要收回的"),
        ([], "没有要收回的"),
    ],
)
def test_only_what_waits_as_a_whole_is_withdrawn(states: list[str], why: str) -> None:
    said = withdrawal_refused(states)
    assert why in said
    assert bool(said) is bool(why)
