"""`make bench`: the whole path beside a bare echo, in one run on one machine, one process each.

The whole path: safe mode, signature, replay check, dedupe, safety, both search legs, the decision, a durable write.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import psutil

from tests.bench.load import Keys, Result, pushes, run

KEYS = Keys("bench-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxbench000000001")
PEOPLE = 500
WARM, COUNT = 200, int(os.environ.get("BENCH_MESSAGES", "4000"))
CONNECTIONS = (1, 16, 64)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(url: str, wanted: str, seconds: float) -> float:
    """Wait until a page says `wanted`; the seconds it took."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if wanted in answer.read().decode():
                    return time.perf_counter() - began
        except urllib.error.HTTPError as error:
            if wanted == "" and error.code:
                return time.perf_counter() - began
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} did not say {wanted!r} within {seconds} s")


def first_answer(url: str, began: float) -> float:
    """Ask again and again until the first answer with words comes; the seconds since `began`."""
    for number in range(10**7, 10**7 + 600):
        try:
            result = asyncio.run(run(url, pushes(KEYS, 1, people=PEOPLE, start=number), 1))
        except aiohttp.ClientError:
            time.sleep(0.02)
            continue
        if result.answered:
            return time.perf_counter() - began
    raise SystemExit("no answer came")


def memory(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 2**20


def measure(url: str, start: int) -> list[tuple[int, Result]]:
    asyncio.run(run(url, pushes(KEYS, WARM, people=PEOPLE, start=start), 16))
    results = []
    for turn, connections in enumerate(CONNECTIONS):
        count = COUNT if connections > 1 else COUNT // 4
        prepared = pushes(KEYS, count, people=PEOPLE, start=start + WARM + turn * COUNT)
        results.append((connections, asyncio.run(run(url, prepared, connections))))
    return results


def echo() -> tuple[list[tuple[int, Result]], float]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.echo", str(port), KEYS.token, KEYS.aes_key, KEYS.app_id]
    process = subprocess.Popen(command)
    try:
        until(f"http://127.0.0.1:{port}/", "", 20)
        return measure(f"http://127.0.0.1:{port}/wechat", 0), memory(process.pid)
    finally:
        process.terminate()
        process.wait()


def bot(folder: Path) -> tuple[list[tuple[int, Result]], float, float, float]:
    """Measure the whole path; also the seconds from process start to the first answer and to the dense leg."""
    port = free_port()
    environment = {
        **os.environ,
        "BOT_DATA_DIR": str(folder),
        "BOT_PORT": str(port),
        "BOT_WECHAT_TOKEN": KEYS.token,
        "BOT_WECHAT_AES_KEY": KEYS.aes_key,
        "BOT_WECHAT_APP_ID": KEYS.app_id,
    }
    subprocess.run([sys.executable, "-m", "bot", "index", "build"], env=environment, check=True)
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment, stderr=subprocess.DEVNULL)
    try:
        answered = first_answer(f"http://127.0.0.1:{port}/wechat", began)
        until(f"http://127.0.0.1:{port}/health/ready", '"dense": true', 90)
        dense = time.perf_counter() - began
        return measure(f"http://127.0.0.1:{port}/wechat", 10**6), memory(process.pid), answered, dense
    finally:
        process.terminate()
        process.wait()


def table(name: str, results: list[tuple[int, Result]], megabytes: float) -> list[str]:
    return [
        f"{name:<14}{connections:>6}{result.rate:>12.0f}{result.percentile(0.5):>10.1f}{result.percentile(0.99):>10.1f}"
        f"{result.silent:>9}{megabytes:>10.0f}"
        for connections, result in results
    ]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        bare, bare_memory = echo()
        whole, whole_memory, answered, dense = bot(Path(folder))
    print(f"{'':<14}{'conns':>6}{'answers/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'silent':>9}{'RSS MB':>10}")
    print("\n".join([*table("bare echo", bare, bare_memory), *table("whole path", whole, whole_memory)]))
    print(f"from process start: first answer {answered:.1f} s, dense leg {dense:.1f} s")
    print(json.dumps({"cores": os.cpu_count(), "messages": COUNT}))


if __name__ == "__main__":
    main()
