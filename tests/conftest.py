"""What every test shares: nothing may be skipped where CI says so; a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Keep the ledger of what was first read out of the account of whoever runs the tests.

    Where nothing may be skipped, a commit is judged, and the same commit gets the same examples of each law; elsewhere
    each run draws new ones, and what they find is mended and pinned by a test of its own.
    """
    # No law is timed: on a loaded machine an example may take as long as it likes.
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.register_profile("judged", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("judged" if os.environ.get("STEGET_EVAL_NO_SKIPS") == "1" else "untimed")
    os.environ.setdefault("STEGET_EVAL_STATE", tempfile.mkdtemp(prefix="steget-tests-"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Turn a skip into a failure on a machine that has promised every real part."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("STEGET_EVAL_NO_SKIPS") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server for these tests and give its address; the password is in ``PGPASSWORD``.

    The server refuses to run as root: then it runs as the account that Debian's package made for it.
    """
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)
    place = Path(tempfile.mkdtemp(prefix="steget-pg-"))
    become = []
    if os.geteuid() == 0:
        shutil.chown(place, "postgres", "postgres")
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        where = str(programs / program) if programs else program
        subprocess.run([*become, where, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=place)

    password = secrets.token_urlsafe(12)
    (place / "password").write_text(password)
    (place / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run("initdb", "-D", f"{place}/data", "-U", "steget", "-A", "scram-sha-256", f"--pwfile={place}/password",
        "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")  # fmt: skip
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place} -c fsync=off"
    run("pg_ctl", "-D", f"{place}/data", "-l", f"{place}/log", "-o", settings, "-w", "start")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", password)
        try:
            yield f"postgresql://steget@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", f"{place}/data", "-m", "immediate", "-w", "stop")
            shutil.rmtree(place)


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """Give the address of an empty database of that server, gone after the test."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield postgres.removesuffix("postgres") + name
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
