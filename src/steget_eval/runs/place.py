"""Where a report lies: written beside its place and renamed into it, so that it is whole or absent."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from steget_eval.core.errors import InputError

_SUFFIX = ".part"


class Part:
    """A report being written: a hidden folder beside the place, locked for as long as its process lives.

    The lock tells a folder under way from one that a killed run left behind.
    """

    def __init__(self, folder: Path, job: str) -> None:
        self.place = folder / job
        self.path = folder / f".{job}.{secrets.token_hex(4)}{_SUFFIX}"
        self.report = self.path / "report"
        with _locked(folder):
            self.path.mkdir()
            self._lock = os.open(self.path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.report.mkdir()

    def publish(self) -> Path:
        """Rename the report into its place, in the stead of an earlier one, and return the place."""
        with _locked(self.place.parent):
            if self.place.exists():
                self.place.rename(self.path / "old")
            self.report.rename(self.place)
        self.discard()
        return self.place

    def discard(self) -> None:
        """Remove what has not been published; a second call does nothing."""
        if self._lock < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        self._lock = -1


def open_place(folder: Path) -> None:
    """Make a batch's folder ready and remove what killed runs left in it.

    Raises
    ------
    InputError
        Where nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            for part in folder.glob(f".*{_SUFFIX}"):
                _sweep(part)
        Part(folder, "probe").discard()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: reports cannot be written here: {why}; choose another folder with --out") from None


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the earlier one or all of the later one.

    Raises
    ------
    OSError
        Of the file itself, never of the one that is written beside it.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sweep(part: Path) -> None:
    descriptor = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        place = part.parent / part.name[1:].split(".")[0]
        if (part / "old").exists() and not place.exists():
            (part / "old").rename(place)  # killed between the two renames of `publish`
        shutil.rmtree(part)
    except BlockingIOError:
        return  # another run is at work on it
    finally:
        os.close(descriptor)
