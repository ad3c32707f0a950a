"""Backup, wipe, restore, go on."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime

from bot.messages import Inbound
from bot.store import embedded, inbounds, schema
from bot.store.database import open_engine
from tests.commands.conftest import Operator


def a_parent_writes(operator: Operator) -> None:
    async def write(url: str) -> None:
        engine = open_engine(url)
        await schema.upgrade(engine)
        async with engine.begin() as conn:
            now = datetime.now(UTC)
            await inbounds.receive(conn, Inbound("wechat", "o-mei", "m:1", "text", "在吗", now), now)
        await engine.dispose()

    with embedded.running(operator.data_dir) as url:
        asyncio.run(write(url))


def parents(operator: Operator) -> int:
    async def count(url: str) -> int:
        engine = open_engine(url)
        async with engine.connect() as conn:
            found = len((await conn.exec_driver_sql("SELECT sender FROM parents")).all())
        await engine.dispose()
        return found

    with embedded.running(operator.data_dir) as url:
        return asyncio.run(count(url))


def test_what_was_backed_up_comes_back_after_everything_is_gone(operator: Operator) -> None:
    a_parent_writes(operator)
    (operator.data_dir / "secret_key").write_text("the key")
    target = operator.data_dir.parent / "backup.tar.gz"
    done = operator.run("backup", str(target))
    assert done.returncode == 0, done.stderr
    assert target.stat().st_mode & 0o077 == 0
    shutil.rmtree(operator.data_dir / "postgres")
    (operator.data_dir / "secret_key").unlink()
    (operator.data_dir / "indexes").unlink()
    done = operator.run("restore", str(target))
    assert done.returncode == 0, done.stderr
    assert parents(operator) == 1
    assert (operator.data_dir / "secret_key").read_text() == "the key"
    assert (operator.data_dir / "indexes" / "LIVE").is_file()


def test_restoring_over_data_needs_force(operator: Operator) -> None:
    a_parent_writes(operator)
    target = operator.data_dir.parent / "backup.tar.gz"
    assert operator.run("backup", str(target)).returncode == 0
    refused = operator.run("restore", str(target))
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert operator.run("restore", str(target), "--force").returncode == 0
    assert parents(operator) == 1


def test_a_file_that_is_no_backup_is_refused_with_a_sentence(operator: Operator) -> None:
    target = operator.data_dir.parent / "backup.tar.gz"
    target.write_bytes(b"not a backup")
    refused = operator.run("restore", str(target))
    assert refused.returncode == 2
    assert "备份" in refused.stderr
    assert "Traceback" not in refused.stderr
