"""What of a review may be shown: published figures as they are, a programme's own only where the gate let them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.frames import Tidy
from steget_eval.protocol import Protocol
from steget_eval.protocol.base import Text
from steget_eval.protocol.evidence import EvidenceProtocol
from steget_eval.study.results import Refusal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedBeside:
    """The programme beside the evidence, after the gate.

    Attributes
    ----------
    withheld
        True where the gate hid the programme's estimate: everything that rests on it is then missing.
    note
        In what its window or dose differs from the studies'.
    percentile, percentile_of_effects, p_value
        As in `Place`; None for one arm, and where withheld.
    borrowed
        One row a way to borrow: `method`, `weight`, `ess_borrowed`, `conflict_p`, `probability_higher`, `suppressed`.
    own
        `events_1`, `n_1`, `events_0`, `n_0` as a binomial method took them; None where nothing was borrowed.
    effective
        Whether those are counts of a share with the same standard error, since follow-up ended early for some.
    adjusted_ess
        Effective people of the matching-adjusted comparison; None without one.
    assumes
        What each step takes for granted, in the order of the report.
    """

    programme: Protocol
    records_fingerprint: str
    origin: Literal["real", "synthetic"]
    pool: str
    withheld: bool
    note: str
    percentile: float | None
    percentile_of_effects: float | None
    p_value: float | None
    own: tuple[int, int, int, int] | None
    effective: bool
    borrowed: pd.DataFrame
    adjusted_ess: float | None
    assumes: dict[str, Text]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EvidenceRelease(Tidy):
    """A review after the gate.

    Attributes
    ----------
    library_fingerprint
        Of every line of the library.
    estimates
        The answer's columns in their order, then `suppressed`; the pool's id in `estimand`.
    studies
        One row per pool and study: `pool`, `study`, `name`, `year`, `months`, `minimum_dose`, `population`, `status`,
        `printed`, `verdict`, `judged` (the printed measure that the verdict is on), the four counts, `measure`,
        `estimate`, `conf_low`, `conf_high`, `effect`, `std_error`, `weight`.
    ledger
        One row per printed line of the library, with its verdict.
    left_out
        `pool`, `line`, `reason`: printed lines of the outcome that are in no figure of the pool.
    assumes
        What the pooled figures take for granted.
    r_squared
        Share of the variance between studies that the features account for; None without a regression.
    beside
        None where the question names no programme.
    internal
        True where nothing of the programme's was taken away.
    """

    protocol: EvidenceProtocol
    library_fingerprint: str
    estimates: pd.DataFrame
    studies: pd.DataFrame
    ledger: pd.DataFrame
    left_out: pd.DataFrame
    assumes: Text
    r_squared: float | None
    refusals: tuple[Refusal, ...]
    beside: ReleasedBeside | None
    internal: bool = False

    @property
    def origin(self) -> Literal["published", "beside_real", "beside_synthetic"]:
        """Where the figures are from: published alone, or beside a programme's records, which may be made up."""
        if self.beside is None:
            return "published"
        return "beside_synthetic" if self.beside.origin == "synthetic" else "beside_real"

    def to_frame(self) -> pd.DataFrame:
        """Return the released table of estimates."""
        return self.estimates.copy()

    def rows(self, pool: str, *, contrast: str = "", method: str = "") -> pd.DataFrame:
        """Return the released rows of a pool, of one contrast, whose method ends so."""
        mine = self.estimates[self.estimates["estimand"] == pool]
        mine = mine[mine["contrast"] == contrast] if contrast else mine
        return mine[mine["method"].astype(str).str.endswith(method)] if method else mine
