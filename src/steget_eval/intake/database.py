"""Opens a database by its address, so that no credential stands in a message or a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from steget_eval.core.errors import RecordsError
from steget_eval.intake.readers.parquet_file import MOST_ROWS, sheet_from_arrow
from steget_eval.intake.sheet import Sheet, UnreadableError

Engine = Literal["postgres", "mssql"]

#: From the beginning of an address to the engine that speaks it.
SCHEMES: dict[str, Engine] = {"postgresql": "postgres", "postgres": "postgres", "mssql": "mssql"}
#: What holds the password of a SQL Server; PostgreSQL has PGPASSWORD, a password file and a service file of its own.
MSSQL_PASSWORD = "MSSQL_PASSWORD"  # noqa: S105  # the name of the variable

_EXAMPLE = "postgresql://user@host:5432/database?schema=name"
_OPTIONS = frozenset({"schema", "service", "driver", "sslmode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a database is, without any secret.

    Attributes
    ----------
    schema
        The schema in which the tables lie; empty for the server's own choice.
    options
        What else the address says: ``service`` (an entry of PostgreSQL's service file), ``sslmode``, ``driver``.
    """

    engine: Engine
    host: str = ""
    port: int | None = None
    user: str = ""
    database: str = ""
    schema: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        # Neither user nor host's details beyond its name: this is what messages and manifests tell.
        return f"{self.engine} database {self.database or 'of the service'}"


def parse_address(text: str) -> Address:
    """Return the parts of an address such as ``postgresql://user@host:5432/database?schema=name``.

    Raises
    ------
    RecordsError
        Where it is no such address, or holds a password; the address itself is not repeated.
    """
    try:
        parts = urlsplit(text)
        port, secret = parts.port, parts.password
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise RecordsError(f"the address of the database cannot be read; allowed: such as {_EXAMPLE}") from None
    if secret is not None or "password" in query:
        raise RecordsError(
            "the address of the database holds a password; take it out and give it in PGPASSWORD, a password file or a "
            f"service file (PostgreSQL) or in {MSSQL_PASSWORD} (SQL Server)"
        )
    if parts.scheme not in SCHEMES or set(query) - _OPTIONS:
        raise RecordsError(
            f"the address of the database begins with {', '.join(f'{one}://' for one in SCHEMES)} and may end with "
            f"{', '.join(sorted(_OPTIONS))}; allowed: such as {_EXAMPLE}"
        )
    return Address(
        engine=SCHEMES[parts.scheme],
        host=parts.hostname or "",
        port=port,
        user=unquote(parts.username or ""),
        database=unquote(parts.path.strip("/")),
        schema=query.pop("schema", ""),
        options=tuple(sorted(query.items())),
    )


def connect(address: str | Address) -> Any:
    """Return an Ibis backend on the database; the caller disconnects it.

    The password comes from the environment or the service file, and from nowhere else.

    Raises
    ------
    RecordsError
        Where the extra is missing or the database does not let us in; what the server said is not repeated.
    """
    where = parse_address(address) if isinstance(address, str) else address
    given = {"host": where.host, "port": where.port, "user": where.user, "database": where.database}
    named = {name: value for name, value in given.items() if value} | dict(where.options)
    try:
        if where.engine == "postgres":
            return _postgres(named, where)
        return _mssql(named)
    except ModuleNotFoundError:
        extra = where.engine
        raise RecordsError(
            f"{where}: the extra [{extra}] is not installed; pip install 'steget-eval[{extra}]'"
        ) from None


def _postgres(named: dict[str, Any], where: Address) -> Any:
    import ibis
    import psycopg

    if "service" in named:  # whatever the address does not say comes from the service file
        named = {"host": None, "port": None, "user": None, **named}
    try:
        return ibis.postgres.connect(**named, **({"schema": where.schema} if where.schema else {}))
    except (psycopg.Error, UnicodeError):
        raise RecordsError(f"{where}: the server does not answer, or does not let us in") from None


def _mssql(named: dict[str, Any]) -> Any:
    import ibis
    import pyodbc

    secret = os.environ.get(MSSQL_PASSWORD)
    try:
        return ibis.mssql.connect(**named, **({"password": secret} if secret else {}))
    except pyodbc.Error:
        raise RecordsError(
            f"mssql database {named.get('database', '')}: the server does not answer, or does not let us in"
        ) from None


@contextmanager
def answered(engine: str) -> Iterator[None]:
    """Turn what a database says when it cannot answer into a refusal; its words may quote a cell."""
    try:
        yield
    except _errors_of(engine):
        raise RecordsError(
            f"{engine}: the database could not answer; ask whoever runs it, or for a right to read"
        ) from None


def _errors_of(engine: str) -> tuple[type[Exception], ...]:
    if engine == "postgres":
        import psycopg

        return (psycopg.Error,)
    if engine == "mssql":
        import pyodbc

        return (pyodbc.Error,)
    if engine == "duckdb":
        import duckdb

        return (duckdb.Error,)
    return ()


@contextmanager
def opened(address: str | Address) -> Iterator[Any]:
    """Open a database and close it afterwards."""
    engine = connect(address)
    try:
        with answered(engine.name):
            yield engine
    finally:
        engine.disconnect()


def database_table_names(address: str | Address) -> tuple[str, ...]:
    """Return the names of the tables in the address's schema, in the order of the alphabet."""
    with opened(address) as engine:
        return tuple(sorted(engine.list_tables()))


def read_database_sheet(address: str | Address, name: str) -> Sheet:
    """Return a table of a database as text cells, for an import; row 2 is the first that the server gave.

    A table that is larger than memory is not read so: `open_records` leaves it where it lies.

    Raises
    ------
    UnreadableError
        There is no such table, or it has more rows than are read cell by cell.
    """
    with opened(address) as engine:
        if name not in engine.list_tables():
            raise UnreadableError("no_such_sheet")
        table = engine.table(name).limit(MOST_ROWS + 1).to_pyarrow()
    if table.num_rows > MOST_ROWS:
        raise UnreadableError("too_large", allowed=f"{MOST_ROWS // 10**6} × 10⁶")
    return sheet_from_arrow(table, kind="table")
