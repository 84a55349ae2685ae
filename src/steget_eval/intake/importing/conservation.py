"""Accounts for every source row: kept, merged into another, or dropped for a named reason; derived rows apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from steget_eval.core.errors import RecordsError
from steget_eval.core.frames import Tidy
from steget_eval.intake.importing.source import Source
from steget_eval.records.card import AccountingLine, Label

Fate = Literal["kept", "merged", "dropped"]
FATES: tuple[Fate, ...] = ("kept", "merged", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Conservation(Tidy):
    """What became of every row of the source files.

    Attributes
    ----------
    rows : pd.DataFrame
        One line per source row: `source_file`, `source_row`, `fate`, `table`, `into_file`, `into_row` (of the row it
        was merged into), `reason` (English).
    lines
        The sums: rows of a file with one fate in one table for one reason, and the derived rows of each table.
    """

    rows: pd.DataFrame
    lines: tuple[AccountingLine, ...]

    def total(self, fate: Fate | Literal["derived"], *, table: str | None = None, reason: str | None = None) -> int:
        """Return how many rows had a fate, perhaps in one table or for one reason (in English)."""
        return sum(
            line.rows
            for line in self.lines
            if line.fate == fate
            and (table is None or line.table == table)
            and (reason is None or (line.reason is not None and line.reason.en == reason))
        )

    @property
    def read(self) -> int:
        """How many rows the files have."""
        return len(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per sum: file, table, fate, reason in both languages, rows."""
        lines = [
            (line.file, line.table, line.fate, line.reason.sv if line.reason else "",
             line.reason.en if line.reason else "", line.rows)
            for line in self.lines
        ]  # fmt: skip
        return pd.DataFrame(lines, columns=["file", "table", "fate", "reason_sv", "reason_en", "rows"])

    def sentences(self) -> tuple[str, ...]:
        """Return the sums as a person reads them, file by file; each ends where it began."""
        texts = []
        for file in self.rows["source_file"].drop_duplicates():
            mine = [line for line in self.lines if line.file == file]
            sums = {fate: sum(line.rows for line in mine if line.fate == fate) for fate in FATES}
            told = " + ".join(f"{rows} {fate}" for fate, rows in sums.items())
            texts.append(f"{file}: {sum(sums.values())} rows = {told}")
            texts += [f"  dropped {line.rows}: {line.reason.en}" for line in mine if line.reason is not None]
            texts += [f"  derived {line.rows} in {line.table}" for line in mine if line.fate == "derived"]
        return tuple(texts)


def account(
    fates: pd.DataFrame, reasons: Sequence[Label], derived: Mapping[str, np.ndarray], source: Source
) -> Conservation:
    """Return the accounting of source rows whose fate is decided.

    Parameters
    ----------
    fates
        One line per source row: `fate`, `table`, `into` (position of the row it was merged into, else -1) and
        `reason` (place in `reasons`, else -1).
    derived
        For each table the position of the source row of each of its derived rows.

    Raises
    ------
    RecordsError
        Where a row has no fate, so that the sums could not be true; no recipe should be able to bring this about.
    """
    if not fates["fate"].isin(FATES).all():
        raise RecordsError("the import lost track of a row; nothing is written")
    files = source.files
    told = np.array([reason.en for reason in reasons] + [""], dtype=object)
    by = ["file", "fate", "table", "reason"]
    sums = fates.assign(file=files).groupby(by, sort=False).size().reset_index(name="n")
    told_sums = zip(*(sums[name].tolist() for name in [*by, "n"]), strict=True)
    lines = [
        AccountingLine(file=file, table=table, fate=fate, reason=reasons[reason] if reason >= 0 else None, rows=n)
        for file, fate, table, reason, n in sorted(told_sums, key=lambda one: FATES.index(one[1]))
    ]
    lines += [
        AccountingLine(file=file, table=table, fate="derived", rows=int((files[rows] == file).sum()))
        for table, rows in derived.items()
        for file in dict.fromkeys(files[rows])
    ]
    into = fates["into"].to_numpy()
    rows = pd.DataFrame(
        {
            "source_file": files,
            "source_row": source.numbers,
            "fate": fates["fate"],
            "table": fates["table"],
            "into_file": np.where(into >= 0, files[into], ""),
            "into_row": pd.array(np.where(into >= 0, source.numbers[into], -1), dtype="Int64"),
            "reason": told[fates["reason"].to_numpy()],
        }
    )
    rows["into_row"] = rows["into_row"].mask(into < 0)
    return Conservation(rows=rows, lines=tuple(lines))
