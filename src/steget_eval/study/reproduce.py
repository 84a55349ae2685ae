"""Recomputes published comparisons from their printed counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from steget_eval.core.errors import InputError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.core.shipped import shipped
from steget_eval.intake.trials import read_trials
from steget_eval.methods.evidence.two_by_two import (
    odds_ratio_from_counts,
    risk_difference_from_counts,
    risk_ratio_from_counts,
)
from steget_eval.records.trials import PublishedTrial

_CONTRASTS = {
    "risk_difference": risk_difference_from_counts,
    "risk_ratio": risk_ratio_from_counts,
    "odds_ratio": odds_ratio_from_counts,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """One published figure beside its recomputation.

    Attributes
    ----------
    agrees
        ``yes``, ``estimate_only`` (the printed interval is another's) or ``no``.
    """

    trial: PublishedTrial
    recomputed: Estimate
    agrees: Literal["yes", "estimate_only", "no"]


@dataclass(frozen=True, slots=True, repr=False)
class Reproduction(Tidy):
    """Published figures beside their recomputation, in the file's order."""

    rows: tuple[Reproduced, ...]

    @property
    def estimates(self) -> Estimates:
        """The recomputed inferences."""
        return Estimates(tuple(row.recomputed for row in self.rows))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per published figure."""
        return pd.DataFrame(
            [
                {
                    "study_id": row.trial.study_id, "outcome": row.trial.outcome, "measure": row.trial.measure,
                    "published": row.trial.published_estimate, "published_low": row.trial.published_low,
                    "published_high": row.trial.published_high, "recomputed": row.recomputed.estimate,
                    "conf_low": row.recomputed.conf_low, "conf_high": row.recomputed.conf_high, "agrees": row.agrees,
                }
                for row in self.rows
            ]
        )  # fmt: skip


def reproduce(study_id: str | None = None, *, path: Path | None = None) -> Reproduction:
    """Recompute one published study's figures, or all of them.

    Raises
    ------
    InputError
        Where no study has that id.
    """
    trials = read_trials(path or shipped("data", "trials", "published.csv"))
    wanted = [trial for trial in trials if study_id in (None, trial.study_id)]
    if not wanted:
        allowed = ", ".join(sorted({trial.study_id for trial in trials}))
        raise InputError(f"no published study is called {study_id!r}; allowed: {allowed}")
    return Reproduction(tuple(_recompute(trial) for trial in wanted))


def _recompute(trial: PublishedTrial) -> Reproduced:
    contrast = _CONTRASTS[trial.measure]
    found = contrast(trial.events_1, trial.n_1, trial.events_0, trial.n_0).label(
        programme=trial.study_id, outcome=trial.outcome, kind="binary"
    )
    row = found.only(contrast=trial.measure)
    estimate = _rounds_to(row.estimate, trial.published_estimate, trial.decimals)
    limits = all(
        published is None or _rounds_to(ours, published, trial.decimals)
        for ours, published in ((row.conf_low, trial.published_low), (row.conf_high, trial.published_high))
    )
    return Reproduced(
        trial=trial, recomputed=row, agrees="no" if not estimate else "yes" if limits else "estimate_only"
    )


def _rounds_to(value: float, printed: float, decimals: int) -> bool:
    """Whether a value lies within the printed figure's rounding, with room for the last bit."""
    return abs(value - printed) <= 0.5 * 10.0**-decimals + 1e-9
