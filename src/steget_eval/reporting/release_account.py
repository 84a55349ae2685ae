"""What passed the gate of the files behind records."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from steget_eval.core.frames import Tidy
from steget_eval.records.card import Label

FOUND = ("rule", "table", "column", "sv", "en", "rows")
ACCOUNTING = ("table", "fate", "sv", "en", "rows")


def _no_rows(*names: str) -> pd.DataFrame:
    frame = pd.DataFrame(columns=[*names, "suppressed"])
    return frame.astype({"rows": "Int64", "suppressed": bool})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReleasedAccount(Tidy):
    """What may be told of the files.

    Attributes
    ----------
    found
        `rule`, `table`, `column`, `sv`, `en` (the rule's words), `rows`, `suppressed`. A rule that is not about rows
        has none.
    accounting
        `table`, `fate`, `sv`, `en` (the reason's words), `rows`, `suppressed`, summed over the files, whose names may
        be somebody's; a last row of fate ``read`` has the sum of the rows that were read, where every part is told.
    assumptions
        What the import took for granted without a source.
    """

    found: pd.DataFrame = field(default_factory=lambda: _no_rows(*FOUND))
    accounting: pd.DataFrame = field(default_factory=lambda: _no_rows(*ACCOUNTING))
    assumptions: tuple[Label, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return self.found.empty and self.accounting.empty and not self.assumptions

    def to_frame(self) -> pd.DataFrame:
        """Return what was found, as released."""
        return self.found.copy()
