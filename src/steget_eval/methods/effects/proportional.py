"""Whether hazards are proportional, as Cox regression supposes."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from steget_eval.core.errors import EventsError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.cox import fit_cox
from steget_eval.methods.numerics.counting import check_arms, check_causes, check_days, check_entry
from steget_eval.methods.numerics.schoenfeld import score_over_time


def proportional_hazards(
    t: np.ndarray, d: np.ndarray, a: np.ndarray, X: np.ndarray | None = None, *, cause: int = 1,
    entry: np.ndarray | None = None,
) -> Estimates:  # fmt: skip
    """Test that the arms' hazard ratio is the same all along.

    Grambsch & Therneau (1994): the scaled Schoenfeld residuals of the arm against one minus Kaplan–Meier just before
    each event, as the score test that R's cox.zph has made since version 3. The estimate is chi-square on one degree
    of freedom. A small p-value says that one ratio does not tell the whole story; a large one does not prove that it
    does.

    Parameters
    ----------
    t : np.ndarray, shape (n,)
        Whole days to the event or to the end of follow-up.
    d : np.ndarray, shape (n,)
        0 censored, otherwise the cause of the event; other causes count as censored, so the hazards are
        cause-specific.
    a : np.ndarray, shape (n,)
        Arm, 0 or 1.
    X : np.ndarray, shape (n, p), optional
        The covariates of the regression, no intercept.
    entry : np.ndarray, shape (n,), optional
        The day after which each person is at risk; Kaplan–Meier is then that of late entries.
    """
    days = check_days(t)
    causes, arms = check_causes(d, days.size, competing=True), check_arms(a, days.size)
    event = causes == cause
    for arm in (1, 0):
        if not np.any(event & (arms == arm)):
            raise EventsError(f"nobody in arm {arm} had the event, so hazards cannot be compared")
    columns = np.column_stack([arms, np.empty((days.size, 0)) if X is None else np.asarray(X, dtype=float)])
    late = check_entry(entry, days)
    fit = fit_cox(days, causes, columns, cause=cause, entry=late)
    found = score_over_time(days, event, columns, fit.beta, entry=late)
    chi_square = found.chi_square(0)
    row = Estimate(
        contrast="proportional_hazards", method="schoenfeld", estimate=chi_square, interval_kind="none",
        p_value=float(stats.chi2.sf(chi_square, 1)), n_1=int(arms.sum()), n_0=int((1 - arms).sum()),
        events_1=int((event & (arms == 1)).sum()), events_0=int((event & (arms == 0)).sum()),
        kind="competing" if np.any(causes > 1) else "time_to_event", population="ATE", unit="chi-square",
        horizon=math.nan, note="one degree of freedom; time as one minus Kaplan–Meier",
    )  # fmt: skip
    return Estimates((row,))
