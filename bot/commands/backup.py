"""`backup` and `restore`: one file with the database, the live index and the signing key."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from sqlalchemy import make_url, text

from bot import clock
from bot.commands.database import database
from bot.settings import Settings
from bot.store import embedded, schema
from bot.store.database import open_engine
from indexes.live import POINTER, read_pointer

DUMP, KEY, INDEX, ABOUT = "database.dump", "secret_key", "indexes", "about.json"


class BackupError(Exception):
    """A backup that could not be made or restored; nothing was changed unless the message says so."""


def backup(settings: Settings, target: Path) -> None:
    """Write a backup to `target`; the file appears whole or not at all and only its owner can read it."""
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as work, database(settings) as url:
        folder = Path(work)
        _run("pg_dump", url, "--format=custom", f"--file={folder / DUMP}")
        about = {"schema": schema.HEAD, "made": clock.now().isoformat(), "index": read_pointer(settings.indexes_dir)}
        (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        beside = folder / "backup.tar.gz"
        with tarfile.open(beside, "w:gz") as tar:
            for name in (ABOUT, DUMP):
                tar.add(folder / name, name)
            if (settings.data_dir / KEY).is_file():
                tar.add(settings.data_dir / KEY, KEY)
            if about["index"]:
                tar.add(settings.indexes_dir / about["index"], f"{INDEX}/{about['index']}")
                tar.add(settings.indexes_dir / POINTER, f"{INDEX}/{POINTER}")
        beside.chmod(0o600)
        beside.replace(target)


def restore(settings: Settings, source: Path, *, force: bool = False) -> None:
    """Bring back a backup into an empty database; with `force` what is there is replaced.

    Raises:
        BackupError: the file is not a backup, is newer than this version, or the database is not empty.
    """
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        about = _unpack(source, folder)
        if about.get("schema", "") > schema.HEAD:
            message = f"这份备份来自更新的版本（{about['schema']}），请先升级程序。"
            raise BackupError(message)
        with database(settings) as url:
            if not force and not asyncio.run(_empty(url)):
                message = "数据库里已经有数据。确认要替换，请加 --force。"
                raise BackupError(message)
            _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(folder / DUMP))
        _put_back(settings, folder)


def _unpack(source: Path, folder: Path) -> dict[str, str]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if not isinstance(about, dict) or not isinstance(about.get("schema"), str):
            raise ValueError
    except (OSError, tarfile.TarError, ValueError, EOFError) as error:
        message = f"{source} 不是完整的备份文件（{type(error).__name__}）。"
        raise BackupError(message) from error
    if not (folder / DUMP).is_file():
        message = f"{source} 里没有数据库，没有动任何东西。"
        raise BackupError(message)
    return about


def _put_back(settings: Settings, folder: Path) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if (folder / KEY).is_file():
        shutil.copy2(folder / KEY, settings.data_dir / KEY)
        (settings.data_dir / KEY).chmod(0o600)
    if (folder / INDEX).is_dir():
        shutil.copytree(folder / INDEX, settings.indexes_dir, dirs_exist_ok=True)


async def _empty(url: str) -> bool:
    engine = open_engine(url)
    try:
        async with engine.connect() as conn:
            tables = await conn.scalar(
                text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
            )
            if not tables:
                return True
            return not await conn.scalar(text("SELECT count(*) FROM parents"))
    finally:
        await engine.dispose()


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program of the packaged PostgreSQL; the password goes by the environment, not by the command line."""
    parsed = make_url(url)
    address = parsed.set(password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": parsed.password} if parsed.password else {})}
    command = [str(embedded.binaries() / program), f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    if done.returncode != 0:
        message = f"{program} 没有成功：{done.stderr.strip()[-400:]}"
        raise BackupError(message)
