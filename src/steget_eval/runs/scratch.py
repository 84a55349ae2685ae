"""Working folders: private, short, and swept away by the next run where a killed one left its own behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

_PREFIX: Final = "steget-"
#: The file whose lock tells that a folder's process lives.
_LOCK: Final = ".lock"
#: A folder younger than this may not be locked yet.
_SETTLED_SECONDS: Final = 2.0


class Scratch:
    """A new folder of mode 700 with a lock that is held for as long as its process lives.

    Parameters
    ----------
    where
        The folder that it lies in; the machine's own for temporary files without it.
    """

    def __init__(self, where: str | None = None) -> None:
        place = where or tempfile.gettempdir()
        sweep(Path(place))
        self.name = tempfile.mkdtemp(prefix=_PREFIX, dir=place)
        self._lock = _locked(Path(self.name))

    def cleanup(self) -> None:
        """Remove the folder; a second call does nothing."""
        if self._lock >= 0:
            shutil.rmtree(self.name, ignore_errors=True)
            self.forget()

    def forget(self) -> None:
        """Leave the folder to another process, such as the one that this one was forked from."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> str:
        return self.name

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cleanup()


def sweep(place: Path) -> None:
    """Remove the working folders in `place` whose process has ended without doing so."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another's, under way, or gone meanwhile
            if folder.stat().st_uid == os.getuid() and (folder / _LOCK).is_file():
                _sweep(folder)


def _sweep(folder: Path) -> None:
    lock = os.open(folder / _LOCK, os.O_RDONLY)
    try:
        if time.time() - os.fstat(lock).st_mtime > _SETTLED_SECONDS:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _locked(folder: Path) -> int:
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock
