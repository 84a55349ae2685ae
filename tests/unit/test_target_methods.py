"""A goal is held by the limit that the protocol chose, and the report says which, with the prior where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval import disclose
from steget_eval.cohort import OutcomeValues
from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.competing import cumulative_incidence
from steget_eval.methods.effects.single_arm import at_least, between
from steget_eval.methods.effects.single_arm_censored import at_least_under_censoring
from steget_eval.methods.numerics.one_sided import Prior
from steget_eval.protocol.estimand import Target
from steget_eval.reporting.text import render, sentences
from steget_eval.study.results import Results
from steget_eval.study.targets import hold_against

WORDS = {"sv": "mål", "en": "goal"}
Y = np.repeat([1.0, 0.0], [33, 27])
EMPTY = np.empty(0)


class OfOutcome:
    def __init__(self, values: OutcomeValues, ids: list[str], cluster: np.ndarray | None) -> None:
        self.outcomes = dict.fromkeys(ids, values)
        self.persons = pd.DataFrame({"cluster": [] if cluster is None else cluster})


def _hold(results: Results, values: OutcomeValues | None = None, cluster: np.ndarray | None = None, **goal):
    protocol = results.protocol
    target = Target.model_validate({"id": "goal", "label": WORDS, "estimand": protocol.primary, **goal})
    known = OutcomeValues(kind="binary", y=Y, t=EMPTY, d=EMPTY) if values is None else values
    cohort = OfOutcome(known, [one.id for one in protocol.estimands], cluster)
    return protocol.model_copy(update={"targets": (target,)}), hold_against(cohort, protocol, target)


@pytest.mark.parametrize("method", ["exact", "wilson", "mid_p", "bayesian"])
def test_the_limit_is_that_of_the_method(results_single_arm: Results, method) -> None:
    _, verdict = _hold(results_single_arm, at_least=0.4, method=method)
    wanted = at_least(Y, 0.4, method=method)
    assert verdict.answers.rows[0].conf_low == wanted.estimates.rows[0].conf_low
    assert (verdict.shown, verdict.needed) == (wanted.shown, wanted.smallest_count)
    _, band = _hold(results_single_arm, between=[0.3, 0.8], method=method)
    assert band.shown == between(Y, 0.3, 0.8, method=method).shown
    assert (band.needed is None) == (method != "exact")


@pytest.mark.parametrize(("language", "said"), [("en", "prior Beta(2.0, 3.0)"), ("sv", "priorn Beta(2,0; 3,0)")])
def test_the_prior_is_printed(results_single_arm: Results, language, said: str) -> None:
    prior = {"successes": 2, "failures": 3}
    protocol, verdict = _hold(results_single_arm, at_least=0.4, method="bayesian", prior=prior)
    assert verdict.probability == at_least(Y, 0.4, method="bayesian", prior=Prior(**prior)).probability
    release = disclose(replace(results_single_arm, protocol=protocol, verdicts=(verdict,)), internal=True)
    told = " ".join(render(one, language) for one in sentences.verdict(release, release.verdicts[0]))
    assert said in told


LEFT_EARLY = OutcomeValues(
    kind="time_to_event", y=EMPTY, t=np.array([10, 40, 731, 20, 300, 731]), d=np.array([1, 0, 0, 1, 1, 0]),
    horizon_days=731,
)  # fmt: skip


@pytest.mark.parametrize(("method", "of_curve"), [("exact", "log_log"), ("wilson", "wilson"), ("bayesian", "bayesian")])
def test_where_follow_up_ended_early_the_limit_is_of_the_curve(results_single_arm: Results, method, of_curve) -> None:
    _, verdict = _hold(results_single_arm, LEFT_EARLY, at_least=0.1, method=method)
    wanted = at_least_under_censoring(LEFT_EARLY.t, LEFT_EARLY.d, 0.1, horizon=731, method=of_curve)
    row = verdict.answers.rows[0]
    assert (row.conf_low, row.method) == (wanted.estimates.rows[0].conf_low, wanted.estimates.rows[0].method)
    assert verdict.probability == wanted.probability


def test_of_a_curve_the_report_tells_the_limit_and_no_count_of_people(results_single_arm: Results) -> None:
    for method, said in (("wilson", "score limit for the cumulative incidence"), ("bayesian", "prior Beta(0.5, 0.5)")):
        protocol, verdict = _hold(results_single_arm, LEFT_EARLY, at_least=0.1, method=method)
        release = disclose(replace(results_single_arm, protocol=protocol, verdicts=(verdict,)), internal=True)
        told = sentences.verdict(release, release.verdicts[0])
        assert said in " ".join(render(one, "en") for one in told)
        assert not {"verdict.counts", "verdict.needed", "verdict.needed_impossible"} & {one.key for one in told}


def test_the_limit_that_counts_people_is_refused_where_follow_up_ended_early(results_single_arm: Results) -> None:
    with pytest.raises(MethodError, match="follow-up ended early for some"):
        _hold(results_single_arm, LEFT_EARLY, at_least=0.4, method="mid_p")


def test_with_clusters_the_limit_is_that_of_leaving_each_out_in_turn(results_single_arm: Results) -> None:
    sites = np.arange(Y.size) % 9
    clustered = results_single_arm.protocol.model_copy(update={"cluster": "site"})
    told = replace(results_single_arm, protocol=clustered)
    _, verdict = _hold(told, at_least=0.4, cluster=sites)
    t, d = np.ones(Y.size, dtype=int), Y.astype(int)
    # One side of 95 % is the two-sided limit of 90 %.
    wanted = cumulative_incidence(t, d, horizon=1, cluster=sites, level=0.9).only(contrast="risk_1")
    row = verdict.answers.rows[0]
    assert row.conf_low == pytest.approx(wanted.conf_low, abs=1e-12)  # the same quantile, found from another side
    assert row.std_error == wanted.std_error
    assert row.conf_low < at_least(Y, 0.4).estimates.rows[0].estimate
    with pytest.raises(MethodError, match="names clusters"):
        _hold(told, at_least=0.4, method="mid_p", cluster=sites)
    with pytest.raises(MethodError, match="fewer than four clusters"):
        _hold(told, at_least=0.4, cluster=np.arange(Y.size) % 3)


def test_a_prior_without_its_method_is_refused() -> None:
    with pytest.raises(ValidationError, match="a prior belongs to method bayesian"):
        Target.model_validate({"id": "a", "label": WORDS, "estimand": "b", "at_least": 0.4, "prior": {}})
