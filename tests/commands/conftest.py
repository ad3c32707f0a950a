"""Commands as an operator runs them: processes of their own, in a data directory of the test's own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.commands import index
from bot.settings import Settings
from indexes.build import build as build_index
from indexes.live import write_pointer
from knowledge import files
from knowledge.release import freeze
from tests.house import once


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index with a fast stand-in for the embedding model, once; who changes it takes a copy.

    Without the paraphrases, which are two thirds of the lines: no command is about them. It passes for the index of
    the packaged library, as one that `index build` has made.
    """
    with once(tmp_path_factory, "built") as root:
        indexes, packaged = root / "indexes", files.load()
        curated = freeze(replace(packaged, paraphrases={}), 1)
        write_pointer(indexes, build_index(curated, indexes, model="hashing").name)
        index._taken(Settings(data_dir=root)).write_text(index._fingerprint(packaged), encoding="utf-8")
        return indexes


@dataclass
class Operator:
    """Runs commands and servers with the settings of one data directory."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        return {
            **own, "BOT_DATA_DIR": str(self.data_dir), "BOT_EMBEDDING_MODEL": "hashing", "PYTHONWARNINGS": "default",
            **self.settings,
        }  # fmt: skip

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], input=stdin, env=self.environment, capture_output=True,
            text=True, timeout=600, check=False,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.data_dir.parent / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", *arguments], env=self.environment, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def log(self) -> str:
        return (self.data_dir.parent / "server.log").read_text(encoding="utf-8", errors="replace")


def good(done: subprocess.CompletedProcess[str]) -> str:
    """Give what a command that went well has printed."""
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def refused(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    """Give what a command has said that refused; it says it in words."""
    assert done.returncode == code, (done.stdout, done.stderr[-2000:])
    assert "Traceback" not in done.stderr
    return done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(what: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def page(url: str) -> tuple[int, str]:
    """Get a page; (0, "") while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the packaged library, as `knowledge export` writes it, to change."""
    files.dump(files.load(), tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def operator(tmp_path: Path, built: Path) -> Iterator[Operator]:
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    (data_dir / "indexes").symlink_to(built)
    made = Operator(data_dir)
    yield made
    for process in made.running:
        if process.poll() is None:
            process.terminate()
            process.wait(15)
    # A server whose process was killed stands on purpose, for the next start to join; after the last test nobody does.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        postmaster = (data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]
        os.kill(int(postmaster), signal.SIGINT)
