"""The value of an estimand that a truth implies, found by letting very many people live in both arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.catalogue import Population
from steget_eval.core.errors import CohortError, ScopeError
from steget_eval.core.frames import Tidy
from steget_eval.protocol.estimand import Contrast, Estimand
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.default_truth import default_truth
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.eligible import is_eligible
from steget_eval.simulate.occasions import draw_measured
from steget_eval.simulate.outcomes import draw_outcome
from steget_eval.simulate.paths import draw_paths
from steget_eval.simulate.people import People, draw_people
from steget_eval.simulate.simulate import check_can_simulate
from steget_eval.simulate.support import with_support
from steget_eval.simulate.truth import Truth

if TYPE_CHECKING:
    import pandas as pd

#: Contrasts made of two risks.
RISKS = frozenset({"risk", "risk_difference", "risk_ratio", "odds_ratio", "nnt"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """A number with its Monte Carlo standard error."""

    value: float
    mc_error: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrueValue(Tidy):
    """What an estimator should find.

    Attributes
    ----------
    arm_1, arm_0
        Risk (or mean, in days) were everyone in the population treated, or everyone in the other arm; in a single
        arm `arm_0` and `difference` are None.
    difference
        Arm 1 minus arm 0, person by person.
    contrast
        The estimand's own contrast.
    people
        How many were simulated.
    """

    estimand: str
    population: Population
    contrast_name: Contrast
    arm_1: Quantity
    arm_0: Quantity | None
    difference: Quantity | None
    contrast: Quantity
    people: int

    @property
    def risk_1(self) -> float:
        """Risk were everyone in the population treated."""
        return self._risk(self.arm_1).value

    @property
    def risk_1_mcse(self) -> float:
        """Monte Carlo standard error of `risk_1`."""
        return self._risk(self.arm_1).mc_error

    @property
    def risk_0(self) -> float:
        """Risk were everyone in the population in the other arm."""
        return self._risk(self.arm_0).value

    @property
    def risk_0_mcse(self) -> float:
        """Monte Carlo standard error of `risk_0`."""
        return self._risk(self.arm_0).mc_error

    @property
    def risk_difference(self) -> float:
        """Risk in arm 1 minus risk in arm 0."""
        return self._risk(self.difference).value

    @property
    def risk_difference_mcse(self) -> float:
        """Monte Carlo standard error of `risk_difference`."""
        return self._risk(self.difference).mc_error

    def _risk(self, quantity: Quantity | None) -> Quantity:
        if quantity is None:
            raise ScopeError(f"{self.estimand} has one arm, so there is nothing to compare it with")
        if self.contrast_name not in RISKS:
            raise ScopeError(f"{self.estimand} asks for {self.contrast_name}, which is not made of risks")
        return quantity

    def to_frame(self) -> pd.DataFrame:
        """Return one row per quantity: its value and Monte Carlo error."""
        import pandas as pd

        named = {"arm_1": self.arm_1, "arm_0": self.arm_0, "difference": self.difference,
                 self.contrast_name: self.contrast}  # fmt: skip
        rows = [
            {"estimand": self.estimand, "population": self.population, "quantity": name, "value": one.value,
             "mc_error": one.mc_error}
            for name, one in named.items() if one is not None
        ]  # fmt: skip
        return pd.DataFrame(rows)


def true_values(
    protocol: Protocol, truth: Truth | None, estimand_id: str, *, people: int = 200_000, seed: int,
    population: Population | None = None,
) -> TrueValue:  # fmt: skip
    """Return the value of an estimand under a truth, with its Monte Carlo error.

    Each of `people` lives once in either arm with the same draws, through the own calendar window, with nobody
    censored. ATT, ATC and ATO weigh people by the probability of the arm, p, 1 - p and p(1 - p), so no draw of the arm
    enters. Only who is eligible counts; an exit clock counts, in each arm, those who leave it alive.

    Parameters
    ----------
    truth
        None takes `default_truth`; its `people` and censoring do not matter.
    population
        Instead of the estimand's own.

    Raises
    ------
    CohortError
        The protocol asks for what the simulator does not make.
    MethodError
        The contrast has no true value that both arms give: a hazard ratio.
    """
    truth = truth or default_truth(protocol)
    check_can_simulate(protocol, truth)
    estimand = protocol.estimand(estimand_id)
    _refuse_narrowed(estimand)
    draws = Draws(seed=seed, scope="true_values", people=people)
    who = draw_people(truth, draws, two_arms=protocol.arms.comparison is not None, shared=False)
    chosen = population or estimand.population
    w = _weights(chosen, who)
    means: dict[int, float] = {}
    influence: dict[int, np.ndarray] = {}
    for arm in (1, 0) if protocol.arms.comparison is not None else (1,):
        a = np.full(people, arm)
        paths = with_support(truth, who, draw_paths(truth, who, draws, a), draws)
        y = draw_outcome(protocol, estimand, who, paths, draw_measured(truth, who, draws, a), truth)
        mine = w * is_eligible(protocol, who, paths)
        if not mine.any():
            raise CohortError(f"{protocol.id}: nobody that the truth makes is eligible")
        mine = mine / mine.mean()
        means[arm] = _weighted_mean(y, mine)
        influence[arm] = mine * (y - means[arm])
    difference = _quantity(means[1] - means[0], influence[1] - influence[0]) if 0 in means else None
    return TrueValue(
        estimand=estimand_id,
        population=chosen,
        contrast_name=estimand.contrast,
        arm_1=_quantity(means[1], influence[1]),
        arm_0=_quantity(means[0], influence[0]) if 0 in means else None,
        difference=difference,
        contrast=_contrast(estimand.contrast, means, influence),
        people=people,
    )


def _refuse_narrowed(estimand: Estimand) -> None:
    if estimand.among is not None:
        raise ScopeError("those with an amount above zero are other people in each arm: there is no one true value")
    if estimand.exposure is not None:
        raise ScopeError("a rate over the days followed has no one true value here: it changes over time")


def _weights(population: Population, who: People) -> np.ndarray:
    """Return weights with mean 1."""
    w = {"ATE": np.ones_like(who.p), "ATT": who.p, "ATC": 1 - who.p, "ATO": who.p * (1 - who.p), "arm": who.p}[
        population
    ]
    scaled: np.ndarray = w / w.mean()
    return scaled


def _weighted_mean(y: np.ndarray, w: np.ndarray) -> float:
    return float(np.mean(w * y))


def _quantity(value: float, influence: np.ndarray) -> Quantity:
    return Quantity(value=value, mc_error=float(np.sqrt(np.mean(influence**2) / influence.size)))


def _contrast(contrast: Contrast, means: dict[int, float], influence: dict[int, np.ndarray]) -> Quantity:
    """Return the contrast of the two means, its error by the delta method."""
    if contrast in {"risk", "mean"}:
        return _quantity(means[1], influence[1])
    if contrast in {"hazard_ratio", "subdistribution_hazard_ratio"}:
        raise ScopeError("a hazard ratio has no one true value here: it changes over time as people leave the risk set")
    difference = means[1] - means[0]
    of_difference = influence[1] - influence[0]
    if contrast in {"risk_ratio", "mean_ratio", "rate_ratio"}:
        ratio = means[1] / means[0]
        return _quantity(ratio, ratio * (influence[1] / means[1] - influence[0] / means[0]))
    if contrast == "odds_ratio":
        odds = {arm: mean / (1 - mean) for arm, mean in means.items()}
        on_log = {arm: influence[arm] / (means[arm] * (1 - means[arm])) for arm in means}
        return _quantity(odds[1] / odds[0], odds[1] / odds[0] * (on_log[1] - on_log[0]))
    if contrast == "nnt":
        return _quantity(1 / difference, -of_difference / difference**2)
    return _quantity(difference, of_difference)
