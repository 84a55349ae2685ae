"""What a warm parent was made from, so that one made from something else is replaced."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from steget_eval.core.fingerprint import fingerprint_json

#: Variables that a process reads after its start, so that a fork may have its own.
_LATE = frozenset({
    "TMPDIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLBACKEND", "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES",
    "PYTEST_CURRENT_TEST", "STEGET_DRAWN",
})  # fmt: skip
_LATE_PREFIXES = ("JPY_", "KERNEL_")
#: Libraries that start threads as they load are told not to; a fork keeps only one thread.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


def warm_key(environment: Mapping[str, str], preload: Sequence[str]) -> str:
    """Return the hash of all that a fork takes over from its parent: interpreter, variables, libraries, code."""
    return fingerprint_json({
        "python": sys.executable,
        "environment": early(environment),
        "preload": list(preload),
        "libraries": _folders(),
        "code": _code(),
    })  # fmt: skip


def early(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a parent is started with, those that keep libraries to one thread among them."""
    return {**_ONE_THREAD, **{name: value for name, value in sorted(environment.items()) if not is_late(name)}}


def is_late(name: str) -> bool:
    """Tell whether a fork may have its own value of a variable."""
    return name in _LATE or name.startswith(_LATE_PREFIXES)


def _folders() -> list[tuple[str, int]]:
    # Installing or removing a library touches the folder it lies in.
    installed = [path for path in sys.path if path.endswith("-packages") and os.path.isdir(path)]
    return [(path, os.stat(path).st_mtime_ns) for path in installed]


def _code() -> list[tuple[str, int, int]]:
    package = Path(__file__).resolve().parents[1]
    files = (path for path in package.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    return [(str(path), (told := path.stat()).st_mtime_ns, told.st_size) for path in sorted(files)]
