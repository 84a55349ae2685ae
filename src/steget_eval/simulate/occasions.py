"""Draws what is recorded of each person at occasions: statuses, amounts and scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtri

from steget_eval.simulate.draws import Draws
from steget_eval.simulate.measured import AmountTruth, ScaleTruth, StatusTruth
from steget_eval.simulate.people import People, pick
from steget_eval.simulate.truth import Truth

#: Occupations that a treatment and the features lead to or from, as one.
GOOD = ("employed", "studying", "employed_and_studying")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What is so of each person in an arm, whether anybody records it or not.

    Attributes
    ----------
    statuses
        Occasion to occupation, shape (n,).
    amounts
        Item and occasion to the amount in its stored unit, shape (n,).
    scores
        Instrument and occasion to the score, shape (n,).
    no_support
        Occasion to whether nobody supports the person publicly, shape (n,); of occasions whose truth says so.
    contacts
        Occasion to how the person is reached, if reached, shape (n,); of occasions whose truth says so.
    """

    statuses: Mapping[str, np.ndarray]
    no_support: Mapping[str, np.ndarray]
    contacts: Mapping[str, np.ndarray]
    amounts: Mapping[tuple[str, str], np.ndarray]
    scores: Mapping[tuple[str, str], np.ndarray]


def draw_measured(truth: Truth, people: People, draws: Draws, a: np.ndarray) -> Measured:
    """Return what is so of each person at every occasion in the arm `a`; the same draws whatever the arm."""
    statuses: dict[str, np.ndarray] = {}
    last = None
    for occasion, status in truth.statuses.items():
        last = _status(status, occasion, last, people, draws, a)
        statuses[occasion] = last
    amounts = {(one.item, one.occasion): _amount(one, people, draws, a) for one in truth.amounts}
    scores = {
        (instrument, occasion): _score(scale, instrument, occasion, draws, a)
        for instrument, scale in truth.scales.items()
        for occasion in scale.change
    }
    no_support = {
        occasion: _no_support(status, occasion, statuses[occasion], draws)
        for occasion, status in truth.statuses.items()
        if status.no_support
    }
    contacts = {
        occasion: pick(draws.uniform("status", occasion, "contact"), status.contacts)
        for occasion, status in truth.statuses.items()
        if status.contacts
    }
    return Measured(statuses=statuses, no_support=no_support, contacts=contacts, amounts=amounts, scores=scores)


def _status(
    status: StatusTruth, occasion: str, last: np.ndarray | None, people: People, draws: Draws, a: np.ndarray
) -> np.ndarray:
    good = {name: share for name, share in status.shares.items() if name in GOOD}
    other = {name: share for name, share in status.shares.items() if name not in GOOD}
    share = sum(good.values())
    if not good or not other:
        fresh = pick(draws.uniform("status", occasion, "which"), status.shares)
    else:
        push = status.effects.linear(people.features) + people.push + (0 if status.before else status.treated * a)
        is_good = draws.uniform("status", occasion, "good") < expit(logit(share) + push)
        u = draws.uniform("status", occasion, "which")
        fresh = np.where(is_good, pick(u, _scaled(good)), pick(u, _scaled(other)))
    if last is None:
        return fresh
    return np.where(draws.uniform("status", occasion, "persists") < status.persists, last, fresh)


def _no_support(status: StatusTruth, occasion: str, held: np.ndarray, draws: Draws) -> np.ndarray:
    names = list(status.no_support)
    # Who persists in an occupation may never be drawn into one that the truth gives no share.
    shares = np.select([held == name for name in names], [status.no_support[name] for name in names], default=0.0)
    none: np.ndarray = draws.uniform("status", occasion, "support") < shares
    return none


def _scaled(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def _amount(amount: AmountTruth, people: People, draws: Draws, a: np.ndarray) -> np.ndarray:
    arm = np.zeros(draws.people) if amount.before else a
    push = amount.effects.linear(people.features) + people.push + amount.treated * arm
    has_any = _alike(draws, "amount", amount.item, amount.occasion, "any", alike=amount.alike) < ndtri(
        expit(logit(1 - amount.none) + push)
    )
    z = _alike(draws, "amount", amount.item, amount.occasion, "size", alike=amount.alike)
    size = np.rint(amount.median * np.exp(amount.log_sd * z + amount.treated_log * arm))
    value: np.ndarray = np.where(has_any, np.maximum(size, 1), 0).astype(np.int64)
    return value


def _score(scale: ScaleTruth, instrument: str, occasion: str, draws: Draws, a: np.ndarray) -> np.ndarray:
    z = _alike(draws, "scale", instrument, occasion, "score", alike=scale.alike)
    mean = scale.mean + scale.change[occasion] + scale.treated.get(occasion, 0.0) * a
    score: np.ndarray = np.clip(np.rint(mean + scale.sd * z), scale.low, scale.high)
    return score


def _alike(draws: Draws, kind: str, name: str, occasion: str, what: str, *, alike: float) -> np.ndarray:
    """Return standard normal draws that correlate by `alike` between the occasions of one person."""
    own = ndtri(draws.uniform(kind, name, "person", what))
    here = ndtri(draws.uniform(kind, name, occasion, what))
    z: np.ndarray = np.sqrt(alike) * own + np.sqrt(1 - alike) * here
    return z
