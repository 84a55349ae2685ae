"""Effects with variances, from counts, from means, from printed figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, EventsError
from steget_eval.methods.evidence.synthesis import Effects, Floats, Measure, Studies, check_labels
from steget_eval.methods.evidence.synthesis_setting import Setting, note_setting

CountMeasure = Literal["risk_ratio", "odds_ratio", "risk_difference"]
ZeroCells = Literal["refuse", "half"]


def study_effects(studies: Studies, measure: CountMeasure, *, zero: ZeroCells = "refuse") -> Effects:
    """Return each study's log risk ratio, log odds ratio or risk difference with its variance.

    Parameters
    ----------
    zero
        What to do with studies that have an empty cell. ``refuse`` refuses where the variance does not exist: an
        arm without events for a risk ratio, any empty cell for an odds ratio, two arms without spread for a
        difference. ``half`` adds 1/2 to all four cells of every study with an empty cell (Haldane 1956, Anscombe
        1956), and leaves out, for ratios, studies that say nothing of the ratio: nobody with the event, or for
        an odds ratio everybody. Both are told in `note`.
    """
    if zero == "half":
        return _effects_with_half(studies, measure)
    x_1, n_1, x_0, n_0 = studies.events_1, studies.n_1, studies.events_0, studies.n_0
    missing = _without_variance(x_1, n_1, x_0, n_0, measure)
    if missing.any():
        names = ", ".join(label for label, gone in zip(studies.labels, missing, strict=True) if gone)
        raise EventsError(
            f"{names}: an empty cell leaves the {measure.replace('_', ' ')} without a variance; "
            "say zero='half', or pool by Mantel-Haenszel or Peto"
        )
    return _effects(studies, measure, (x_1, n_1, x_0, n_0), studies.note)


def mean_differences(
    labels: Sequence[str], mean_1: ArrayLike, sd_1: ArrayLike, n_1: ArrayLike, mean_0: ArrayLike, sd_0: ArrayLike,
    n_0: ArrayLike, *, settings: Setting | Sequence[Setting], allow_mixed: bool = False,
) -> Effects:  # fmt: skip
    """Return each study's difference in means with its variance, the arms' variances unpooled."""
    names = check_labels(labels)
    m_1, s_1, k_1, m_0, s_0, k_0 = (
        np.asarray(column, dtype=np.float64) for column in (mean_1, sd_1, n_1, mean_0, sd_0, n_0)
    )
    variance = s_1**2 / k_1 + s_0**2 / k_0
    note = note_setting(settings, len(names), allow_mixed=allow_mixed)
    return _check(
        Effects(labels=names, measure="mean_difference", y=m_1 - m_0, v=variance, n_1=k_1, n_0=k_0, note=note)
    )


def printed_effects(
    labels: Sequence[str], estimate: ArrayLike, std_error: ArrayLike, measure: Measure, *,
    settings: Setting | Sequence[Setting], allow_mixed: bool = False,
) -> Effects:  # fmt: skip
    """Return effects as printed: `estimate` on its scale (log for ratios) with its standard error, both shape (k,)."""
    names = check_labels(labels)
    y = np.asarray(estimate, dtype=np.float64)
    v = np.asarray(std_error, dtype=np.float64) ** 2
    note = note_setting(settings, len(names), allow_mixed=allow_mixed)
    return _check(Effects(labels=names, measure=measure, y=y, v=v, note=note))


def _check(effects: Effects) -> Effects:
    k = len(effects)
    if effects.y.shape != (k,) or effects.v.shape != (k,):
        raise ArgumentError(f"{k} studies need {k} effects and {k} standard errors")
    if not np.isfinite(effects.y).all() or not (np.isfinite(effects.v) & (effects.v > 0)).all():
        raise ArgumentError("every effect must be finite, every standard error finite and above zero")
    return effects


def _effects_with_half(studies: Studies, measure: CountMeasure) -> Effects:
    silent = np.zeros(len(studies), dtype=bool)
    if measure != "risk_difference":
        silent = studies.events_1 + studies.events_0 == 0
    if measure == "odds_ratio":
        silent |= (studies.events_1 == studies.n_1) & (studies.events_0 == studies.n_0)
    if silent.all():
        raise EventsError("no study has both people with the event and people without it")
    kept = studies.take([int(i) for i in np.flatnonzero(~silent)])
    x_1, n_1, x_0, n_0 = kept.events_1, kept.n_1, kept.events_0, kept.n_0
    zero = (x_1 == 0) | (x_1 == n_1) | (x_0 == 0) | (x_0 == n_0)
    half = np.where(zero, 0.5, 0.0)
    told = [kept.note] if kept.note else []
    if zero.any():
        told.append(f"1/2 added to all cells of {int(zero.sum())} of the studies, which had an empty cell")
    if silent.any():
        told.append(f"left out, without information on the ratio: {_names(studies, silent)}")
    return _effects(kept, measure, (x_1 + half, n_1 + 2 * half, x_0 + half, n_0 + 2 * half), "; ".join(told))


def _names(studies: Studies, chosen: np.ndarray) -> str:
    return ", ".join(label for label, yes in zip(studies.labels, chosen, strict=True) if yes)


def _without_variance(x_1: Floats, n_1: Floats, x_0: Floats, n_0: Floats, measure: CountMeasure) -> np.ndarray:
    if measure == "risk_difference":
        return np.asarray(((x_1 == 0) | (x_1 == n_1)) & ((x_0 == 0) | (x_0 == n_0)))
    empty = (x_1 == 0) | (x_0 == 0)
    if measure == "risk_ratio":
        return np.asarray(empty | ((x_1 == n_1) & (x_0 == n_0)))
    return np.asarray(empty | (x_1 == n_1) | (x_0 == n_0))


def _effects(studies: Studies, measure: CountMeasure, cells: tuple[Floats, ...], note: str) -> Effects:
    x_1, n_1, x_0, n_0 = cells
    if measure == "risk_ratio":
        y, v = np.log(x_1 / n_1) - np.log(x_0 / n_0), 1 / x_1 - 1 / n_1 + 1 / x_0 - 1 / n_0
    elif measure == "odds_ratio":
        y = np.log(x_1 / (n_1 - x_1)) - np.log(x_0 / (n_0 - x_0))
        v = 1 / x_1 + 1 / (n_1 - x_1) + 1 / x_0 + 1 / (n_0 - x_0)
    else:
        p_1, p_0 = x_1 / n_1, x_0 / n_0
        y, v = p_1 - p_0, p_1 * (1 - p_1) / n_1 + p_0 * (1 - p_0) / n_0
    return Effects(
        labels=studies.labels, measure=measure, y=y, v=v, n_1=studies.n_1, n_0=studies.n_0,
        events_1=studies.events_1, events_0=studies.events_0, note=note,
    )  # fmt: skip
