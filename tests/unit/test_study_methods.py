"""A protocol may name every method of two arms, and study takes it to an answer or refuses it in a sentence."""

from __future__ import annotations

import pytest

from steget_eval.cohort import Cohort, build_cohort
from steget_eval.core.errors import OverlapError, SpecError
from steget_eval.core.shipped import shipped
from steget_eval.intake import read_records
from steget_eval.methods.catalogue_adjusted import ADJUSTED_LINES
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.study.answers import answer, method_lines

#: In need of clusters, of coarse strata, or of a maximum that these men do not have; each has its own refusal.
REFUSED = {"log_binomial", "cr2", "wild_bootstrap", "site_permutation", "mantel_haenszel"}
NAMED = [
    (line, contrast)
    for line in ADJUSTED_LINES
    if line.name not in REFUSED and line.kinds == ("binary",)
    for contrast in line.contrasts[:1]
]


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(shipped("data", "programmes", "nsw_experiment", "protocol.yaml"))


@pytest.fixture(scope="module")
def cohort(protocol: Protocol) -> Cohort:
    return build_cohort(protocol, read_records(shipped("data", "open", "nsw", "records")))


@pytest.mark.parametrize(("line", "contrast"), NAMED, ids=lambda value: getattr(value, "name", value))
def test_a_protocol_that_names_the_method_gets_its_answer(line, contrast: str, protocol: Protocol, cohort: Cohort):
    estimand = protocol.estimand("employment")
    asked = estimand.model_copy(
        update={"methods": (line.name,), "contrast": contrast, "population": line.populations[0]}
    )
    (found,) = method_lines(protocol, asked)
    assert found == line
    row = answer(cohort, protocol, asked, found).only(contrast=contrast)
    assert (row.method, row.population, row.estimand) == (line.name, line.populations[0], "employment")
    # The experiment's own 0.1106 (odds ratio 1.72): adjusted in any way, a randomised comparison moves little.
    low, high = (0.04, 0.18) if contrast.endswith("difference") else (1.05, 2.0)
    assert low < row.estimate < high


def test_strata_of_amounts_are_refused_as_too_fine(protocol: Protocol, cohort: Cohort) -> None:
    asked = protocol.estimand("employment").model_copy(update={"methods": ("mantel_haenszel",), "population": "ATO"})
    (line,) = method_lines(protocol, asked)
    with pytest.raises(OverlapError, match="coarser strata are needed"):
        answer(cohort, protocol, asked, line)


def test_sites_are_permuted_only_where_arms_were_assigned() -> None:
    comparison = load_protocol(shipped("data", "programmes", "nsw_comparison", "protocol.yaml"))
    estimand = comparison.estimand("employment").model_copy(
        update={"methods": ("site_permutation",), "population": "ATE"}
    )
    with pytest.raises(SpecError, match="only where the arms were assigned at random; the design is comparison"):
        method_lines(comparison, estimand)
