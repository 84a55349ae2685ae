"""Gray's score and its variance: do two arms share one subdistribution hazard?

Gray (1988) with weight 1. Each person at risk counts as 1 / S(t−) people of the arm, so that those who met a competing
event stay in the risk set for as long as nobody would have lost sight of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steget_eval.methods.numerics.counting import count_days


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayScore:
    """Events of arm 1 beyond what one shared subdistribution hazard gives it, with the variance."""

    score: float
    variance: float


def gray_score(t: np.ndarray, d: np.ndarray, a: np.ndarray, *, cause: int = 1) -> GrayScore:
    """Return Gray's two-sample score of arm 1 for `cause`; arguments as in `effects.competing.gray`, checked before."""
    own, other, at_risk = _by_day(t, d, a, cause)
    seen = at_risk > 0
    after = np.cumprod(1 - _divide(own + other, at_risk), axis=0)
    before = np.vstack([np.ones((1, 2)), after[:-1]])
    reached = np.cumsum(before * _divide(own, at_risk), axis=0)
    stays = 1 - np.vstack([np.zeros((1, 2)), reached[:-1]])
    people = np.where(seen, _divide(at_risk, before), 0.0)
    events, whole = own.sum(axis=1), people.sum(axis=1)
    share = people * stays
    score = float((own[:, 0] - events * _divide(share[:, 0], share.sum(axis=1))).sum())

    pooled = np.cumsum(_divide(events, whole))
    left = 1 - np.concatenate(([0.0], pooled[:-1]))
    first = people[:, :1]
    loading = np.where(seen & seen[:, :1], first * (np.array([[1.0, 0.0]]) - people / whole[:, None]), 0.0)
    gathered = np.cumsum(loading * _divide(events, whole * left)[:, None], axis=0)
    later = gathered[-1] - gathered
    moved = _divide(1 - pooled[:, None], after)
    tie_own = 1 - _divide(np.maximum(events - 1, 0)[:, None], whole[:, None] * before - 1)
    tie_other = 1 - _divide(np.maximum(other - 1, 0), at_risk - 1)
    by_own = np.where(seen, tie_own * before * _divide(events[:, None], whole[:, None] * at_risk), 0.0)
    by_other = np.where(after > 0, tie_other * before**2 * _divide(other, at_risk**2), 0.0)
    through = np.where(after > 0, 1 - moved, 1.0)
    variance = (by_own * (loading + through * later) ** 2 + by_other * (moved * later) ** 2).sum()
    return GrayScore(score=score, variance=float(variance))


def _by_day(t: np.ndarray, d: np.ndarray, a: np.ndarray, cause: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return events of the cause, of other causes and people at risk per day with an event, shape (days, 2)."""
    days = count_days(t, d).days
    arms = [count_days(t[a == arm], d[a == arm], cause=cause) for arm in (1, 0)]
    own, other, at_risk = (np.zeros((days.size, 2)) for _ in range(3))
    for column, (arm, counts) in enumerate(zip((1, 0), arms, strict=True)):
        place = np.searchsorted(days, counts.days)
        own[place, column], other[place, column] = counts.events, counts.competing
        ended = np.bincount(np.searchsorted(days, t[a == arm]), minlength=days.size)
        at_risk[:, column] = counts.n - (np.cumsum(ended) - ended)
    kept = (own + other).sum(axis=1) > 0
    return own[kept], other[kept], at_risk[kept]


def _divide(what: np.ndarray, by: np.ndarray) -> np.ndarray:
    shape = np.broadcast_shapes(np.shape(what), np.shape(by))
    return np.asarray(np.divide(what, by, out=np.zeros(shape), where=np.broadcast_to(np.asarray(by) != 0, shape)))
