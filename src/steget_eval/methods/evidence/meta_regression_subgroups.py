"""Pooled effects by kind of study, with the test of their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from steget_eval.core.errors import ArgumentError, FewError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.pooling_random import IntervalMethod, random_effects
from steget_eval.methods.evidence.pooling_rows import Pooled, tell
from steget_eval.methods.evidence.pooling_tau import TauMethod
from steget_eval.methods.evidence.synthesis import Effects
from steget_eval.methods.evidence.synthesis_words import META_REGRESSION, Assumption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Subgroups(Tidy):
    """A pooled effect a subgroup.

    Attributes
    ----------
    estimates
        One row a subgroup, its name in `subgroup`; then ``between_subgroups``, the test that they are one.
    pooled
        In the same order, for a forest plot.
    """

    estimates: Estimates
    pooled: tuple[Pooled, ...]
    assumes: Assumption = META_REGRESSION

    def to_frame(self) -> pd.DataFrame:
        """Return the subgroups' rows, then the test."""
        return self.estimates.to_frame()


def pool_subgroups(
    effects: Effects, groups: Sequence[str], *, tau2: TauMethod = "reml",
    interval: IntervalMethod = "hartung_knapp_floor", level: float = 0.95,
) -> Subgroups:  # fmt: skip
    """Pool each subgroup by itself, with a variance between studies of its own.

    The test of their difference is Q of the pooled effects weighted by their squared standard errors, against χ²
    (Borenstein et al. 2009, chapter 19). For one variance shared by all subgroups use `meta_regression` on indicators.

    Parameters
    ----------
    groups
        The subgroup of each study; every subgroup needs two studies.
    """
    if len(groups) != len(effects):
        raise ArgumentError(f"{len(effects)} studies need {len(effects)} subgroup names, got {len(groups)}")
    names = tuple(dict.fromkeys(groups))
    if len(names) < 2:
        raise FewError("a comparison of subgroups needs at least two")
    alone = [name for name in names if list(groups).count(name) < 2]
    if alone:
        raise FewError(f"subgroup {', '.join(alone)} has a single study, so no variance between studies of its own")
    parts = tuple(
        random_effects(
            effects.take([i for i, group in enumerate(groups) if group == name]),
            tau2=tau2, interval=interval, level=level,
        )
        for name in names
    )  # fmt: skip
    labelled = [part.estimates.label(subgroup=name).rows[0] for name, part in zip(names, parts, strict=True)]
    return Subgroups(estimates=Estimates((*labelled, _between(effects, parts))), pooled=parts)


def _between(effects: Effects, parts: tuple[Pooled, ...]) -> Estimate:
    value = np.array([part.value for part in parts])
    w = np.array([part.std_error for part in parts]) ** -2
    q = float(w @ (value - w @ value / w.sum()) ** 2)
    degrees = len(parts) - 1
    return Estimate(
        contrast="between_subgroups", method=parts[0].estimates.rows[0].method, estimate=q, interval_kind="none",
        p_value=float(chi2.sf(q, degrees)), note=tell(effects, f"chi-squared, {degrees} degrees of freedom"),
    )  # fmt: skip
