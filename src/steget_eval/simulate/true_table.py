"""The value of everything that a protocol asks for, under one truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from steget_eval.core.errors import CohortError, MethodError
from steget_eval.core.frames import Tidy
from steget_eval.protocol.outcome import Outcome
from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.default_truth import default_truth
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.occasions import Measured, draw_measured
from steget_eval.simulate.people import draw_people
from steget_eval.simulate.simulate import check_can_simulate
from steget_eval.simulate.true_values import true_values
from steget_eval.simulate.truth import Truth

COLUMNS = ("asked", "population", "quantity", "value", "mc_error", "why_not")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrueTable(Tidy):
    """What estimators should find.

    Attributes
    ----------
    frame
        `asked` (an estimand's id, or an outcome's of scores or two looks), `population`, `quantity`, `value`,
        `mc_error`, and `why_not`: the sentence that says why there is no value, empty where there is one.
    """

    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per quantity."""
        return self.frame


def true_table(protocol: Protocol, truth: Truth | None = None, *, people: int = 200_000, seed: int) -> TrueTable:
    """Return the true value of every estimand, change and transition that a protocol asks for.

    Parameters
    ----------
    people
        How many live once in each arm; `mc_error` tells what that leaves to chance.
    """
    truth = truth or default_truth(protocol)
    check_can_simulate(protocol, truth)
    rows: list[dict[Any, Any]] = []
    for estimand in protocol.estimands:
        outcome = protocol.outcome(estimand.outcome)
        if outcome.kind in {"longitudinal", "transition"}:
            continue
        try:
            found = true_values(protocol, truth, estimand.id, people=people, seed=seed).to_frame()
        except (CohortError, MethodError) as why:
            rows.append({"asked": estimand.id, "population": estimand.population, "why_not": str(why)})
            continue
        rows += found.rename(columns={"estimand": "asked"}).assign(why_not="").to_dict("records")
    for outcome in protocol.outcomes:
        rows += _looks(protocol, truth, outcome, people=people, seed=seed)
    return TrueTable(frame=pd.DataFrame(rows, columns=list(COLUMNS)))


def _looks(protocol: Protocol, truth: Truth, outcome: Outcome, *, people: int, seed: int) -> list[dict[Any, Any]]:
    """Return the rows of one outcome of scores or of two occasions; none for any other."""
    if outcome.scores is not None:
        tell = _changes(outcome.scores.instrument, outcome.scores.occasions)
    elif outcome.before_after is not None and outcome.before_after.statuses is not None:
        tell = _moves(*outcome.before_after.statuses)
    elif outcome.mirror is not None:
        sentence = f"{protocol.id}: outcomes.{outcome.id} counts what lies before the index date, which is not computed"
        return [{"asked": outcome.id, "population": _population(protocol), "why_not": sentence}]
    elif outcome.kind == "transition":
        sentence = f"{protocol.id}: outcomes.{outcome.id} looks at spells, whose true transitions are not computed"
        return [{"asked": outcome.id, "population": _population(protocol), "why_not": sentence}]
    else:
        return []
    draws = Draws(seed=seed, scope="true_values", people=people)
    who = draw_people(truth, draws, two_arms=protocol.arms.comparison is not None, shared=False)
    arms = (1, 0) if protocol.arms.comparison is not None else (1,)
    told = {arm: tell(draw_measured(truth, who, draws, np.full(people, arm))) for arm in arms}
    named = {f"{name}_{arm}": value for arm, found in told.items() for name, value in found.items()}
    if len(arms) == 2:
        named |= {f"{name}_difference": told[1][name] - told[0][name] for name in told[1]}
    return [
        {
            "asked": outcome.id, "population": _population(protocol), "quantity": name, "value": float(value.mean()),
            "mc_error": float(value.std() / np.sqrt(people)), "why_not": "",
        }
        for name, value in named.items()
    ]  # fmt: skip


def _population(protocol: Protocol) -> str:
    return "arm" if protocol.arms.comparison is None else "ATE"


def _changes(instrument: str, occasions: tuple[str, ...]) -> Callable[[Measured], dict[str, np.ndarray]]:
    def tell(measured: Measured) -> dict[str, np.ndarray]:
        first, *later = (measured.scores[instrument, occasion] for occasion in occasions)
        means = {f"mean.{occasions[0]}": first}
        for occasion, score in zip(occasions[1:], later, strict=True):
            means |= {f"mean.{occasion}": score, f"change.{occasion}": score - first}
        return means

    return tell


def _moves(before: str, after: str) -> Callable[[Measured], dict[str, np.ndarray]]:
    def tell(measured: Measured) -> dict[str, np.ndarray]:
        was, became = measured.statuses[before], measured.statuses[after]
        names = sorted({*np.unique(was.astype(str)), *np.unique(became.astype(str))})
        return {f"{one}>{other}": ((was == one) & (became == other)).astype(float) for one in names for other in names}

    return tell
