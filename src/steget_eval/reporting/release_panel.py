"""What of a panel may be shown: averages, and the numbers behind them where they are not small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.protocol.panel import Panel
from steget_eval.reporting.release import Suppression
from steget_eval.reporting.release_account import ReleasedAccount
from steget_eval.study.results import Refusal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PanelRelease(Tidy):
    """A panel after the gate. Every frame has a column `suppressed`; a suppressed cell is missing.

    Attributes
    ----------
    estimates
        The answer's columns in their order, then `suppressed`.
    series
        `estimand`, `start` (the period in which units start, -1 for never), `period`, `units`, `n`, `value`,
        `suppressed`.
    fits
        As in `PanelResults`, then `suppressed`.
    suppressions
        What was taken away, by rule and place.
    internal
        True where nothing was taken away.
    """

    protocol: Protocol
    panel: Panel
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    source: Mapping[str, str]
    estimates: pd.DataFrame
    series: pd.DataFrame
    fits: pd.DataFrame
    refusals: tuple[Refusal, ...]
    suppressions: tuple[Suppression, ...]
    policy: Disclosure
    account: ReleasedAccount
    internal: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return the released table of estimates."""
        return self.estimates.copy()

    @property
    def hides_cells(self) -> bool:
        """Whether a number of a start in a period was taken away."""
        return bool(self.series["suppressed"].any())
