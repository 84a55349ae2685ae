"""Meta-analytic predictive priors from published arms, with a vague part that conflict can call on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.stats import binom

from steget_eval.core.errors import ArgumentError, FewError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.borrowing import (
    ArmContrast,
    ArmPosterior,
    Arms,
    arm_row,
    check_count,
    tell_arms,
    two_sided,
)
from steget_eval.methods.evidence.borrowing_density import (
    LogitDensity,
    beta_density,
    grid_for,
    log_likelihood,
    normalised,
)
from steget_eval.methods.evidence.pooling_rows import check_level
from steget_eval.methods.evidence.synthesis import Floats
from steget_eval.methods.evidence.synthesis_words import ROBUST_MAP, Assumption

if TYPE_CHECKING:
    import pandas as pd

_NODES = 80  # Gauss–Legendre nodes over τ
_TAU_END = 6.0  # half-normal scales: 2e-9 of the prior lies beyond


def predictive_density(
    arms: Arms, *, tau_scale: float = 1.0, mean_scale: float = 2.0, theta: Floats | None = None
) -> LogitDensity:
    """Density of the share in a further arm, given the published ones (Neuenschwander et al. 2010).

    Binomial counts; logits normal about μ with standard deviation τ; μ normal about 0 with `mean_scale`; τ half-normal
    with `tau_scale`. Integrated, not sampled: over θ and μ by Fourier transform on an even grid, over τ by
    Gauss–Legendre.

    Parameters
    ----------
    tau_scale
        0.5 lets arms differ moderately, 1 widely, on the logit.
    theta
        Grid to use; by default one fine enough for the published arms.
    """
    if not (tau_scale > 0 and mean_scale > 0):
        raise ArgumentError("the scales of the prior must be above zero")
    grid = grid_for(float(arms.n.max())) if theta is None else theta
    size = fft.next_fast_len(2 * grid.size)
    frequency = 2 * math.pi * fft.rfftfreq(size, grid[1] - grid[0])
    likelihoods = [_peaked(log_likelihood(grid, x, n)) for x, n in zip(arms.events, arms.n, strict=True)]
    spectra = [fft.rfft(one, size) for one in likelihoods]
    prior = -0.5 * (grid / mean_scale) ** 2
    nodes, widths = np.polynomial.legendre.leggauss(_NODES)
    logs, parts = [], []
    for node, width in zip(nodes, widths, strict=True):
        tau = (node + 1) / 2 * _TAU_END * tau_scale
        blur = np.exp(-0.5 * (tau * frequency) ** 2)
        logs.append(prior + sum(_log_blurred(one, blur, size, grid.size) for one in spectra))
        parts.append((blur, width * math.exp(-0.5 * (tau / tau_scale) ** 2)))
    top = max(float(one.max()) for one in logs)
    total = np.zeros(grid.size)
    for log, (blur, width) in zip(logs, parts, strict=True):
        total += width * _blurred(fft.rfft(np.exp(log - top), size), blur, size, grid.size)
    return normalised(grid, total)


def robust_map(
    arms: Arms, informative: float, *, events: int = 0, n: int = 0, tau_scale: float = 1.0, mean_scale: float = 2.0,
    arm: ArmContrast = "risk_0", level: float = 0.95,
) -> ArmPosterior:  # fmt: skip
    """Share in one arm under a mixture of what the published arms predict and a uniform prior (Schmidli et al. 2014).

    Parameters
    ----------
    informative
        Prior probability, chosen beforehand, that the arm is one more like the published ones; 0.5 to 0.9 is usual.
        0 leaves one's own people alone.
    events, n
        One's own people in this arm; 0 of 0 for a programme without a comparison arm.
    tau_scale, mean_scale
        As in `predictive_density`.
    """
    check_level(level)
    check_count(events, n, "one's own arm", least=0)
    if not 0 <= informative <= 1:
        raise ArgumentError(f"the probability of the informative part must lie between 0 and 1, got {informative!r}")
    grid = grid_for(max(float(arms.n.max()), n + 2.0))
    predicted = predictive_density(arms, tau_scale=tau_scale, mean_scale=mean_scale, theta=grid)
    vague = beta_density(1.0, 1.0, grid)
    likelihood = np.asarray(binom.pmf(events, n, predicted.p))
    evidence = informative * predicted.expect(likelihood), (1 - informative) * vague.expect(likelihood)
    mixed = informative * predicted.density + (1 - informative) * vague.density
    after = normalised(grid, mixed * likelihood)
    note = tell_arms(arms, f"informative part {informative:g} beforehand, tau half-normal({tau_scale:g})")
    row = arm_row(
        arm, "robust_map", after.mean, math.sqrt(after.variance), after.quantile((1 - level) / 2),
        after.quantile((1 + level) / 2), level, events, n, note,
    )  # fmt: skip
    return ArmPosterior(
        estimates=Estimates((row,)), density=after, ess=after.ess, ess_borrowed=after.ess - n - 2,
        weight=evidence[0] / sum(evidence), conflict_p=_conflict(predicted, events, n) if n else math.nan,
        assumes=ROBUST_MAP,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ArmsCheck(Tidy):
    """Each published arm beside what the others predict.

    Attributes
    ----------
    estimates
        One row an arm, its name in `subgroup`: its share, the prediction interval of its true share from the others,
        and the two-sided tail probability of its count.
    """

    estimates: Estimates
    assumes: Assumption = ROBUST_MAP

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm."""
        return self.estimates.to_frame()


def check_arms(
    arms: Arms, *, tau_scale: float = 1.0, mean_scale: float = 2.0, level: float = 0.95
) -> ArmsCheck:  # fmt: skip
    """Hold each published arm against the others: what a programme without a comparison arm can check."""
    check_level(level)
    k = len(arms.labels)
    if k < 2:
        raise FewError("one published arm has no others to be held against")
    rows = []
    for i, name in enumerate(arms.labels):
        others = arms.take([j for j in range(k) if j != i])
        predicted = predictive_density(
            others, tau_scale=tau_scale, mean_scale=mean_scale, theta=grid_for(float(arms.n.max()))
        )
        events, n = int(arms.events[i]), int(arms.n[i])
        rows.append(
            Estimate(
                contrast="risk_0", method="predicted_by_others", subgroup=name, estimate=events / n,
                conf_low=predicted.quantile((1 - level) / 2), conf_high=predicted.quantile((1 + level) / 2),
                conf_level=level, interval_kind="prediction", p_value=_conflict(predicted, events, n),
                n_0=n, events_0=events, kind="binary", population="arm", unit="proportion", note=tell_arms(others),
            )
        )  # fmt: skip
    return ArmsCheck(estimates=Estimates(tuple(rows)))


def _conflict(predicted: LogitDensity, events: int, n: int) -> float:
    below = predicted.expect(np.asarray(binom.cdf(events, n, predicted.p)))
    above = predicted.expect(np.asarray(binom.sf(events - 1, n, predicted.p)))
    return two_sided(below, above)


def _peaked(log: Floats) -> Floats:
    return np.asarray(np.exp(log - log.max()), dtype=np.float64)


def _blurred(spectrum: np.ndarray, blur: Floats, size: int, keep: int) -> Floats:
    # The transform leaves rounding errors of either sign where the density vanishes.
    return np.asarray(np.maximum(fft.irfft(spectrum * blur, size)[:keep], 0.0), dtype=np.float64)


def _log_blurred(spectrum: np.ndarray, blur: Floats, size: int, keep: int) -> Floats:
    return np.asarray(np.log(_blurred(spectrum, blur, size, keep) + 1e-300), dtype=np.float64)
