"""The one shape of every answer: a row with its interval, its counts and its method."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from steget_eval.core.columns import ANSWER_COLUMNS, ANSWER_NAMES
from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd

IntervalKind = Literal["confidence", "credible", "prediction", "bounds", "disjoint", "none"]

#: Contrasts that compare two arms on a ratio scale; their standard error is on the log scale.
RATIOS = frozenset({
    "risk_ratio", "odds_ratio", "hazard_ratio", "subdistribution_hazard_ratio", "mean_ratio", "rate_ratio",
    "common_odds_ratio", "win_ratio", "win_odds",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One inference.

    An inference cannot be made without an interval: `interval_kind` is ``none`` only for a test, which then must
    carry its p-value, or for arithmetic on known figures, which then says so in `note`. ``disjoint`` carries the two
    finite limits of a set that runs outward, as that of a number needed to treat does when the difference crosses
    zero. Limits may be infinite, never missing. `std_error` is on `scale` (``identity`` or ``log``). A count that
    does not apply is None.
    """

    contrast: str
    method: str
    estimate: float
    conf_low: float = math.nan
    conf_high: float = math.nan
    interval_kind: IntervalKind = "confidence"
    conf_level: float = math.nan
    std_error: float = math.nan
    p_value: float = math.nan
    n_1: int | None = None
    n_0: int | None = None
    events_1: int | None = None
    events_0: int | None = None
    programme: str = ""
    estimand: str = ""
    outcome: str = ""
    kind: str = ""
    population: str = ""
    subgroup: str = "all"
    arm_1: str = ""
    arm_0: str = ""
    horizon: float = math.nan
    horizon_unit: str = ""
    unit: str = ""
    scale: str = "identity"
    note: str = ""

    def __post_init__(self) -> None:
        if self.interval_kind == "none":
            if math.isnan(self.p_value) and not self.note:
                raise ValueError(f"{self.contrast} by {self.method}: neither interval, p-value nor note")
            return
        if math.isnan(self.conf_low) or math.isnan(self.conf_high) or math.isnan(self.conf_level):
            raise ValueError(f"{self.contrast} by {self.method}: an inference needs both limits and their level")
        if self.conf_low > self.conf_high:
            raise ValueError(f"{self.contrast} by {self.method}: the lower limit is above the upper")


@dataclass(frozen=True, slots=True, repr=False)
class Estimates(Tidy):
    """Inferences in order, each a row of one table."""

    rows: tuple[Estimate, ...] = ()

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: Estimates) -> Estimates:
        return Estimates((*self.rows, *other.rows))

    def label(self, **values: Any) -> Estimates:
        """Return the same inferences with the given key columns filled in."""
        return Estimates(tuple(replace(row, **values) for row in self.rows))

    def where(self, **values: Any) -> Estimates:
        """Return the inferences whose columns equal all the given values."""
        return Estimates(tuple(r for r in self.rows if all(getattr(r, name) == want for name, want in values.items())))

    def only(self, **values: Any) -> Estimate:
        """Return the single inference that fits; raises `LookupError` where none or several do."""
        found = self.where(**values).rows
        if len(found) != 1:
            raise LookupError(f"{len(found)} inferences fit {values}, one was expected")
        return found[0]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per inference, with the columns of the glossary in their order."""
        import pandas as pd

        frame = pd.DataFrame([asdict(row) for row in self.rows], columns=list(ANSWER_NAMES))
        dtypes = {"text": "object", "float": "float64", "count": "Int64"}
        return frame.astype({column.name: dtypes[column.dtype] for column in ANSWER_COLUMNS})


def gather(parts: Iterable[Estimates]) -> Estimates:
    """Return the inferences of several answers as one."""
    return Estimates(tuple(row for part in parts for row in part.rows))
