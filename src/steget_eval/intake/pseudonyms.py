"""Turns identity numbers into pseudonyms by a key that lies outside the project."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import RecordsError
from steget_eval.core.frames import Tidy
from steget_eval.core.identity import IdentityTally, Sex, read_identity_number, tally_identity_numbers

if TYPE_CHECKING:
    import pandas as pd

#: Bytes of a key: as many as the hash gives.
KEY_BYTES = 32
#: What tells that a folder is the top of a project.
_PROJECT_MARKS = (".git", ".hg", "pyproject.toml")
_PURPOSE = b"steget_eval participant_id\x00"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pseudonyms(Tidy):
    """The pseudonyms of a column of ids.

    Attributes
    ----------
    values
        One text per id, in order; an empty text for an empty id.
    tally
        How many different ids were identity numbers of each kind.
    """

    values: np.ndarray
    tally: IdentityTally

    def to_frame(self) -> pd.DataFrame:
        """Return how many different ids were of each kind; neither ids nor pseudonyms."""
        return self.tally.to_frame()


class Pseudonymiser:
    """HMAC-SHA-256 of ids with a key that is read from a file; without the key nobody can guess a number back.

    A hash without a key is not offered: there are few enough identity numbers to try them all in a second.

    Parameters
    ----------
    key_file
        As `write_key` wrote it. Refused inside the project's folder or any work tree, where others can read or write
        it, and where it is too short.
    project
        A file or folder of the project; the working folder without it. Its folder is the nearest above it that is the
        top of a work tree or a package, else itself.
    this_year
        The year in which the ids were written down, by which ``-`` and ``+`` tell the century; this year without it.
    """

    __slots__ = ("_key", "_this_year")

    def __init__(
        self, key_file: str | Path, *, project: str | Path | None = None, this_year: int | None = None
    ) -> None:
        self._key = _read_key(Path(key_file), Path.cwd() if project is None else Path(project))
        self._this_year = date.today().year if this_year is None else this_year

    def pseudonym(self, id_: str) -> str:
        """Return the pseudonym of one id: ``p`` and 24 hexadecimal digits; empty for an empty id.

        All forms of one identity number have one pseudonym. An id that is none has that of its text without space
        around it.
        """
        text = id_.strip()
        if not text:
            return ""
        number = read_identity_number(text)
        said = text if number is None else number.canonical(self._this_year)
        return f"p{hmac.new(self._key, _PURPOSE + said.encode(), hashlib.sha256).hexdigest()[:24]}"

    def pseudonyms(self, ids: Sequence[str] | np.ndarray) -> Pseudonyms:
        """Return the pseudonyms of a column of texts; an id that is empty or missing stays empty."""
        import pandas as pd

        codes, distinct = pd.factorize(np.asarray(ids, dtype=object), use_na_sentinel=True)
        texts = [str(one) for one in distinct]
        values = np.array([*(self.pseudonym(text) for text in texts), ""], dtype=object)
        return Pseudonyms(values=values[codes], tally=tally_identity_numbers(texts))

    def year_of_birth(self, id_: str) -> int | None:
        """Return the year of birth that an identity number tells, also one with a slip in the check digit; else None.

        The day may be another than the real one: it is given where the numbers of a day are exhausted.
        """
        number = read_identity_number(id_)
        return None if number is None else number.year_of_birth(self._this_year)

    def sex(self, id_: str) -> Sex:
        """Return the sex that an identity number tells, ``unknown`` where it tells none."""
        number = read_identity_number(id_)
        return "unknown" if number is None else number.sex

    def __repr__(self) -> str:
        return "<Pseudonymiser>"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere: make the pseudonymiser anew where it is needed")


def write_key(path: str | Path, *, project: str | Path | None = None) -> Path:
    """Write a new random key that only its owner can read, and return its place.

    Raises
    ------
    RecordsError
        Where the place lies inside the project or something is there already: a key that is lost or replaced can never
        link the same persons again.
    """
    file = Path(path)
    _refuse_inside(file, Path.cwd() if project is None else Path(project))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RecordsError(f"{file}: there is something already; a key is never replaced") from None
    except OSError as error:
        raise RecordsError(f"{file}: the key cannot be written: {(error.strerror or '').lower()}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{secrets.token_hex(KEY_BYTES)}\n")
    return file


def _read_key(file: Path, project: Path) -> bytes:
    _refuse_inside(file, project)
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise RecordsError(f"{file}: there is no such key; make one with steget-eval key new") from None
    except (OSError, UnicodeDecodeError):
        raise RecordsError(f"{file}: the key cannot be read; it is one line of hexadecimal digits") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise RecordsError(f"{file}: others can read or change the key; allowed: chmod 600")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise RecordsError(f"{file}: no key; allowed: one line of hexadecimal digits") from None
    if len(key) < KEY_BYTES:
        raise RecordsError(f"{file}: the key has {len(key)} bytes; allowed: {KEY_BYTES} or more")
    if len(set(key)) < KEY_BYTES // 4:
        raise RecordsError(f"{file}: the key repeats itself; make one with steget-eval key new")
    return key


def _refuse_inside(file: Path, project: Path) -> None:
    place = file.resolve()
    for folder in place.parents:
        if (folder / ".git").exists() or (folder / ".hg").exists():
            raise RecordsError(f"{file}: a key does not lie in a work tree, from which it could spread; move it away")
    top = _top(project.resolve())
    if top == place.parent or top in place.parents:
        raise RecordsError(f"{file}: a key does not lie in the project's folder ({top}); move it away")


def _top(project: Path) -> Path:
    start = project if project.is_dir() else project.parent
    marked = (folder for folder in (start, *start.parents) if any((folder / mark).exists() for mark in _PROJECT_MARKS))
    return next(marked, start)
