"""Where those who leave do follow the comparison, imputation by reference finds the difference, none too surely."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from steget_eval.core.estimates import Estimates
from steget_eval.core.streams import stream
from steget_eval.methods.effects.binary import risk_difference
from steget_eval.methods.effects.clustered import cr2
from steget_eval.methods.effects.scale_ancova import adjusted_change
from steget_eval.methods.missing.attrition import attrition_weighted
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.reference_scores import impute_scores
from steget_eval.methods.missing.rubin import pool_answers

SEED = 20_261_122
GAIN = np.array([4.0, 8.0])
#: What of the gain those who leave after the first later occasion have left at the second.
KEPT = {"jump_to_reference": 0.0, "copy_reference": 0.0, "copy_increments": GAIN[0]}


def expit(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))


def scores(assumption: str, replicate: int, people: int = 200) -> tuple[np.ndarray, ...]:
    """First score, two later ones as they are and as they were seen, and arm.

    In either arm who is low at the first later occasion is not seen at the second; treated people who leave follow
    the comparison from then on, or for ``copy_reference`` from the beginning.
    """
    draws = stream(SEED, "reference", assumption, replicate)
    a = np.arange(people) % 2
    own = draws.standard_normal(people)
    first = 50 + 8 * own + 6 * draws.standard_normal(people)
    later = 50 + 8 * own[:, None] + 6 * draws.standard_normal((people, 2))
    leaves = draws.random(people) < expit(-1.0 - (later[:, 0] - 50) / 8)
    later[:, 0] += a * GAIN[0] * (~leaves if assumption == "copy_reference" else 1)
    later[:, 1] += a * np.where(leaves, KEPT[assumption], GAIN[1])
    seen = later.copy()
    seen[leaves, 1] = np.nan
    return first, later, seen, a


@cache
def recovered(assumption: str, replicates: int = 120) -> np.ndarray:
    """Return, a replicate a row: with everybody seen, and imputed: estimate, standard error, lower, upper limit."""
    rows = []
    for replicate in range(replicates):
        first, later, seen, a = scores(assumption, replicate)
        whole = adjusted_change(first, later, a).rows[0]
        sets = impute_scores(first, seen, a, assumption=assumption, seed=replicate, sets=10, iterations=20).values
        told = pool_answers([Estimates((adjusted_change(first, one, a).rows[0],)) for one in sets]).rows[0]
        rows.append((whole.estimate, told.estimate, told.std_error, told.conf_low, told.conf_high))
    return np.array(rows)


@pytest.mark.slow
@pytest.mark.parametrize("assumption", KEPT)
def test_what_everybody_seen_would_have_shown_is_found_and_never_too_surely(assumption: str):
    found = recovered(assumption)
    truth = stay(assumption)
    error = found[:, 1].std(ddof=1) / math.sqrt(len(found))
    assert found[:, 1].mean() == pytest.approx(truth, abs=4 * error)
    covered = np.mean((found[:, 3] <= truth) & (truth <= found[:, 4]))
    assert covered >= 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / len(found))
    # Rubin's variance is above the spread over samples (Cro, Carpenter and Kenward 2019), which strays by 6 %.
    assert found[:, 2].mean() > 0.95 * found[:, 1].std(ddof=1)


def stay(assumption: str) -> float:
    """The difference at the second occasion: those who stay gain in full, those who leave what the assumption keeps."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    leaves = float(weights @ expit(-1.0 - 10 * nodes / 8) / weights.sum())  # a later score strays by 10
    return GAIN[1] * (1 - leaves) + KEPT[assumption] * leaves


@pytest.mark.slow
def test_rubins_variance_of_a_jump_is_conservative():
    found = recovered("jump_to_reference")
    assert found[:, 2].mean() > 1.05 * found[:, 1].std(ddof=1)


def outcome(replicate: int, people: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One outcome: the unseen of the treated have it as the comparison does, and are seen the less the higher x is."""
    draws = stream(SEED, "jump", replicate)
    x, a = draws.standard_normal(people), np.arange(people) % 2
    known = draws.random(people) < expit(0.8 - x)
    y = (draws.random(people) < expit(-0.6 + 1.2 * a * known + 0.9 * x)) * 1.0
    return np.where(known, y, np.nan), a, x


def truth_of_jump() -> float:
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    gain = expit(0.6 + 0.9 * nodes) - expit(-0.6 + 0.9 * nodes)
    return float(weights @ (expit(0.8 - nodes) * gain) / weights.sum())


@pytest.mark.slow
def test_a_jump_to_reference_of_one_outcome_finds_the_difference():
    variables, rows = (Variable(name="y", kind="binary"), Variable(name="x", kind="normal")), []
    for replicate in range(200):
        y, a, x = outcome(replicate)
        sets = impute(
            np.column_stack([y, x]), variables, seed=replicate, sets=10, iterations=1, arm=a, reference=("y",)
        ).values
        answers = [risk_difference(one[:, 0], a, interval="wald").where(contrast="risk_difference") for one in sets]
        rows.append(pool_answers(answers, complete_df=a.size - 2).rows[0])
    truth, estimates = truth_of_jump(), np.array([row.estimate for row in rows])
    assert estimates.mean() == pytest.approx(truth, abs=4 * estimates.std() / math.sqrt(len(rows)))
    covered = np.mean([row.conf_low <= truth <= row.conf_high for row in rows])
    assert covered >= 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / len(rows))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["binary", "amount"])
def test_weights_of_attrition_and_score_together_recover_what_neither_does_alone(kind):
    rows, alone = [], []
    for replicate in range(300):
        draws = stream(SEED, "weighed", kind, replicate)
        x = draws.standard_normal((600, 2))
        a = (draws.random(600) < expit(0.7 * x[:, 0])) * 1
        known = (draws.random(600) < expit(1.0 + np.where(a == 1, 0.9, -0.7) * x[:, 1])) * 1.0
        eta = -0.3 + 0.5 * a + 0.6 * x[:, 0] + 0.6 * x[:, 1]
        y = (draws.random(600) < expit(eta)) * 1.0 if kind == "binary" else eta + draws.standard_normal(600)
        contrast = "risk_difference" if kind == "binary" else "mean_difference"
        found = attrition_weighted(y, known, a, x, kind=kind, population="ATE").only(contrast=contrast)
        rows.append((found.estimate, found.conf_low, found.conf_high))
        alone.append(attrition_weighted(y, known, a, x, kind=kind).only(contrast=contrast).estimate)
    told, truth = np.array(rows), 0.5 if kind == "amount" else marginal()
    error = told[:, 0].std() / math.sqrt(len(told))
    assert told[:, 0].mean() == pytest.approx(truth, abs=4 * error)
    covered = np.mean((told[:, 1] <= truth) & (truth <= told[:, 2]))
    assert abs(covered - 0.95) <= 3.5 * math.sqrt(0.95 * 0.05 / len(told))
    assert np.mean(alone) - truth > 10 * error  # the arms as they are: those treated began better


def marginal() -> float:
    """The risk difference where log odds are -0.3 + 0.5 a plus a normal of variance 0.72."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    spread = math.sqrt(0.72) * nodes
    return float(weights @ (expit(0.2 + spread) - expit(-0.3 + spread)) / weights.sum())


@pytest.mark.slow
def test_imputation_with_clusters_holds_the_truth_with_satterthwaites_degrees_of_freedom():
    held, degrees = [], []
    for replicate in range(200):
        draws = stream(SEED, "clusters", replicate)
        site = np.repeat(np.arange(10), 30)
        a = np.tile([0.0, 1.0], 150)
        y = 5 + 1.0 * a + 1.5 * draws.standard_normal(10)[site] + 0.8 * a * draws.standard_normal(10)[site]
        y = y + draws.standard_normal(300)
        y[draws.random(300) < 0.25] = np.nan
        sets = impute(
            y[:, None], (Variable(name="y", kind="normal"),), seed=replicate, sets=10, iterations=1, arm=a, cluster=site
        ).values[:, :, 0]
        X = np.empty((300, 0))
        answers = [cr2(one, a, X, cluster=site, kind="amount").where(contrast="mean_difference") for one in sets]
        row = pool_answers(answers).rows[0]
        held.append(row.conf_low <= 1.0 <= row.conf_high)
        degrees.append((row.conf_high - row.conf_low) / row.std_error)
    assert np.mean(held) >= 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / len(held))
    assert np.mean(degrees) > 2 * 2.262  # Student's with nine degrees of freedom, ten clusters
