"""Every refusal ends in a sentence with the reason, and the report tells it in both languages without a number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from steget_eval import blocks, disclose
from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.errors import OverlapError
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.numerics.clusters import checked_clusters, leave_one_cluster_out
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.suppress_refusals import UNTOLD
from steget_eval.reporting.tables.account import refusal_label
from steget_eval.reporting.text.render import render_cell
from steget_eval.study import analyse
from steget_eval.study.results import Refusal

ASIDE = ("occupation", "subgroups", "sensitivity", "fidelity", "joint", "choices", "targets")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    """The comparison of IPS with usual support, with one question and nothing beside it."""
    whole = load_protocol(shipped("data", "programmes", "ips_sydnarke_comparison", "protocol.yaml"))
    held = whole.model_dump(mode="json", exclude_none=True, exclude=set(ASIDE))
    return Protocol.model_validate({**held, "missing": {"ladder": ["complete_case"]}})


@pytest.fixture(scope="module")
def cohort(protocol: Protocol) -> Cohort:
    return build_cohort(protocol, read_records(shipped("data", "programmes", "ips_sydnarke_comparison", "records")))


def _asks(protocol: Protocol, name: str, *methods: str, **more) -> Protocol:
    one = protocol.estimand(name).model_copy(update={"methods": methods})
    return protocol.model_copy(update={"estimands": (one,), "primary": name, **more})


def _values(cohort: Cohort, name: str, **changes) -> Cohort:
    return replace(cohort, outcomes={name: replace(cohort.outcomes[name], **changes)})


def _clusters(cohort: Cohort, cluster: np.ndarray) -> Cohort:
    return replace(cohort, persons=cohort.persons.assign(cluster=cluster.astype(str)))


def _separated(cohort: Cohort) -> Cohort:
    apart = np.where(cohort.a == 1, 60.0, 20.0) + np.arange(cohort.a.size) / 1000
    return replace(cohort, covariates=cohort.covariates.assign(age=apart))


def _told_by_age(cohort: Cohort) -> Cohort:
    y = cohort.outcomes["employment"].y
    return replace(
        cohort, covariates=cohort.covariates.assign(age=np.where(y == 1, 60.0, 20.0) + np.arange(y.size) / 999)
    )


def _ended(cohort: Cohort) -> Cohort:
    """Nobody of the comparison is followed beyond day 300."""
    one = cohort.outcomes["first_job"]
    early = (cohort.a == 0) & (one.t > 300)
    return _values(cohort, "first_job", t=np.where(early, 300, one.t), d=np.where(early, 0, one.d))


def _per_arm(cohort: Cohort, count: int) -> np.ndarray:
    return cohort.a * 100 + np.arange(cohort.a.size) % count


def _uneven(cohort: Cohort) -> np.ndarray:
    """Four clusters in each arm, of which one holds nearly everybody."""
    return cohort.a * 100 + np.where(np.arange(cohort.a.size) % 12 < 9, 0, 1 + np.arange(cohort.a.size) % 12 % 3)


@dataclass(frozen=True)
class Case:
    """What is done to the people, what is asked, and what is said of it."""

    name: str
    made: Callable[[Cohort], Cohort]
    asked: Callable[[Protocol], Protocol]
    said: str
    told: str
    sv: str


def _unknown(cohort: Cohort) -> Cohort:
    y = cohort.outcomes["employment"].y
    return _values(cohort, "employment", y=np.where(cohort.a == 0, np.nan, y))


def _no_events(cohort: Cohort) -> Cohort:
    y = cohort.outcomes["employment"].y
    return _values(cohort, "employment", y=np.where((cohort.a == 1) & ~np.isnan(y), 0.0, y))


def _with_cluster(*methods: str) -> Callable[[Protocol], Protocol]:
    return lambda protocol: _asks(protocol, "employment", *methods, cluster="site")


CASES = [
    Case("no overlap", _separated, lambda p: _asks(p, "employment", "ipw"), "the arms do not overlap",
         "the arms do not overlap enough", "Armarna överlappar inte tillräckligt."),
    Case("no overlap for a regression", _separated, lambda p: _asks(p, "employment", "g_computation"),
         "tells of each person which arm it was", "the arms do not overlap", "Armarna överlappar inte tillräckligt."),
    Case("no overlap for times", _separated, lambda p: _asks(p, "first_job", "aipw"),
         "tells of each person which arm it was", "the arms do not overlap", "Armarna överlappar inte tillräckligt."),
    Case("perfect separation of the outcome", _told_by_age, lambda p: _asks(p, "employment", "g_computation"),
         "has no finite coefficients", "the calculation did not converge",
         "Beräkningen nådde inte fram till ett stabilt svar."),
    Case("an arm without a known outcome", _unknown, lambda p: _asks(p, "employment", "newcombe"),
         "arm 0 has nobody with a known outcome", UNTOLD, "Skälet vilar på tal som inte får visas."),
    Case("no events", _no_events, lambda p: _asks(p, "employment", "aipw"), "nobody in arm 1 had the event",
         UNTOLD, "Skälet vilar på tal som inte får visas."),
    Case("a cluster per arm", lambda c: _clusters(c, c.a), _with_cluster("aipw"),
         "people in fewer than four clusters", "there are too few clusters",
         "Enheterna är för få för att säga hur säker siffran är."),
    Case("three clusters in an arm", lambda c: _clusters(c, _per_arm(c, 3)), _with_cluster("cr2"),
         "people in fewer than four clusters", "there are too few clusters",
         "Enheterna är för få för att säga hur säker siffran är."),
    Case("few degrees of freedom", lambda c: _clusters(c, _uneven(c)), _with_cluster("cr2"),
         "degrees of freedom are under five", "there are too few clusters",
         "Enheterna är för få för att säga hur säker siffran är."),
    Case("a horizon past the follow-up", _ended, lambda p: _asks(p, "first_job", "aalen_johansen"),
         "nobody was followed beyond day 300", "the question reaches beyond the follow-up",
         "Frågan sträcker sig längre än uppföljningen."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_refusal_is_a_sentence_with_its_reason_in_the_report_in_both_languages(
    case: Case, protocol: Protocol, cohort: Cohort
) -> None:
    asked = case.asked(protocol)
    results = analyse(case.made(cohort), asked)
    assert not [row for row in results.estimates if row.contrast == asked.estimand(asked.primary).contrast]
    (method,) = asked.estimand(asked.primary).methods
    assert case.said in next(one.reason for one in results.refusals if one.method == method)
    release = disclose(results)
    table = next(child for child in blocks.limits(release).children if child.id == "limits-refusals")
    place = next(place for place, one in enumerate(release.refusals) if one.method == method)
    cell = table.body["rows"][place][-1]
    english, swedish = render_cell(cell, "en"), render_cell(cell, "sv")
    assert english.casefold().startswith(case.told.casefold())
    assert swedish == case.sv
    assert not any(sign.isdigit() for sign in english + swedish)


def test_the_gates_of_separated_arms_say_that_there_is_nothing_to_weigh(protocol: Protocol, cohort: Cohort) -> None:
    results = analyse(_separated(cohort), _asks(protocol, "employment", "g_computation"))
    assert [(gate.name, gate.passed) for gate in results.gates] == [("certain", False)]
    balance = json.dumps(blocks.balance(disclose(results)).to_json(), ensure_ascii=False)
    assert "gates.certain" in balance
    assert "design_gate.certain" in balance


def test_what_one_cluster_left_out_refuses_keeps_its_reason() -> None:
    def fit(kept: np.ndarray) -> np.ndarray:
        if not kept.all():
            raise OverlapError("the arms do not overlap")
        return np.zeros(1)

    clusters = checked_clusters(np.arange(32) % 8, (np.arange(32) % 8 < 4) * 1.0)
    with pytest.raises(OverlapError, match="without one of the clusters: the arms do not overlap") as refused:
        leave_one_cluster_out(fit, clusters)
    one = Refusal(estimand="employment", method="ipw", reason=str(refused.value), code=refused.value.code)
    assert refusal_label(one)["sv"] == "Armarna överlappar inte tillräckligt."


def test_a_refusal_saved_before_there_were_codes_is_read_in_general_words() -> None:
    old = Refusal(estimand="employment", method="ipw", reason="the arms do not overlap")
    assert refusal_label(old)["sv"] == "Metoden kan inte svara på frågan med dessa data."


def test_that_covariates_settle_the_outcome_is_not_told_beside_another_method_that_answers(
    protocol: Protocol, cohort: Cohort
) -> None:
    asked = _asks(protocol, "employment", "ipw", "g_computation")
    results = analyse(_told_by_age(cohort), asked)
    assert [one.code for one in results.refusals if one.method == "g_computation"] == ["separation"]
    release = disclose(results)
    told = next(one for one in release.refusals if one.method == "g_computation")
    assert release.estimates["estimate"].notna().any()
    assert (told.code, told.reason) == ("convergence", "the calculation did not converge: something separates people, "
                                                       "or repeats others")  # fmt: skip


def test_that_nobody_had_the_event_is_told_where_zeros_are_published(protocol: Protocol, cohort: Cohort) -> None:
    asked = _asks(protocol, "employment", "aipw", disclosure=Disclosure(publish_zero=True))
    results = analyse(_no_events(cohort), asked)
    reasons = [one.reason for one in disclose(results).refusals if one.method == "aipw"]
    assert len(reasons) == 1
    assert "nobody in the treated arm had the event" in reasons[0]
