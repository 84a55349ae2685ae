"""A goal is held by the limit that the protocol chose, and the report says which, with the prior where there is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from steget_eval import disclose
from steget_eval.cohort import OutcomeValues
from steget_eval.core.errors import MethodError
from steget_eval.methods.effects.single_arm import at_least, between
from steget_eval.methods.numerics.one_sided import Prior
from steget_eval.protocol.estimand import Target
from steget_eval.reporting.text import render, sentences
from steget_eval.study.results import Results
from steget_eval.study.targets import hold_against

WORDS = {"sv": "mål", "en": "goal"}
Y = np.repeat([1.0, 0.0], [33, 27])
EMPTY = np.empty(0)


class OfOutcome:
    def __init__(self, values: OutcomeValues, ids: list[str]) -> None:
        self.outcomes = dict.fromkeys(ids, values)


def _hold(results: Results, values: OutcomeValues | None = None, **goal):
    protocol = results.protocol
    target = Target.model_validate({"id": "goal", "label": WORDS, "estimand": protocol.primary, **goal})
    known = OutcomeValues(kind="binary", y=Y, t=EMPTY, d=EMPTY) if values is None else values
    cohort = OfOutcome(known, [one.id for one in protocol.estimands])
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


def test_a_limit_that_counts_people_is_refused_where_follow_up_ended_early(results_single_arm: Results) -> None:
    censored = OutcomeValues(
        kind="time_to_event", y=EMPTY, t=np.array([10, 40, 731, 20]), d=np.array([1, 0, 0, 1]), horizon_days=731
    )
    with pytest.raises(MethodError, match="follow-up ended early for some"):
        _hold(results_single_arm, censored, at_least=0.4, method="wilson")


def test_a_prior_without_its_method_is_refused() -> None:
    with pytest.raises(ValidationError, match="a prior belongs to method bayesian"):
        Target.model_validate({"id": "a", "label": WORDS, "estimand": "b", "at_least": 0.4, "prior": {}})
