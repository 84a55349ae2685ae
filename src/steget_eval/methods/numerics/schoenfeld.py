"""The score of coefficients that change with time, at the Cox estimate where they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.core.errors import DependentError, FewError
from steget_eval.methods.numerics.efron import yet_to_enter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreOverTime:
    """Score of ``x · g(t)`` beside ``x``, with its information given the coefficients of ``x``.

    Attributes
    ----------
    score : np.ndarray, shape (p,)
        Schoenfeld residuals summed with g(t).
    information : np.ndarray, shape (2p, 2p)
        That of both, ``x`` first.
    """

    score: np.ndarray
    information: np.ndarray

    def chi_square(self, column: int) -> float:
        """Return the score statistic of one column's change over time, all other changes being none."""
        p = self.score.size
        chosen = [*range(p), p + column]
        inner = self.information[np.ix_(chosen, chosen)]
        plain, cross = inner[:p, :p], inner[:p, p]
        try:
            left = float(inner[p, p] - cross @ np.linalg.solve(plain, cross))
        except np.linalg.LinAlgError as stop:
            raise DependentError("the covariates repeat each other, so hazards cannot be checked") from stop
        if not left > 1e-12 * inner[p, p]:
            raise FewError("all events happened on one day, so hazards cannot be followed over time")
        return float(self.score[column] ** 2 / left)


def score_over_time(
    t: np.ndarray, event: np.ndarray, X: np.ndarray, beta: np.ndarray, *, entry: np.ndarray | None = None
) -> ScoreOverTime:
    """Return the score and information under Efron's ties, g(t) being one minus Kaplan–Meier just before t.

    Grambsch & Therneau (1994); Therneau & Grambsch (2000, §6.2). Arguments as in `efron_residuals`.
    """
    days, at = np.unique(t, return_inverse=True)
    centred = X - X.mean(axis=0)
    p = X.shape[1]
    weight = np.exp(centred @ beta)
    moments = weight[:, None] * np.column_stack([np.ones(t.size), centred, _squares(centred)])
    at_risk = np.cumsum(_per_day(at, moments, days.size)[::-1], axis=0)[::-1]
    if entry is not None:
        at_risk = at_risk - yet_to_enter(days, entry, moments)
    tied = _per_day(at[event], moments[event], days.size)
    deaths = np.bincount(at[event], minlength=days.size)
    late = np.zeros(days.size) if entry is None else yet_to_enter(days, entry, np.ones((t.size, 1)))[:, 0]
    g = _gone_before(at, deaths, late)

    day = np.repeat(np.arange(days.size), deaths)  # one line per event
    rank = np.arange(day.size) - np.repeat(np.cumsum(deaths) - deaths, deaths)
    risk_set = at_risk[day] - (rank / deaths[day])[:, None] * tied[day]
    mean = risk_set[:, 1 : p + 1] / risk_set[:, :1]
    spread = (risk_set[:, p + 1 :] / risk_set[:, :1]).reshape(-1, p, p) - mean[:, :, None] * mean[:, None, :]
    when = g[day]
    score = centred[event].T @ g[at[event]] - mean.T @ when
    blocks = [np.tensordot(when**power, spread, axes=1) for power in (0, 1, 2)]
    information = np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]])
    return ScoreOverTime(score=score, information=information)


def _gone_before(at: np.ndarray, deaths: np.ndarray, late: np.ndarray) -> np.ndarray:
    ended = np.bincount(at, minlength=deaths.size)
    at_risk = at.size - (np.cumsum(ended) - ended) - late
    gone = 1 - np.cumprod(1 - np.divide(deaths, at_risk, out=np.zeros(deaths.size), where=at_risk > 0))
    before = np.concatenate(([0.0], gone[:-1]))
    # Where g is centred does not matter to the test, only to its rounding.
    return np.asarray(before - np.average(before, weights=deaths))


def _squares(X: np.ndarray) -> np.ndarray:
    return np.asarray((X[:, :, None] * X[:, None, :]).reshape(X.shape[0], -1))


def _per_day(at: np.ndarray, columns: np.ndarray, days: int) -> np.ndarray:
    return np.column_stack([np.bincount(at, column, days) for column in columns.T])
