"""One common effect of several studies: Mantel–Haenszel, Peto, inverse variance."""

from __future__ import annotations

import math

import numpy as np

from steget_eval.core.errors import EventsError
from steget_eval.core.estimates import Estimates
from steget_eval.methods.evidence.pooling_rows import Pooled, check_level, effect_row, people_of, tell
from steget_eval.methods.evidence.synthesis import Effects, Floats, Measure, Studies
from steget_eval.methods.evidence.synthesis_effects import CountMeasure
from steget_eval.methods.evidence.synthesis_words import COMMON_EFFECT
from steget_eval.methods.numerics.mantel_haenszel import (
    common_odds_ratio,
    common_risk_difference,
    common_risk_ratio,
)


def mantel_haenszel(studies: Studies, measure: CountMeasure, *, level: float = 0.95) -> Pooled:
    """Common risk ratio, odds ratio or risk difference by Mantel and Haenszel (1959).

    No half is added to any cell. Variances: Greenland and Robins (1985) for the risk ratio, Robins, Breslow and
    Greenland (1986) for the odds ratio, Sato (1989) for the difference. A study in which nobody has the event carries
    no weight for a ratio; the note says so.
    """
    check_level(level)
    found = _MANTEL_HAENSZEL[measure](studies, "studies")
    return _pooled(studies, measure, "mantel_haenszel", found.value, found.variance, found.weights, level)


def peto(studies: Studies, *, level: float = 0.95) -> Pooled:
    """Common odds ratio by Peto's one-step method (Yusuf et al. 1985).

    Observed less expected events over their hypergeometric variance. No half is added. Biased where arms are very
    unequal or effects large (Greenland and Salvan 1990).
    """
    check_level(level)
    difference, variance = peto_scores(studies)
    total = float(variance.sum())
    if not total > 0:
        raise EventsError("no study has both people with the event and people without it")
    return _pooled(studies, "odds_ratio", "peto", float(difference.sum()) / total, 1 / total, variance, level)


def peto_scores(studies: Studies) -> tuple[Floats, Floats]:
    """Return observed less expected events in arm 1 of each study, with its hypergeometric variance."""
    n = studies.n_1 + studies.n_0
    x = studies.events_1 + studies.events_0
    return studies.events_1 - x * studies.n_1 / n, x * (n - x) * studies.n_1 * studies.n_0 / (n**2 * (n - 1))


def inverse_variance(effects: Effects, *, level: float = 0.95) -> Pooled:
    """Common effect weighted by the inverse of each study's variance."""
    check_level(level)
    w = 1 / effects.v
    value = float(w @ effects.y / w.sum())
    return _pooled(effects, effects.measure, "inverse_variance", value, 1 / float(w.sum()), w, level)


_MANTEL_HAENSZEL = {
    "risk_ratio": common_risk_ratio, "odds_ratio": common_odds_ratio, "risk_difference": common_risk_difference,
}  # fmt: skip


def _pooled(
    source: Studies | Effects, measure: Measure, method: str, value: float, variance: float, weights: Floats,
    level: float,
) -> Pooled:  # fmt: skip
    std_error = math.sqrt(variance)
    silent = int(np.sum(weights == 0))
    weightless = f"{silent} of them without weight" if silent else ""
    row = effect_row(
        measure, value, std_error, level=level, method=method, note=tell(source, weightless), **people_of(source)
    )
    return Pooled(
        estimates=Estimates((row,)), labels=source.labels, measure=measure, weights=weights / weights.sum(),
        value=value, std_error=std_error, degrees=math.inf, tau2=0.0, assumes=COMMON_EFFECT,
    )  # fmt: skip
