"""Runs a parser in a process of its own, because a damaged file can crash a library written in C."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from steget_eval.intake.sheet import UnreadableError

#: What a parser may take; a file that makes it take more is refused as damaged.
MEMORY_BYTES, SECONDS = 6 * 2**30, 300
#: Exit codes of a parser: there is a table; the file is damaged; it has no such table.
READ, DAMAGED, NO_SUCH_SHEET, TOO_LARGE = 0, 4, 5, 6
_RULES = {NO_SUCH_SHEET: "no_such_sheet", TOO_LARGE: "too_large"}


def parsed_apart(parser: str, path: Path, *arguments: str, kind: str, allowed: str = "") -> bytes:
    """Return the Arrow stream that a parser printed for a file, or refuse the file as what the exit code says.

    What the parser says on its error stream is thrown away: it may quote a cell.
    """
    try:
        done = subprocess.run(  # noqa: S603  # our own module, by this interpreter
            [sys.executable, "-m", f"{__package__}.{parser}", str(path.resolve()), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError("damaged", allowed=kind) from None
    rule = _RULES.get(done.returncode, "damaged")
    if done.returncode != READ:
        raise UnreadableError(rule, allowed=allowed if rule != "damaged" else kind)
    return done.stdout


def opened_stream(stream: bytes, *, kind: str) -> Any:
    """Return the Arrow table in what a parser printed."""
    try:
        return pa.ipc.open_stream(stream).read_all()
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableError("damaged", allowed=kind) from None


def run_parser(parse: Callable[..., Any], unfit: tuple[type[Exception], ...]) -> int:
    """Parse what the arguments of this process name, within limits, print it as an Arrow stream, and return a code.

    Parameters
    ----------
    parse
        From the arguments to an Arrow table; an `UnreadableError` of it becomes the code of its rule.
    unfit
        What its library raises where a file is damaged.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        table = parse(*sys.argv[1:])
    except UnreadableError as error:
        return next((code for code, rule in _RULES.items() if rule == error.rule), DAMAGED)
    except unfit:
        return DAMAGED
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)
    return READ
