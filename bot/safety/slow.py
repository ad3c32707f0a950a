"""Finding expressions that take too long: each is run, in a process of its own, against long texts made to hurt it.

A regular expression can't be stopped from inside the process (it holds the interpreter's lock), so this one is killed.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.safety.text import LONGEST

PATIENCE = 0.3  # seconds of the processor that one expression may take for one text of the greatest length
LONGEST_LOOK = 3  # seconds of the processor for all of them; then the system kills the process
DEADLINE = 20.0  # seconds by the clock, for a machine that has other things to do
_MEMORY = 512 * 1024 * 1024
_LITERAL = re.compile(r"[a-z0-9\u4e00-\u9fff]")
_MOST_CHARS = 12

# Prints the number of each expression before it begins, and again when it was slow: what hangs is named too.
_CHILD = """
import json, re, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (%d, %d))
resource.setrlimit(resource.RLIMIT_CPU, (%d, %d))
for number, (part, texts) in enumerate(json.load(sys.stdin)):
    print(number, "begins", flush=True)
    found = re.compile(part)
    for text in texts:
        began = time.process_time()
        for _, _ in zip(found.finditer(text), range(6)):
            pass
        if time.process_time() - began > %f:
            print(number, "slow", flush=True)
            break
print(-1, "done", flush=True)
"""


def slow(parts: Iterable[str]) -> frozenset[str]:
    """Which of these regular expressions are too slow, or break."""
    return _looked_at(tuple(sorted(set(parts))))


@functools.lru_cache(maxsize=256)
def _looked_at(parts: tuple[str, ...]) -> frozenset[str]:
    if not parts:
        return frozenset()
    script = _CHILD % (_MEMORY, _MEMORY, LONGEST_LOOK, LONGEST_LOOK, PATIENCE)
    given = json.dumps([(part, list(_texts(part))) for part in parts])
    try:
        # Our own interpreter and our own script; what an administrator wrote goes in as data.
        done = subprocess.run(  # noqa: S603 - see above
            [sys.executable, "-I", "-S", "-c", script],
            input=given,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        told = done.stdout
    except subprocess.TimeoutExpired as error:
        told = error.stdout.decode() if isinstance(error.stdout, bytes) else error.stdout or ""
    rows = [line.split() for line in told.splitlines() if line.count(" ") == 1]
    bad = {int(number) for number, word in rows if word == "slow"}
    if not rows or rows[-1][1] != "done":
        # What had begun and did not end; where nothing began, nothing is known of any.
        bad |= {int(rows[-1][0])} if rows else set(range(len(parts)))
    return frozenset(parts[number] for number in bad)


def _texts(part: str) -> Iterator[str]:
    """Long texts of the expression's own characters: one repeated, two in turn, all of them; each with a bad end."""
    chars = list(dict.fromkeys(_LITERAL.findall(part)))[:_MOST_CHARS] or ["一"]
    pieces = [*chars, *map("".join, pairwise(chars)), "".join(chars)]
    for piece in pieces:
        yield (piece * LONGEST)[: LONGEST - 1] + "□"
    yield "一" * LONGEST
    yield "一，" * (LONGEST // 2)
