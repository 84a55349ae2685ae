"""Runs every line of the catalogue on people whose answers are known, and says how often it was right.

A line is *judged* in the scenarios that meet its assumptions, by whether its intervals hold the truth 94 to 96 times in
a hundred, Monte Carlo error allowed for. Elsewhere it is shown and not judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import norm

from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.recovery import summarise_recovery
from steget_eval.simulate.drawn_answers import true_answers
from steget_eval.simulate.drawn_people import DrawnPeople, Scenario, draw_people
from steget_eval.study.operating_lines import NESTED, Case, ask, cases

if TYPE_CHECKING:
    import pandas as pd

#: A coverage that a judged line's Monte Carlo interval must meet.
LOW, HIGH = 0.94, 0.96
_SURE = float(norm.isf(0.005))  # of a two-sided Monte Carlo interval of 99 %
_STEP = 50  # replicates in a task


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating(Tidy):
    """How one case did in one scenario with n people.

    Attributes
    ----------
    case, line, kind, contrast, population, scenario, people
        What was asked of whom.
    judged
        Whether the scenario meets the line's assumptions.
    replicates, refused
        That gave an answer; that were refused.
    truth
        The answer; for tests missing.
    bias, bias_mcse, empirical_se, model_se
        On the logarithm for ratios; missing for tests and numbers needed, which have no mean.
    coverage, coverage_mcse
        Missing for tests.
    rejected, rejected_mcse
        Share of p-values under 0.05, or of intervals without the null where there is no p-value; the type I error where
        the scenario is ``null``, elsewhere missing.
    meets
        Whether the 99 % Monte Carlo interval of coverage (of rejection, for tests) meets what is promised.
    """

    case: str
    line: str
    kind: str
    contrast: str
    population: str
    scenario: str
    people: int
    judged: bool
    replicates: int
    refused: int
    truth: float
    bias: float
    bias_mcse: float
    empirical_se: float
    model_se: float
    coverage: float
    coverage_mcse: float
    rejected: float
    rejected_mcse: float
    meets: bool

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(self, name) for name in self.__slots__}])


def tasks(
    scenarios: Sequence[Scenario], people: Sequence[int], *, replicates: int, nested: int, seed: int
) -> list[dict[str, Any]]:
    """Return the work in pieces; lines that draw again within a replicate run in the first `nested` of them alone."""
    return [
        {"scenario": scenario, "people": n, "first": first, "last": min(first + _STEP, replicates), "nested": nested,
         "seed": seed}
        for scenario in scenarios for n in people for first in range(0, replicates, _STEP)
    ]  # fmt: skip


def cases_of(scenario: Scenario) -> tuple[Case, ...]:
    """Return the cases that are judged or shown in a scenario."""
    return tuple(case for case in cases() if scenario in (*case.judged, *case.shown))


def work(task: Mapping[str, Any]) -> dict[str, list[list[float]]]:
    """Return each case's answers, a list of five per replicate: estimate, standard error, limits, p-value.

    An empty list stands for a refusal. Estimate and standard error are on the row's own scale. A task with ``only``
    asks those cases alone.
    """
    asked = [case for case in cases_of(task["scenario"]) if case.id in task.get("only", {case.id})]
    found: dict[str, list[list[float]]] = {case.id: [] for case in asked}
    for replicate in range(task["first"], task["last"]):
        people = draw_people(task["scenario"], task["people"], seed=task["seed"], replicate=replicate)
        said: dict[tuple[Any, ...], Estimates | None] = {}
        for case in asked:
            if case.line.name not in NESTED or replicate < task["nested"]:
                found[case.id].append(_answer(case, people, task["scenario"], said))
    return found


def _answer(
    case: Case, people: DrawnPeople, scenario: Scenario, said: dict[tuple[Any, ...], Estimates | None]
) -> list[float]:
    """Return the case's row; one call answers all contrasts of the same function."""
    key = (
        case.line.function,
        case.line.options,
        case.data,
        case.population,
        case.line.contrasts[0] in {"risk", "mean"},
    )
    if key not in said:
        try:
            said[key] = case.line.resolve()(**ask(case, people, scenario))
        except MethodError:
            said[key] = None
    rows = said[key]
    if rows is None:
        return []
    row = next(row for row in rows if row.contrast == case.contrast or case.line.is_test)
    log = row.scale == "log"
    estimate = math.log(row.estimate) if log and row.estimate > 0 else row.estimate
    low, high = row.conf_low, row.conf_high
    if row.interval_kind == "disjoint":  # two rays: told by limits in the wrong order
        low, high = high, low
    return [estimate, row.std_error, low, high, row.p_value, float(log)]


def summarise(
    parts: Sequence[tuple[Mapping[str, Any], Mapping[str, list[list[float]]]]],
) -> tuple[Operating, ...]:
    """Return one `Operating` per case, scenario and number of people, from tasks with what came of them."""
    gathered: dict[tuple[str, str, int], list[list[float]]] = {}
    for task, found in parts:
        for name, rows in found.items():
            gathered.setdefault((task["scenario"], name, task["people"]), []).extend(rows)
    by_name = {case.id: case for case in cases()}
    truths: dict[tuple[str, str], dict[str, float]] = {}
    done = []
    for (scenario, name, people), rows in sorted(gathered.items()):
        case = by_name[name]
        truth = truths.setdefault((scenario, case.population), true_answers(scenario, case.population))  # type: ignore[arg-type]
        done.append(_summary(case, scenario, people, rows, truth.get(case.truth, math.nan)))
    return tuple(done)


def _summary(case: Case, scenario: str, people: int, rows: list[list[float]], truth: float) -> Operating:
    told = np.array([row for row in rows if row], dtype=float).reshape(-1, 6)
    refused, replicates = len(rows) - len(told), len(told)
    shared: dict[str, Any] = {
        "case": case.id, "line": case.line.name, "kind": case.kind, "contrast": case.contrast,
        "population": case.population, "scenario": scenario, "people": people, "judged": scenario in case.judged,
        "replicates": replicates, "refused": refused, "truth": truth,
    }  # fmt: skip
    blank: dict[str, Any] = dict.fromkeys(
        ("bias", "bias_mcse", "empirical_se", "model_se", "coverage", "coverage_mcse"), math.nan
    )
    rejected = _rejected(told, truth) if scenario == "null" and replicates else math.nan
    shared |= {"rejected": rejected, "rejected_mcse": _error(rejected, replicates)}
    if replicates < 2:
        return Operating(**shared, **blank, meets=False)
    if case.line.is_test:
        return Operating(**shared, **blank, meets=_meets(1 - rejected, replicates, at_least=case.at_least))
    log = bool(told[0, 5])
    estimate, std_error, low, high = told[:, :4].T
    crossed = low > high
    held = np.where(crossed, (truth <= high) | (low <= truth), (low <= truth) & (truth <= high))
    coverage = float(held.mean())
    found: dict[str, Any] = {"coverage": coverage, "coverage_mcse": _error(coverage, replicates)}
    if case.contrast == "nnt" or case.line.name == "worst_case":
        return Operating(**shared, **blank | found, meets=_meets(coverage, replicates, at_least=case.at_least))
    recovery = summarise_recovery(
        estimate, std_error, low, high, truth=math.log(truth) if log else truth, truth_mcse=0.0
    )
    found |= {name: getattr(recovery, name) for name in ("bias", "bias_mcse", "empirical_se", "model_se")}
    return Operating(**shared, **found, meets=_meets(coverage, replicates, at_least=case.at_least))


def _rejected(told: np.ndarray, truth: float) -> float:
    """Return the share that finds a difference where there is none."""
    p = told[:, 4]
    without = (told[:, 2] > truth) | (told[:, 3] < truth)
    return float(np.mean(np.where(np.isnan(p), without, p < 0.05)))


def _error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n) if n else math.nan


def _meets(share: float, n: int, *, at_least: bool) -> bool:
    """Whether the 99 % Monte Carlo interval (Wilson's) of a share meets 94 to 96 %, or is not under it."""
    z2 = _SURE**2 / n
    middle = (share + z2 / 2) / (1 + z2)
    half = _SURE * math.sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2)
    return middle + half >= LOW and (at_least or middle - half <= HIGH)


#: ``(function, tasks) -> answers`` in the tasks' order.
Spread = Callable[[Callable[[Mapping[str, Any]], Any], Sequence[Mapping[str, Any]]], list[Any]]


def operating_characteristics(
    scenarios: Sequence[Scenario],
    people: Sequence[int] = (200, 400),
    *,
    replicates: int = 2000,
    nested: int = 500,
    seed: int = 0,
    spread: Spread | None = None,
) -> tuple[Operating, ...]:
    """Return how every line of the catalogue does, by scenario and number of people.

    Morris, White and Crowther (2019). The same seed gives the same answers, however the work is spread.
    """
    todo = tasks(scenarios, people, replicates=replicates, nested=nested, seed=seed)
    answers = [work(task) for task in todo] if spread is None else spread(work, todo)
    return summarise(list(zip(todo, answers, strict=True)))
