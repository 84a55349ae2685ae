"""What was found wrong in a folder of records: rule, place and count, never a value of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.records.account import Found
from steget_eval.records.card import Label, SourceFinding
from steget_eval.records.codes import Words

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning"]
Language = Literal["sv", "en"]

#: How many row numbers a finding names; the rest are counted.
ROWS_NAMED = 10

_COLUMN = Words("kolumn", "column")
_ROW = Words("rad", "row")
_ROWS = Words("rad", "rows")
_IN_ALL = Words("{n} rader i allt", "{n} rows in all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken in one place.

    Attributes
    ----------
    rule
        The rule's id in `intake.rules`.
    table, file, column
        Where; empty where the finding is about the whole folder, file or row.
    count
        How many rows break the rule; 0 where it is not about rows.
    rows
        The first ten of them as a person sees them: the header is row 1.
    key, query
        For records that stay in a database, in the stead of row numbers: the columns that tell one row from another,
        and the query that lists them there. It holds no cell of the records.
    message
        What is wrong and what is allowed; it never holds a cell of the records.
    """

    rule: str
    severity: Severity
    table: str = ""
    file: str = ""
    column: str = ""
    count: int = 0
    rows: tuple[int, ...] = ()
    key: tuple[str, ...] = ()
    query: str = ""
    message: Words

    def sentence(self, language: Language = "en") -> str:
        """Return the finding as one sentence: file, column, rows, what is wrong, what is allowed."""
        column = f"{getattr(_COLUMN, language)} {self.column}" if self.column else ""
        where = ", ".join(part for part in (self.file or self.table, column, self._row_text(language)) if part)
        return f"{where}: {getattr(self.message, language)}"

    def told(self) -> Found:
        """Return what a report may tell of the finding: neither rows nor file."""
        return Found(
            rule=self.rule, severity=self.severity, table=self.table, column=self.column, rows=self.count,
            message=self.message,
        )  # fmt: skip

    def kept(self) -> SourceFinding:
        """Return what the card of imported records keeps of the finding: neither rows nor file."""
        return SourceFinding(
            rule=self.rule, severity=self.severity, table=self.table, column=self.column, rows=self.count,
            message=Label(sv=self.message.sv, en=self.message.en),
        )  # fmt: skip

    def _row_text(self, language: Language) -> str:
        if not self.rows:
            return f"{self.count} {getattr(_ROW if self.count == 1 else _ROWS, language)}" if self.query else ""
        word = getattr(_ROW if len(self.rows) == 1 else _ROWS, language)
        named = ", ".join(str(row) for row in self.rows)
        if self.count <= len(self.rows):
            return f"{word} {named}"
        return f"{word} {named} … ({getattr(_IN_ALL, language).format(n=self.count)})"


@dataclass(frozen=True, slots=True, repr=False)
class Findings(Tidy):
    """Everything found in one folder, in the order of its files."""

    rows: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def errors(self) -> Findings:
        """Those that refuse the records."""
        return Findings(tuple(finding for finding in self.rows if finding.severity == "error"))

    @property
    def warnings(self) -> Findings:
        """Those that a person should look at, without refusing."""
        return Findings(tuple(finding for finding in self.rows if finding.severity == "warning"))

    def sentences(self, language: Language = "en") -> tuple[str, ...]:
        """Return one sentence per finding."""
        return tuple(finding.sentence(language) for finding in self.rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding; `rows` is text and `sv`, `en` are its sentences.

        Where a finding is about a database, `key` and `query` stand last.
        """
        import pandas as pd

        lines = [
            {
                **{name: value for name, value in asdict(finding).items() if name != "message"},
                "rows": ", ".join(str(row) for row in finding.rows),
                "sv": finding.sentence("sv"),
                "en": finding.sentence("en"),
                "key": ", ".join(finding.key),
            }
            for finding in self.rows
        ]
        names = ["rule", "severity", "table", "file", "column", "count", "rows", "sv", "en"]
        names += ["key", "query"] if any(finding.query for finding in self.rows) else []
        return pd.DataFrame(lines, columns=names)
