"""Lists of who consented and who withdrew, applied before anything else is asked of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import RecordsError
from steget_eval.core.frames import Tidy
from steget_eval.core.identity import count_identity_numbers
from steget_eval.records.card import AccountingLine, Label

if TYPE_CHECKING:
    import pandas as pd

    from steget_eval.intake.sheet import Sheet

#: The files of a folder of records that are lists of ids and no tables.
CONSENTED, WITHDRAWN = "consented.csv", "withdrawn.csv"
LIST_FILES = (CONSENTED, WITHDRAWN)
WITHDRAWN_CONSENT = Label(sv="återkallat samtycke", en="withdrawn consent")
NO_CONSENT = Label(sv="inget samtycke", en="no consent")

_PSEUDONYM = re.compile(r"p[0-9a-f]{24}")
_HEADERS = frozenset({"participant_id", "id", "personnummer"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ConsentLists(Tidy):
    """Whose rows may be read; no lists let everybody through.

    Attributes
    ----------
    consented
        The ids of those who consented; None where there is no such list, and then nobody is left out for that.
    withdrawn
        The ids of those who withdrew their consent; it wins over `consented`.
    """

    consented: frozenset[str] | None = None
    withdrawn: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.consented is not None or bool(self.withdrawn)

    def fates(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Return for each id 0 (it stays), 1 (withdrawn consent) or 2 (no consent); an empty id stays.

        A row that names nobody is a fault of its own, which the rules of intake tell.
        """
        return np.fromiter((self._fate(str(one).strip()) for one in ids), dtype=np.int64, count=len(ids))

    def applied(self, ids: Sequence[str] | np.ndarray, *, file: str, table: str = "") -> Applied:
        """Return which rows stay, and how many were dropped for which reason, as lines of the accounting."""
        fates = self.fates(ids)
        lines = [
            AccountingLine(file=file, table=table, fate="dropped", reason=reason, rows=int((fates == number).sum()))
            for number, reason in enumerate((WITHDRAWN_CONSENT, NO_CONSENT), start=1)
            if (fates == number).any()
        ]
        kept = AccountingLine(file=file, table=table, fate="kept", rows=int((fates == 0).sum()))
        return Applied(stays=fates == 0, lines=(kept, *lines))

    def to_frame(self) -> pd.DataFrame:
        """Return how many ids each list has; none of them."""
        import pandas as pd

        rows = [("consented", None if self.consented is None else len(self.consented)),
                ("withdrawn", len(self.withdrawn))]  # fmt: skip
        return pd.DataFrame(rows, columns=["list", "ids"])

    def _fate(self, id_: str) -> int:
        if not id_:
            return 0
        if id_ in self.withdrawn:
            return 1
        return 0 if self.consented is None or id_ in self.consented else 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Applied:
    """What the lists did to the rows of one file.

    Attributes
    ----------
    stays
        Whether each row stays.
    lines
        Rows kept and rows dropped, by reason; they add up to the rows there were.
    """

    stays: np.ndarray
    lines: tuple[AccountingLine, ...]


def read_lists(
    *,
    consented: str | Path | None = None,
    withdrawn: str | Path | None = None,
    pseudonymise: Callable[[str], str] | None = None,
) -> ConsentLists:
    """Return the lists in two files, each one id a line under a header or none.

    Parameters
    ----------
    pseudonymise
        From an id to its pseudonym, such as `Pseudonymiser.pseudonym`: an id that is none already becomes one. Without
        it ids are taken as they are, and a list with identity numbers is refused.

    Raises
    ------
    RecordsError
        Where a list is missing, is no such list, or has identity numbers and there is no key. The sentence names file
        and rows, never an id.
    """
    return ConsentLists(
        consented=None if consented is None else _ids(Path(consented), pseudonymise),
        withdrawn=frozenset() if withdrawn is None else _ids(Path(withdrawn), pseudonymise),
    )


def find_lists(folder: Path) -> ConsentLists:
    """Return the lists that lie in a folder of records as ``consented.csv`` and ``withdrawn.csv``, of pseudonyms."""
    places = [folder / name if (folder / name).is_file() else None for name in LIST_FILES]
    return read_lists(consented=places[0], withdrawn=places[1])


def without(sheet: Sheet, lists: ConsentLists, *, file: str, table: str) -> tuple[Sheet, tuple[AccountingLine, ...]]:
    """Return a sheet without the rows of those whose rows may not be read, and the lines of the accounting.

    A sheet that names nobody is left as it is.
    """
    if not lists or "participant_id" not in sheet.header:
        return sheet, ()
    applied = lists.applied(sheet.columns[sheet.header.index("participant_id")], file=file, table=table)
    columns = tuple(column[applied.stays] for column in sheet.columns)
    return replace(sheet, columns=columns, rows=sheet.rows[applied.stays]), applied.lines


def _ids(file: Path, pseudonymise: Callable[[str], str] | None) -> frozenset[str]:
    try:
        lines = [line.strip().strip('"') for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except OSError:
        raise RecordsError(f"{file}: there is no such list") from None
    except UnicodeDecodeError:
        raise RecordsError(f"{file}: the list is not UTF-8; one id a line is allowed") from None
    first = 1 if lines and lines[0].lower() in _HEADERS else 0
    numbered = [(number, line) for number, line in enumerate(lines[first:], start=first + 1) if line]
    _refuse_rows(file, [number for number, line in numbered if any(sign in line for sign in ",;\t")],
                 "several cells; one id a line is allowed")  # fmt: skip
    if pseudonymise is None:
        _refuse_rows(file, [number for number, line in numbered if count_identity_numbers(line)],
                     "identity numbers; give their pseudonyms, or a key")  # fmt: skip
        return frozenset(line for _, line in numbered)
    return frozenset(line if _PSEUDONYM.fullmatch(line) else pseudonymise(line) for _, line in numbered)


def _refuse_rows(file: Path, rows: list[int], why: str) -> None:
    if rows:
        named = ", ".join(str(row) for row in rows[:10])
        more = f" … ({len(rows)} rows in all)" if len(rows) > 10 else ""
        raise RecordsError(f"{file}, rows {named}{more}: {why}")
