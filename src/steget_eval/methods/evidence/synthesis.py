"""Studies to be pooled: their counts, or their effects with variances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from steget_eval.core.errors import ArgumentError, EmptyArmError, FewError, ScopeError
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.synthesis_setting import Setting, note_setting

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Measure = Literal["risk_ratio", "odds_ratio", "risk_difference", "mean_difference"]

#: Measures that are pooled as logarithms.
LOG_MEASURES = frozenset({"risk_ratio", "odds_ratio"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Studies(Tidy):
    """Counts of two arms in each study; build it with `build_studies`.

    Attributes
    ----------
    events_1, n_1, events_0, n_0 : shape (k,)
        Whole numbers, held as floats.
    note
        What must stand beside a figure pooled from them.
    """

    labels: tuple[str, ...]
    events_1: Floats
    n_1: Floats
    events_0: Floats
    n_0: Floats
    note: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Sequence[int]) -> Studies:
        """Return the chosen studies, in the order given."""
        index = list(rows)
        return replace(
            self, labels=tuple(self.labels[i] for i in index), events_1=self.events_1[index], n_1=self.n_1[index],
            events_0=self.events_0[index], n_0=self.n_0[index],
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row per study: `study` and its four counts."""
        import pandas as pd

        counts = {name: getattr(self, name).astype(int) for name in ("events_1", "n_1", "events_0", "n_0")}
        return pd.DataFrame({"study": self.labels, **counts})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Effects(Tidy):
    """An effect with its sampling variance from each study.

    Attributes
    ----------
    y, v : shape (k,)
        Effect on its own scale (log for ratios), variance above zero.
    n_1, n_0, events_1, events_0 : shape (k,) or None
        People behind each effect, with the event for counts.
    note
        What must stand beside a figure pooled from them.
    """

    labels: tuple[str, ...]
    measure: Measure
    y: Floats
    v: Floats
    n_1: Floats | None = None
    n_0: Floats | None = None
    events_1: Floats | None = None
    events_0: Floats | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Sequence[int]) -> Effects:
        """Return the chosen studies, in the order given."""
        index = list(rows)
        names = ("y", "v", "n_1", "n_0", "events_1", "events_0")
        chosen: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[index] for name in names
        }
        return replace(self, labels=tuple(self.labels[i] for i in index), **chosen)

    def to_frame(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return one row per study: `study`, `measure`, `estimate`, `std_error` (log for ratios), `conf_low/high`."""
        import pandas as pd

        error = np.sqrt(self.v)
        half = float(norm.isf((1 - level) / 2)) * error
        shown = np.exp if self.measure in LOG_MEASURES else np.asarray
        return pd.DataFrame(
            {
                "study": self.labels, "measure": self.measure, "estimate": shown(self.y), "std_error": error,
                "conf_low": shown(self.y - half), "conf_high": shown(self.y + half),
            }
        )  # fmt: skip


def build_studies(
    labels: Sequence[str], events_1: ArrayLike, n_1: ArrayLike, events_0: ArrayLike, n_0: ArrayLike, *,
    settings: Setting | Sequence[Setting], allow_mixed: bool = False,
) -> Studies:  # fmt: skip
    """Return studies that may be pooled.

    Parameters
    ----------
    labels
        One name a study; the same name twice is the same people twice: refused.
    events_1, n_1, events_0, n_0 : shape (k,)
        People with the event and people in all, by arm.
    settings
        Outcome, dose and window of each study, or the one they share.
    allow_mixed
        Pool what differs, and say so in `note`.
    """
    names = check_labels(labels)
    columns = [np.asarray(column, dtype=np.float64) for column in (events_1, n_1, events_0, n_0)]
    x_1, m_1, x_0, m_0 = columns
    if any(column.shape != (len(names),) for column in columns):
        raise ArgumentError(f"{len(names)} studies need {len(names)} values in every column of counts")
    for name, *counts in zip(names, *columns, strict=True):
        _check_counts(name, *counts)
    note = note_setting(settings, len(names), allow_mixed=allow_mixed)
    return Studies(labels=names, events_1=x_1, n_1=m_1, events_0=x_0, n_0=m_0, note=note)


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the studies' names; refuse none at all, or the same study twice."""
    names = tuple(labels)
    if not names:
        raise FewError("there is no study to pool")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScopeError(f"{', '.join(twice)}: the same study twice would count its people twice")
    return names


def _check_counts(name: str, x_1: float, n_1: float, x_0: float, n_0: float) -> None:
    for arm, events, n in ((1, x_1, n_1), (0, x_0, n_0)):
        if not n >= 1:
            raise EmptyArmError(f"{name}: arm {arm} has nobody")
        if events != int(events) or n != int(n) or not 0 <= events <= n:
            raise ArgumentError(f"{name}: arm {arm} needs a whole number of events from 0 to {n:g}, got {events:g}")
