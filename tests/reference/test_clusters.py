"""Clusters against clubSandwich, exhaustive wild bootstraps and permutations, and refits without each (clusters.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.errors import MethodError
from steget_eval.core.shipped import shipped
from steget_eval.methods.design.propensity import fit_propensity
from steget_eval.methods.design.weights import weights_ate
from steget_eval.methods.effects import amount_adjusted, binary_adjusted
from steget_eval.methods.effects.clustered import cr2, wild_bootstrap
from steget_eval.methods.effects.crude_clustered import means_by_cluster, rates_by_cluster, risks_by_cluster
from steget_eval.methods.effects.site_permutation import site_permutation
from steget_eval.methods.numerics.clusters import contrast_degrees

HERE = Path(__file__).parent
WITNESS = pd.read_csv(HERE / "clusters.txt")
PEOPLE = pd.read_csv(HERE / "matching_people.csv")
X = PEOPLE[["x1", "x2", "z"]].to_numpy(dtype=float)
A, Y, PAY, SITE = (PEOPLE[name].to_numpy(dtype=float) for name in ("a", "y", "pay", "site"))
NONE = np.empty((len(A), 0))
ASSIGNED = np.isin(SITE, (0, 2, 5, 7, 8)) * 1.0
ITERATED, DEGREES = 1e-6, 1e-8  # both closed, given the fit


def check(case: str, row, tolerance: float = ITERATED, skip: tuple[str, ...] = ()) -> None:
    wanted = WITNESS[WITNESS["case"] == case].set_index("key")["value"]
    assert len(wanted) >= 4
    for key, value in wanted.items():
        if key not in skip:
            assert abs(getattr(row, key) - value) <= tolerance * max(abs(value), 1), (case, key)


@pytest.mark.parametrize("case", ["people/binary", "people/amount", "people/weighted", "nsw/binary"])
def test_cr2_and_its_degrees_of_freedom_are_clubsandwichs(case: str) -> None:
    if case == "people/weighted":
        (row,) = cr2(Y, A, NONE, cluster=SITE, w=weights_ate(A, fit_propensity(A, X).score))
    elif case == "nsw/binary":
        men = pd.read_csv(shipped("data", "open", "nsw", "nsw_dw445.csv"))
        covariates = men[["age", "educ", "black", "nodegree"]].to_numpy()
        (row,) = cr2((men["re78"] > 0) * 1.0, men["treat"], covariates, cluster=men["age"].to_numpy())
    else:
        kind = case.split("/")[1]
        (row,) = cr2(Y if kind == "binary" else PAY, A, X, cluster=SITE, kind=kind)
    check(f"cr2/{case}", row, skip=("degrees",))
    degrees = WITNESS[(WITNESS["case"] == f"cr2/{case}") & (WITNESS["key"] == "degrees")]["value"].item()
    told = float(row.note.split(" degrees")[0].split()[-1])
    assert abs(told - degrees) <= 0.05 + DEGREES * degrees  # told with one decimal; the p-value holds the rest


def test_wild_bootstrap_is_the_one_that_tries_every_pattern_of_signs() -> None:
    check("wild/binary", wild_bootstrap(Y, A, X, cluster=SITE).rows[0])
    w = weights_ate(A, fit_propensity(A, X).score)
    check("wild/weighted", wild_bootstrap(PAY, A, X, cluster=SITE, w=w, kind="amount").rows[0])


@pytest.mark.parametrize("kind", ["binary", "amount"])
def test_permutation_of_sites_is_the_one_that_tries_every_choice_of_five(kind: str) -> None:
    check(
        f"permutation/{kind}",
        site_permutation(Y if kind == "binary" else PAY, ASSIGNED, cluster=SITE, kind=kind).rows[0],
    )


JACKKNIVES = [case for case in WITNESS["case"].unique() if case.startswith("jackknife")]


@pytest.mark.parametrize("case", JACKKNIVES)
def test_intervals_with_clusters_are_those_of_refits_without_each(case: str) -> None:
    _, kind, method, population = case.split("/")
    room = binary_adjusted if kind == "binary" else amount_adjusted
    name = {"ipw": "inverse_probability", "aipw": "augmented"}.get(method, method)
    rows = getattr(room, name)(Y if kind == "binary" else PAY, A, X, population=population, cluster=SITE)
    check(case, rows.rows[2], skip=("ratio_std_error", "ratio_conf_high"))
    if kind == "binary":
        ratio = rows.only(contrast="risk_ratio")
        wanted = WITNESS[WITNESS["case"] == case].set_index("key")["value"]
        assert ratio.std_error == pytest.approx(wanted["ratio_std_error"], rel=ITERATED)
        assert ratio.conf_high == pytest.approx(wanted["ratio_conf_high"], rel=ITERATED)


def test_too_few_clusters_in_an_arm_are_refused_with_the_number() -> None:
    few = np.where(A == 1, SITE % 3, SITE)
    for function in (cr2, wild_bootstrap, binary_adjusted.inverse_probability):
        with pytest.raises(MethodError, match="the treated arm has people in fewer than four clusters"):
            function(Y, A, X, cluster=few)


def test_under_five_degrees_of_freedom_is_refused() -> None:
    uneven = np.where(np.arange(len(A)) < 120, 0, SITE % 5 + 1)
    with pytest.raises(MethodError, match="degrees of freedom are under five"):
        cr2(Y, A, NONE, cluster=uneven)


def test_sites_that_were_not_assigned_as_wholes_are_not_permuted() -> None:
    with pytest.raises(MethodError, match="not assigned as wholes"):
        site_permutation(Y, A, cluster=SITE)


@pytest.mark.parametrize("arm", [1, 0])
@pytest.mark.parametrize("name", ["risk", "mean", "rate"])
def test_an_arms_own_number_is_that_of_leaving_out_each_of_its_clusters(name: str, arm: int) -> None:
    days = 100 + 10 * (np.arange(1, len(A) + 1) % 365)
    rows = {
        "risk": lambda: risks_by_cluster(Y, A, cluster=SITE),
        "mean": lambda: means_by_cluster(PAY, A, cluster=SITE),
        "rate": lambda: rates_by_cluster(Y, A, exposure=days, cluster=SITE, per=365.25),
    }[name]()
    check(f"crude/{name}_{arm}", rows.only(contrast=f"{name}_{arm}"))


def test_how_people_lie_in_clusters_gives_the_degrees_of_freedom_of_clubsandwich() -> None:
    uneven = np.unique(np.where(np.arange(len(A)) < 90, 0, SITE), return_inverse=True)[1]
    code = np.unique(SITE, return_inverse=True)[1]
    for case, cluster, arm in (("site", code, A), ("assigned", code, ASSIGNED), ("uneven", uneven, A)):
        wanted = WITNESS[WITNESS["case"] == f"contrast/{case}"]["value"].item()
        assert abs(contrast_degrees(cluster, arm) - wanted) <= DEGREES * wanted
