"""Whether small studies show larger effects."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from steget_eval.core.errors import FewError, ScopeError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.evidence.pooling import peto_scores
from steget_eval.methods.evidence.pooling_rows import check_level
from steget_eval.methods.evidence.synthesis import Effects, Floats, Studies
from steget_eval.methods.evidence.synthesis_effects import ZeroCells, study_effects

#: Below this many studies such a test has hardly any power (Cochrane Handbook, 13.3.5.4).
FEW_STUDIES = 10


def egger(effects: Effects, *, level: float = 0.95) -> Estimates:
    """Asymmetry of the funnel: slope of effect on standard error, weighted by precision.

    Egger et al. (1997), the usual weighted regression with a dispersion of its own and t on k - 2. For odds ratios the
    effect and its error are tied, which `harbord` and `peters` avoid.
    """
    return _asymmetry(effects.y, np.sqrt(effects.v), 1 / effects.v, "egger", effects.note, level)


def harbord(studies: Studies, *, level: float = 0.95) -> Estimates:
    """Asymmetry of the funnel of odds ratios by efficient scores.

    Harbord, Egger and Sterne (2006): Egger's regression on score over information, taken at no effect. Studies that
    say nothing of the odds ratio are left out.
    """
    score, information = peto_scores(studies)
    told = information > 0
    if not told.all():
        score, information = score[told], information[told]
    note = _left_out(studies.note, told)
    return _asymmetry(score / information, 1 / np.sqrt(information), information, "harbord", note, level)


def peters(studies: Studies, *, zero: ZeroCells = "refuse", level: float = 0.95) -> Estimates:
    """Asymmetry of the funnel of odds ratios: slope of log odds ratio on 1/n.

    Peters et al. (2006): weighted by 1/(1/events + 1/non-events), both arms together.
    """
    effects = study_effects(studies, "odds_ratio", zero=zero)
    if effects.n_1 is None or effects.n_0 is None or effects.events_1 is None or effects.events_0 is None:
        raise ScopeError("Peters's test needs counts")
    n, x = effects.n_1 + effects.n_0, effects.events_1 + effects.events_0
    return _asymmetry(effects.y, 1 / n, 1 / (1 / x + 1 / (n - x)), "peters", effects.note, level)


def _left_out(note: str, told: np.ndarray) -> str:
    gone = int(np.sum(~told))
    return "; ".join(part for part in (note, f"left out for want of information: {gone}" if gone else "") if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    slope: float
    std_error: float


def _asymmetry(y: Floats, x: Floats, w: Floats, method: str, note: str, level: float) -> Estimates:
    check_level(level)
    k = y.size
    if k < 3:
        raise FewError(f"a test of small-study effects needs at least three studies, there are {k}")
    line = _weighted_line(y, x, w)
    if not line.std_error > 1e-10 * abs(line.slope) + 1e-12 * float(np.sqrt(w @ y**2 / (w @ x**2))):
        raise SpreadError("the studies lie on one line, so the funnel's asymmetry has no standard error")
    half = float(student.isf((1 - level) / 2, k - 2)) * line.std_error
    few = f"fewer than {FEW_STUDIES} studies: hardly any power" if k < FEW_STUDIES else ""
    row = Estimate(
        contrast="asymmetry", method=method, estimate=line.slope, std_error=line.std_error,
        conf_low=line.slope - half, conf_high=line.slope + half, conf_level=level,
        p_value=float(2 * student.sf(abs(line.slope) / line.std_error, k - 2)),
        note="; ".join(part for part in (f"k = {k}", note, few) if part),
    )  # fmt: skip
    return Estimates((row,))


def _weighted_line(y: Floats, x: Floats, w: Floats) -> _Line:
    centred = x - w @ x / w.sum()
    spread = float(w @ centred**2)
    if not spread > 1e-20 * float(w @ x**2):
        raise SpreadError("all studies are equally precise, so small ones cannot be told from large")
    slope = float(w @ (centred * y)) / spread
    residuals = y - w @ y / w.sum() - slope * centred
    return _Line(slope=slope, std_error=math.sqrt(float(w @ residuals**2) / (y.size - 2) / spread))
