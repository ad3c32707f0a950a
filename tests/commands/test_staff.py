"""Accounts from the command line: made, given a new password, closed; mistakes are told in a sentence."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.store import embedded
from bot.store.database import open_engine
from bot.store.tables import staff
from bot.web.accounts import verify
from tests.commands.conftest import Operator

PASSWORD = "a long enough password"


def accounts(operator: Operator) -> dict[str, tuple[str, str, bool, str]]:
    """Read the accounts: name, role, open or not, hash."""

    async def read(url: str) -> dict[str, tuple[str, str, bool, str]]:
        engine = open_engine(url)
        async with engine.connect() as conn:
            found = (await conn.execute(select(staff))).all()
        await engine.dispose()
        return {row.login: (row.name, row.role, row.active, row.password_hash) for row in found}

    with embedded.running(operator.data_dir) as url:
        return asyncio.run(read(url))


def test_an_account_is_made_changed_and_closed(operator: Operator) -> None:
    with embedded.running(operator.data_dir):  # held, so that each command finds the server running
        made = operator.run("staff", "add", "zhou", "--name", "周老师", "--password", PASSWORD)
        assert made.returncode == 0, made.stderr
        assert PASSWORD not in made.stdout + made.stderr
        name, role, active, kept = accounts(operator)["zhou"]
        assert (name, role, active) == ("周老师", "counsellor", True)
        assert verify(kept, PASSWORD)

        asked = f"{PASSWORD} 2\n{PASSWORD} 2\n"  # typed twice, as it is not seen
        changed = operator.run("staff", "add", "zhou", "--name", "周主任", "--role", "admin", stdin=asked)
        assert changed.returncode == 0, changed.stderr
        name, role, _, kept = accounts(operator)["zhou"]
        assert (name, role) == ("周主任", "admin")
        assert verify(kept, f"{PASSWORD} 2")
        assert not verify(kept, PASSWORD)

        again = operator.run("staff", "add", "zhou", "--name", "周主任", "--password", PASSWORD)
        assert again.returncode == 0, again.stderr
        assert accounts(operator)["zhou"][1] == "admin"  # a role that nobody has named is kept

        last = operator.run("staff", "disable", "zhou")
        assert (last.returncode, "最后一位管理员" in last.stderr) == (2, True)
        assert operator.run("staff", "reset", "zhou").returncode == 0
        more = operator.run("staff", "add", "shen", "--name", "沈主任", "--role", "admin", "--password", PASSWORD)
        assert more.returncode == 0, more.stderr
        assert operator.run("staff", "disable", "zhou").returncode == 0
        assert accounts(operator)["zhou"][2] is False


def test_mistakes_are_told_in_a_sentence_and_change_nothing(operator: Operator) -> None:
    with embedded.running(operator.data_dir):
        nobody = operator.run("staff", "disable", "nobody")
        short = operator.run("staff", "add", "zhou", "--name", "周老师", "--password", "short")
        role = operator.run("staff", "add", "zhou", "--name", "周老师", "--role", "king", "--password", PASSWORD)
        assert accounts(operator) == {}
    assert (nobody.returncode, "nobody" in nobody.stderr) == (2, True)
    assert (short.returncode, "12 个字符" in short.stderr) == (2, True)
    assert role.returncode == 2
    assert "Traceback" not in nobody.stderr + short.stderr + role.stderr
