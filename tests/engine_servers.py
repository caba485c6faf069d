"""A PostgreSQL server and a Spark session of the tests' own, stopped when they are done."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: Set in CI: an engine that is absent fails instead of being skipped.
REQUIRED = os.environ.get("YITIHUA_REQUIRE_ENGINES") == "1"
PASSWORD = "Tr0ub4dor&3"


def absent(what: str) -> Any:
    """Skip for want of an engine, or fail where engines are required."""
    if REQUIRED:
        pytest.fail(f"YITIHUA_REQUIRE_ENGINES is set and {what} is absent")
    pytest.skip(f"{what} is absent")


def binaries() -> Path | None:
    """Return where initdb and postgres are."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return places[-1].parent if places else None


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server in a folder of its own, on loopback and a free port; yield how to connect.

    PostgreSQL refuses to run as root: it then runs as the user that the package makes.
    """
    folder = binaries()
    if folder is None:
        absent("PostgreSQL")
    assert folder is not None
    base = Path(tempfile.mkdtemp(prefix="yitihua-pg-"))
    who: dict[str, Any] = {"cwd": base}
    if os.geteuid() == 0:
        who["user"] = who["group"] = "postgres"
        shutil.chown(base, "postgres", "postgres")
    secret = base / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data = base / "data"
    make = [folder / "initdb", "-D", data, "-U", "tester", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8"]
    subprocess.run([*map(str, make), "--locale=C", "--no-sync"], check=True, capture_output=True, **who)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": base, "fsync": "off",
                "autovacuum": "off"}  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = (base / "log").open("wb")
    server = subprocess.Popen([str(folder / "postgres"), "-D", str(data), *options], stdout=log, stderr=log, **who)
    try:
        yield _ready(port, server)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()
        shutil.rmtree(base)


def _ready(port: int, server: subprocess.Popen[bytes]) -> str:
    import psycopg

    dsn = f"host=127.0.0.1 port={port} dbname=postgres user=tester password={PASSWORD}"
    for _ in range(150):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL ended while it was starting")
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(dsn):
            return dsn
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start within 15 seconds")


@contextlib.contextmanager
def spark_session() -> Iterator[Any]:
    """Start a local session, which takes 6 to 9 seconds and more on a busy machine."""
    from yitihua.indicators.sessions import local_session

    try:
        import pyspark  # noqa: F401
    except ImportError:
        absent("pyspark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        absent("Java")
    session = local_session()
    try:
        yield session
    finally:
        session.stop()
