"""Reading a file from outside in a process of its own, with limits of memory and time.

A thread could not be stopped, and shares the memory of the bot: a file that is a trap would take the bot with it.
A process that takes too long is killed; what it wanted too much memory for fails in it alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from knowledge.imports.base import Parsed, RefusedFile, from_plain, to_plain
from knowledge.imports.reading import read

SECONDS = 40
MEMORY = 1024 * 1024 * 1024  # of addresses; a workbook of 10 MB needs half of it
TOO_MUCH = "这个文件读起来太费时间，没有读完。请用下载的模板另存一份，或者分成几个文件。"
_ROOT = Path(__file__).parents[2]


def read_apart(data: bytes, name: str, *, seconds: float = SECONDS) -> Parsed:
    """Read a file in a child process.

    Raises:
        RefusedFile: nothing of it can be taken, or it took too much.
    """
    command = [sys.executable, "-m", "knowledge.imports.apart", name[-200:]]
    given = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file goes in as data
            command, input=data, capture_output=True, timeout=seconds, env=given, check=False
        )
    except subprocess.TimeoutExpired:
        raise RefusedFile(TOO_MUCH) from None
    if done.returncode:  # killed by its limits, or a fault of ours: either way nothing of the file is known
        raise RefusedFile(TOO_MUCH)
    answer = json.loads(done.stdout)
    if refused := answer.get("refused"):
        raise RefusedFile(refused)
    return from_plain(answer)


def main() -> None:
    """Read the file on standard input, whose name is the argument; what came of it as JSON on standard output."""
    limited()
    try:
        answer = to_plain(read(sys.stdin.buffer.read(), sys.argv[1]))
    except RefusedFile as refused:
        answer = {"refused": str(refused)}
    except (MemoryError, RecursionError):
        answer = {"refused": TOO_MUCH}
    sys.stdout.write(json.dumps(answer))


def limited() -> None:
    """Let this process have no more than the limits."""
    try:
        import resource  # noqa: PLC0415 - not on Windows, where the limit of time alone holds
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
