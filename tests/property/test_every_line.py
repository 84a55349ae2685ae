"""Laws of every line of the catalogue: what changes an answer, what changes it so much, and what must not change it.

Each law takes all lines and names those that it cannot hold for, with the reason. A line that is refused must be
refused in the same words. Those of `cases()` are asked of drawn people as the recovery study asks them; the others of
people made below.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steget_eval.core.catalogue import Method
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import RATIOS, Estimate, Estimates
from steget_eval.core.streams import stream
from steget_eval.simulate.drawn_people import HORIZON, draw_people
from steget_eval.study.operating_lines import ask, cases, elsewhere

PEOPLE = 240
NUMBERS = ("estimate", "conf_low", "conf_high", "std_error", "p_value")
COUNTS = ("n_1", "n_0", "events_1", "events_0")
ROUNDING = 1e-8  # two solutions by iteration, each converged to 1e-10 or below, and sums taken in another order
SWAPPED = {"ATT": "ATC", "ATC": "ATT"}
#: A tenth of a second or more for each answer.
SLOW = frozenset({"cox", "imputed", "group_time_ipw", "group_time_regression", "group_time_doubly_robust"})
FEW = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REPLICATES = st.integers(0, 100_000)
#: On neither scale of the outcome: shares, and what is counted in standard deviations.
_UNITLESS = ("share", "risk", "responders", "standardised", "odds", "hazard", "win", "net_benefit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A line of the catalogue with how it is asked.

    Attributes
    ----------
    id
        Its name among all.
    line
        Of the catalogue, or a step of the ladder of missing outcomes.
    told
        The arguments that replicate `r` is asked with.
    """

    id: str
    line: Method
    told: Callable[[int], dict[str, Any]]

    def answer(self, told: Mapping[str, Any]) -> Estimates | str:
        """Return the rows, or the refusal in its words."""
        try:
            return self.line.resolve()(**told)
        except MethodError as error:
            return str(error)


def _questions() -> Iterator[Question]:
    seen: set[Any] = set()
    for case in cases():
        for scenario in dict.fromkeys(
            ((*case.judged, *case.shown, "base")[0], *(("sites",) if case.line.clusters else ()))
        ):

            def told(replicate, case=case, scenario=scenario):
                return ask(case, draw_people(scenario, PEOPLE, seed=4, replicate=replicate), scenario)

            names = tuple(sorted(told(0)))
            key = (case.line.function, case.line.options, case.data, case.population, names, scenario)
            if key not in seen:
                seen.add(key)
                yield Question(id=f"{case.id}-{scenario}", line=case.line, told=told)
    for line in elsewhere():
        for name, told in _MADE[line.function.rsplit(":", 1)[1]].items():

            def asked(replicate, told=told, line=line):
                return told(stream(4, line.name, replicate), line) | dict(line.options)

            yield Question(id=f"{line.kinds[0]}/{line.contrasts[0]}/{line.name}{name}", line=line, told=asked)


def _panel(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    start = np.repeat([3, 5, -1], [10, 10, 20])
    X = draws.normal(size=(40, 1))
    started = (start[:, None] >= 0) & (np.arange(8) >= start[:, None])
    y = draws.normal(size=(40, 1)) + 0.2 * np.arange(8) + started + 0.3 * X + 0.5 * draws.normal(size=(40, 8))
    return {"y": y, "start": start, "level": 0.95, "replicates": 99} | ({"X": X} if line.adjusts else {})


def _series(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    return {"y": 20 + 0.1 * np.arange(36) + 3 * (np.arange(36) >= 20) + draws.normal(size=36), "since": 20,
            "level": 0.95}  # fmt: skip


def _paths(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    a = np.arange(160) % 16 // 8
    path = (draws.random((160, 13)) < 0.3 + 0.2 * a[:, None]) * 1 + (draws.random((160, 13)) < 0.1)
    path[np.arange(13) > draws.integers(4, 26, 160)[:, None]] = -1
    return {"path": np.minimum(path, 2), "a": a, "states": ("none", "work", "study"), "level": 0.95}


def _placed(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    return _paths(draws, line) | {"cluster": np.arange(160) % 16 // 2 * 2 + np.arange(160) % 2}


def _two_outcomes(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    first = draws.random(120) < 0.5
    return {"first": first * 1, "second": (draws.random(120) < 0.3 + 0.3 * first) * 1, "level": 0.95}


def _two_times(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    end = np.minimum(draws.integers(300, 1500, 120), HORIZON)
    days = draws.exponential([[500], [900]], (2, 120)).astype(int) + 1
    return {"t_1": np.minimum(days[0], end), "d_1": (days[0] <= end) * 1, "t_2": np.minimum(days[1], end),
            "d_2": (days[1] <= end) * 1, "horizon": HORIZON, "level": 0.95}  # fmt: skip


def _yes(draws: np.random.Generator, line: Method) -> dict[str, Any]:
    a, X = draws.integers(0, 2, 160), draws.normal(size=(160, 1))
    chance = 1 / (1 + np.exp(-(0.6 * a[:, None] + 0.5 * X - 0.3)))
    later = (draws.random((160, 2)) < chance) * 1.0
    return {"before": (draws.random(160) < 0.3) * 1.0, "later": later, "a": a * 1.0, "X": X, "level": 0.95}


_MADE: dict[str, dict[str, Callable[[np.random.Generator, Method], dict[str, Any]]]] = {
    "staggered_effects": {"": _panel},
    "interrupted_series": {"": _series},
    "months_in_states": {"": _paths, "-sites": _placed},
    "joint_shares": {"": _two_outcomes},
    "joint_occupation": {"": _two_times},
    "gee_shares": {"": _yes},
}
QUESTIONS = tuple(_questions())


def every(*, but: Mapping[str, str] = {}, where: Callable[[Question, dict[str, Any]], bool] = lambda q, told: True):
    """Parametrise over the questions whose arguments fit, without those whose line's name starts as one in `but`."""
    for name in but:
        assert any(name in question.id for question in QUESTIONS), f"{name}: an exception of no line"
    fitting = [q for q in QUESTIONS if where(q, _first(q)) and not any(name in q.id for name in but)]
    asked = [pytest.param(q, id=q.id, marks=[pytest.mark.slow] if q.line.name in SLOW else []) for q in fitting]
    return pytest.mark.parametrize("question", asked)


@cache
def _first(question: Question) -> dict[str, Any]:
    return question.told(0)


def reworked(told: Mapping[str, Any], change: Callable[[np.ndarray], np.ndarray]) -> dict[str, Any]:
    """Return the arguments with every array over people changed."""
    return {name: change(value) if isinstance(value, np.ndarray) else value for name, value in told.items()}


def unlike(one: Estimates | str, two: Estimates | str, *, counts: bool = True, but: tuple[str, ...] = ()) -> list[Any]:
    """Return what differs between two answers beyond rounding."""
    if isinstance(one, str) or isinstance(two, str):
        return [] if one == two else [(one, two)]
    assert len(one) == len(two)
    names = (*NUMBERS, *(COUNTS if counts else ()))
    pairs = [(row.contrast, name, getattr(row, name), getattr(other, name))
             for row, other in zip(one, two, strict=True) for name in names if name not in but]  # fmt: skip
    return [pair for pair in pairs if not near(pair[2], pair[3])]


def near(one: float | None, two: float | None, tolerance: float = ROUNDING) -> bool:
    """Whether two numbers are the same but for rounding; missing is like missing, infinite like infinite."""
    if one is None or two is None:
        return one is two
    if math.isnan(one) or math.isnan(two) or math.isinf(one) or math.isinf(two):
        return (math.isnan(one) and math.isnan(two)) or one == two
    return abs(one - two) <= tolerance * max(abs(two), 1)


@every(
    but={
        "/imputed": "draws a value per person in their order; held to Monte Carlo error below",
        "/segmented": "the periods of a series have an order",
        "/group_time": "the band draws a multiplier per unit in their order; the rest is held below",
    }
)
@FEW
@given(REPLICATES)
def test_the_order_of_people_changes_no_number(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    order = stream(replicate, "order").permutation(next(len(v) for v in told.values() if isinstance(v, np.ndarray)))
    assert not unlike(question.answer(told), question.answer(reworked(told, lambda values: values[order])))


@every(where=lambda question, told: "start" in told)
def test_the_order_of_units_changes_no_number_but_the_bootstrapped_band(question: Question) -> None:
    told, order = question.told(1), stream(1, "order").permutation(40)
    one, two = question.answer(told), question.answer(reworked(told, lambda values: values[order]))
    assert not unlike(*(Estimates(tuple(row for row in found if "band" not in row.subgroup)) for found in (one, two)))
    bands = [[row.conf_high - row.estimate for row in found if "band" in row.subgroup] for found in (one, two)]
    # Critical values as the 95th percentile of 99 draws have a Monte Carlo error of some 8 per cent; four of them.
    assert np.allclose(bands[0], bands[1], rtol=0.32)


def test_imputation_in_another_order_differs_by_monte_carlo_error_alone() -> None:
    question = next(one for one in QUESTIONS if one.line.name == "imputed")
    told, found = question.told(1), []
    for replicate in range(20):
        order = stream(replicate, "order").permutation(PEOPLE)
        found.append(question.answer(reworked(told, lambda values, order=order: values[order])).rows[0].estimate)
    first = question.answer(told).rows[0].estimate
    assert abs(first - np.mean(found)) < 4 * np.std(found, ddof=1) * math.sqrt(1 + 1 / 20)
    assert np.std(found, ddof=1) < question.answer(told).rows[0].std_error / 2


@every(
    but={
        "/imputed": "draws arm 1 first, and the arms' draws are not exchanged",
    },
    where=lambda question, told: "a" in told,
)
@FEW
@given(REPLICATES)
def test_naming_the_arms_the_other_way_round_mirrors_the_answer(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    wanted = [told["population"]] if "population" in told else [None]
    if wanted[0] == "ATE" and not question.line.name.startswith("subclass"):
        # Whoever stands on a subclass's cut goes up, and up is down when the arms change names; MatchIt does so too.
        wanted += [one for one in question.line.populations if one in SWAPPED]
    for population in wanted:
        if SWAPPED.get(population, population) not in (None, *question.line.populations):
            continue  # matched pairs of the treated have no counterpart among those of the comparison
        asked = told | ({"population": population} if population else {})
        other = (
            asked | {"a": 1 - told["a"]} | ({"population": SWAPPED.get(population, population)} if population else {})
        )
        assert not _unmirrored(question, question.answer(asked), question.answer(other))


def _unmirrored(question: Question, one: Estimates | str, two: Estimates | str) -> list[Any]:
    if isinstance(one, str) or isinstance(two, str):
        return [] if isinstance(one, str) and isinstance(two, str) else [(one, two)]
    if question.line.is_test:
        return unlike(one, two, counts=False)
    mine, wrong = {(row.contrast, row.subgroup, row.arm_1): row for row in two}, []
    for row in one:
        name = {"_1": row.contrast[:-1] + "0", "_0": row.contrast[:-1] + "1"}.get(row.contrast[-2:], row.contrast)
        other = mine[name, row.subgroup, row.arm_1]
        if name != row.contrast:
            wanted = (row.estimate, row.conf_low, row.conf_high)
        elif row.contrast in RATIOS:
            wanted = tuple(1 / x if x else math.inf for x in (row.estimate, row.conf_high, row.conf_low))
        else:
            wanted = (-row.estimate, -row.conf_high, -row.conf_low)
        pairs = [*zip((other.estimate, other.conf_low, other.conf_high), wanted, strict=True),
                 (other.std_error, row.std_error), (other.p_value, row.p_value)]  # fmt: skip
        wrong += [(row.contrast, *pair) for pair in pairs if not near(*pair)]
        counts = ((row.n_1, other.n_0), (row.events_1, other.events_0)) if name == row.contrast else ()
        wrong += [(row.contrast, *pair) for pair in counts if pair[0] != pair[1]]
    return wrong


@every(
    but={"/imputed": "draws the sites' own levels against that of the first by name"},
    where=lambda question, told: "cluster" in told,
)
@pytest.mark.parametrize("replicate", range(2))
def test_the_names_of_sites_change_nothing(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    codes, place = np.unique(told["cluster"], return_inverse=True)
    named = np.array([f"place {code:03}" for code in stream(replicate, "names").permutation(codes.size)])[place]
    assert not unlike(question.answer(told), question.answer(told | {"cluster": named}))


@every(
    but={"/imputed": "draws coefficients along other axes; the same in distribution"},
    where=lambda question, told: "X" in told,
)
@pytest.mark.parametrize("replicate", range(2))
def test_units_and_zeros_of_covariates_and_sums_of_them_change_nothing(question: Question, replicate: int) -> None:
    # Nearest neighbours too: Mahalanobis's distance and the score's log odds are the same whatever the axes.
    told = question.told(replicate)
    mixed = told["X"] * 3 - 7 if told["X"].shape[1] == 1 else told["X"] @ [[20.0, 0.5], [0.0, -3.0]] + [1.0, -200.0]
    assert not unlike(question.answer(told), question.answer(told | {"X": mixed}))


def _in_units(question: Question, told: Mapping[str, Any]) -> bool:
    return {"amount", "longitudinal"} & set(question.line.kinds) != set() and "first" not in told


@every(
    but={
        "/negative_binomial": "counts have a variance that is not the mean's square: they are no amounts in a unit",
        "share_difference": "a yes or no has no unit",
    },
    where=_in_units,
)
@pytest.mark.parametrize("replicate", range(2))
def test_another_unit_of_the_outcome_scales_differences_and_keeps_ratios(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    scaled = {name: value * 4 if name in {"y", "y_0", "before", "after", "later", "important"} else value
              for name, value in told.items()}  # fmt: skip
    one, two = question.answer(told), question.answer(scaled)
    assert isinstance(one, str) == isinstance(two, str)
    # What is found by searching for the lowest of a function is known to half the digits of a number.
    tolerance = 1e-6 if question.line.name == "segmented_ar1" else ROUNDING
    if not isinstance(one, str):
        assert not [pair for row, other in zip(one, two, strict=True) for pair in _unscaled(row, other, 4, tolerance)]


def _unscaled(row: Estimate, other: Estimate, factor: float, tolerance: float) -> list[Any]:
    by = (
        1
        if row.contrast in RATIOS or any(word in row.contrast for word in (*_UNITLESS, "pre_trend", "breakdown"))
        else factor
    )
    by_error = 1 if row.scale == "log" else by
    wanted = {"estimate": by, "conf_low": by, "conf_high": by, "std_error": by_error, "p_value": 1}
    pairs = [(row.contrast, name, getattr(row, name) * by, getattr(other, name)) for name, by in wanted.items()]
    return [pair for pair in pairs if not near(pair[2], pair[3], tolerance)]


@every(where=lambda question, told: "level" in told)
@pytest.mark.parametrize("replicate", range(2))
def test_a_lower_level_lies_within_a_higher(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    wide, narrow = question.answer(told | {"level": 0.95}), question.answer(told | {"level": 0.90})
    if isinstance(wide, str):
        assert wide == narrow
        return
    for row, other in zip(wide, narrow, strict=True):
        assert near(row.estimate, other.estimate) or row.contrast == "breakdown"  # which counts in half widths
        if row.interval_kind == "disjoint":  # two rays from the limits outward, of which the narrower may be in one
            rays = (other.conf_low, row.conf_low), (row.conf_high, other.conf_high)
            within = [inner <= outer for inner, outer in rays]
            assert (
                all(within)
                if other.interval_kind == "disjoint"
                else (other.conf_high <= row.conf_low or row.conf_high <= other.conf_low)
            )
            continue
        assert row.interval_kind == other.interval_kind
        if row.interval_kind != "none":
            assert row.conf_low <= other.conf_low <= other.conf_high <= row.conf_high


#: Of a line that everybody stands in twice, why its estimate is another one.
ANOTHER_ESTIMATE = {
    "/posterior": "the prior weighs less",
    "/fisher": "given both margins, twice the table is not twice the likelihood",
    "/becker": "the correction for few people is less",
    "cross_fitted": "of two who are alike, one may be in the fold that the other's models are fitted on",
    "/cox": "everybody has a tie, which Efron's method takes as an order that nobody saw",
    "/ipw_truncated": "the quantile that weights are cut at lies between two others",
    "_difference/gee_exchangeable": "how alike the occasions are is counted over people less coefficients",
    "/matched_": "two who are alike are matched as pairs of their own where somebody has no match",
    "/imputed": "draws again",
    "/full_matching": "two who are alike find another two",
    "/group_time": "leaving out one unit of ten counts for more than leaving out one of twenty",
}


def _alone(question: Question, told: Mapping[str, Any]) -> bool:
    return not question.line.is_test and "cluster" not in told and "since" not in told


@every(
    but=ANOTHER_ESTIMATE | {"/abadie_imbens": "the nearest in one's own arm is one's own twin, who differs in nothing"},
    where=_alone,
)
@pytest.mark.parametrize("replicate", range(2))
def test_everybody_twice_is_the_same_answer_with_half_the_variance(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    one, two = question.answer(told), question.answer(reworked(told, lambda values: np.concatenate([values, values])))
    for row, other in zip(one, two, strict=True):
        assert near(row.estimate, other.estimate)
        if not math.isnan(row.std_error):
            # Two in a hundred: n - 1, n - p and leverage count for that much among so few in a subclass.
            assert other.std_error * math.sqrt(2) == pytest.approx(row.std_error, rel=0.02)


@every(
    but=ANOTHER_ESTIMATE | {"/attrition": "who is seen is modelled anew without each site, which is no mean's error"},
    where=lambda question, told: "cluster" in told,
)
@pytest.mark.parametrize("replicate", range(2))
def test_every_site_twice_is_the_same_answer_with_half_the_variance_or_less(question: Question, replicate: int) -> None:
    told = question.told(replicate)
    twice = reworked(told, lambda values: np.concatenate([values, values]))
    twice["cluster"] = np.concatenate([told["cluster"], told["cluster"] + 100])
    for row, other in zip(question.answer(told), question.answer(twice), strict=True):
        assert near(row.estimate, other.estimate)
        if not math.isnan(row.std_error):
            # What is added for few sites, G/(G - 1) of each arm or more, is added for eight and not for sixteen.
            assert 0.75 < other.std_error * math.sqrt(2) / row.std_error < 1
