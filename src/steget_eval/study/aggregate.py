"""Answers a design of which counts alone are left: as many rows as there were people, and nothing else of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort, Flow, OutcomeValues
from steget_eval.cohort.build import card_words
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand
from steget_eval.records import Records
from steget_eval.study.aggregate_counts import CountedPeople, count_people
from steget_eval.study.answers import answer, method_lines
from steget_eval.study.baseline import BASELINE_COLUMNS
from steget_eval.study.counted import counted_answers
from steget_eval.study.fidelity import score_reviews
from steget_eval.study.fidelity_found import FidelityFound
from steget_eval.study.groups import by_answers
from steget_eval.study.results import Refusal, Results, Verdict
from steget_eval.study.targets import hold_against

_CURVES = ("estimand", "arm", "cause", "time", "estimate", "conf_low", "conf_high", "at_risk", "events", "competing",
           "censored")  # fmt: skip


def evaluate_counts(protocol: Protocol, records: Records) -> Results:
    """Ask every estimand of counts; no flow, no table 1 and no curves, since there are no persons to tell of.

    Raises
    ------
    CohortError
        Where a count is missing, or a part is larger than its whole.
    """
    parts: list[Estimates] = []
    refusals: list[Refusal] = []
    verdicts: list[Verdict] = []
    for estimand in sorted(protocol.estimands, key=lambda one: one.id != protocol.primary):
        counted = count_people(protocol, records, estimand)
        cohort = _cohort(protocol, records, estimand, counted)
        for method in method_lines(protocol, estimand):
            try:
                parts.append(answer(cohort, protocol, estimand, method))
            except MethodError as error:
                refusals.append(Refusal(estimand=estimand.id, method=method.name, reason=str(error), code=error.code))
        found = by_answers(protocol, estimand, counted.y, counted.groups)
        parts.append(found.estimates)
        refusals += found.refusals
        for target in protocol.targets:
            if target.estimand == estimand.id:
                try:
                    verdicts.append(hold_against(cohort, protocol, target))
                except MethodError as error:
                    refusals.append(
                        Refusal(estimand=estimand.id, method=f"target {target.id}", reason=str(error), code=error.code)
                    )
    estimates = gather([*parts, *(verdict.answers for verdict in verdicts)])
    estimates = estimates + counted_answers(protocol, estimates, records)
    return _results(protocol, records, estimates, tuple(verdicts), tuple(refusals))


def _cohort(protocol: Protocol, records: Records, estimand: Estimand, counted: CountedPeople) -> Cohort:
    """The counted people as a cohort that methods take: an arm and an outcome each, no pseudonym and no day."""
    size, arm = counted.y.size, protocol.arms.treated.id
    none = np.empty(0, dtype=np.int64)
    return Cohort(
        arms=(arm,), persons=pd.DataFrame({"arm": [arm] * size, "a": np.ones(size, dtype=np.int64)}),
        covariates=pd.DataFrame(index=range(size)),
        outcomes={estimand.id: OutcomeValues(kind="binary", y=counted.y, t=none, d=none)},
        states=pd.DataFrame(), months_in_state=pd.DataFrame(), flow=Flow(()), benchmark={},
        records_fingerprint=records.fingerprint, origin=records.card.origin, source=card_words(records),
        account=records.account,
    )  # fmt: skip


def _results(
    protocol: Protocol, records: Records, estimates: Estimates, verdicts: tuple[Verdict, ...],
    refusals: tuple[Refusal, ...],
) -> Results:  # fmt: skip
    return Results(
        protocol=protocol, records_fingerprint=records.fingerprint, origin=records.card.origin,
        estimates=estimates, verdicts=verdicts, curves=pd.DataFrame(columns=list(_CURVES)),
        baseline=pd.DataFrame(columns=list(BASELINE_COLUMNS)),
        states=pd.DataFrame(columns=["arm", "month", "state", "n"]),
        overlap=pd.DataFrame(columns=["population", "arm", "key", "value"]),
        unknown=pd.DataFrame(columns=["estimand", "arm", "n", "known", "positive"]), flow=Flow(()),
        refusals=refusals, source=card_words(records), account=records.account,
        fidelity=None if protocol.fidelity is None else FidelityFound(reviews=score_reviews(protocol.fidelity)),
    )  # fmt: skip
