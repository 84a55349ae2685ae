"""The true value of an estimand is what the stated hazards imply and what very many simulated people show."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from steget_eval.core.dates import DAYS_PER_MONTH
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol, load_protocol
from steget_eval.records import Records
from steget_eval.simulate import Truth, load_truth, simulate_records, true_values
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.hazard import Effects, Piece, Rate
from steget_eval.simulate.outcomes import draw_outcome
from steget_eval.simulate.paths import draw_paths
from steget_eval.simulate.people import draw_people
from steget_eval.simulate.truth import Assignment

PROGRAMME = shipped("data", "programmes", "ips_sydnarke_comparison")
PROTOCOL: Protocol = load_protocol(PROGRAMME / "protocol.yaml")
TRUTH: Truth = load_truth(PROGRAMME / "truth.yaml")
NOBODY_LEAVES = Rate(pieces=(Piece(from_month=0, per_month=0),))
#: Follow-up through the window for everyone, nobody withdrawn or lost.
UNCENSORED = TRUTH.model_copy(
    update={"people": 60_000, "data_cut": date(2030, 1, 1), "withdrawn": NOBODY_LEAVES, "lost": NOBODY_LEAVES}
)


def with_constant_hazards(job: float, death: float) -> Truth:
    """Return a truth in which nothing but the arm matters; 730-day windows for everyone."""
    processes = dict(TRUTH.processes)
    start = Rate(pieces=(Piece(from_month=0, per_month=job),), treated=0.7)
    processes["competitive_employment"] = processes["competitive_employment"].model_copy(update={"start": start})
    return TRUTH.model_copy(
        update={
            "enrolment": (date(2016, 9, 1), date(2016, 9, 1)),
            "processes": processes,
            "death": Rate(pieces=(Piece(from_month=0, per_month=death),)),
            "emigration": NOBODY_LEAVES,
        }
    )


def risk_in_days(job: float, death: float, days: int) -> float:
    """Return the chance of a job on one of days 1 … days - 1 with death on a later day: a geometric sum."""
    stay, live = np.exp(-job / DAYS_PER_MONTH), np.exp(-death / DAYS_PER_MONTH)
    return float((1 - stay) * live * (1 - (stay * live) ** (days - 1)) / (1 - stay * live))


@pytest.mark.parametrize(("job", "death"), [(0.02, 0.0), (0.02, 0.03), (0.005, 0.002)])
def test_constant_hazards_give_the_closed_form(job: float, death: float):
    value = true_values(PROTOCOL, with_constant_hazards(job, death), "first_job", seed=1)
    # 4 Monte Carlo errors: once in 16,000 seeds by chance
    assert abs(value.risk_1 - risk_in_days(job * np.exp(0.7), death, 730)) < 4 * value.risk_1_mcse
    assert abs(value.risk_0 - risk_in_days(job, death, 730)) < 4 * value.risk_0_mcse


def test_a_world_without_death_gives_the_risk_without_death():
    value = true_values(PROTOCOL, with_constant_hazards(0.02, 0.03), "first_job_without_death", seed=1)
    assert abs(value.risk_0 - risk_in_days(0.02, 0.0, 730)) < 4 * value.risk_0_mcse


def test_a_hazard_in_pieces_leaves_the_shares_it_implies():
    rate = Rate(
        pieces=(
            Piece(from_month=0, per_month=0.05),
            Piece(from_month=3, per_month=0),
            Piece(from_month=6, per_month=0.2),
        ),
        effects=Effects(woman=0.4),
    )
    n = 200_000
    women = np.zeros((n, 7))
    women[:, 1] = 1
    days = rate.days(women, np.zeros(n), np.random.default_rng(1).random(n))
    for months, cumulated in ((3, 0.15), (6, 0.15), (9, 0.75)):
        expected = np.exp(-cumulated * np.exp(0.4))
        seen = np.mean(days > months * DAYS_PER_MONTH + 1)
        # 4 binomial errors, and one day's hazard for the rounding up to whole days
        assert abs(seen - expected) < 4 * np.sqrt(expected * (1 - expected) / n) + 0.2 / DAYS_PER_MONTH * expected


def observed(records: Records, state: str) -> pd.DataFrame:
    """Return arm, first day and whether it came within two calendar years, person by person, without the cohort."""
    people = records.frame("participants").set_index("participant_id")
    spells = records.frame("spells")
    first = pd.to_datetime(spells[spells["state"] == state].groupby("participant_id")["started_on"].min())
    end = pd.to_datetime(people["enrolled_on"]) + pd.DateOffset(months=24)
    return pd.DataFrame({"arm": people["arm"], "y": (first.reindex(people.index) < end).astype(float)})


@pytest.mark.slow
@pytest.mark.parametrize(("state", "estimand"), [("competitive_employment", "first_job"), ("education", "education")])
def test_randomised_people_show_the_true_risks(state: str, estimand: str):
    randomised = UNCENSORED.model_copy(update={"assignment": Assignment()})
    seen = observed(simulate_records(PROTOCOL, randomised, seed=11), state)
    value = true_values(PROTOCOL, randomised, estimand, seed=12)
    shares = seen.groupby("arm")["y"].agg(["mean", "sem"])
    for arm, risk, error in (("ips", value.risk_1, value.risk_1_mcse), ("usual", value.risk_0, value.risk_0_mcse)):
        assert abs(shares.loc[arm, "mean"] - risk) < 4 * np.hypot(shares.loc[arm, "sem"], error)


@pytest.mark.slow
def test_confounded_people_show_the_risk_of_the_treated_and_overstate_the_effect():
    seen = observed(simulate_records(PROTOCOL, UNCENSORED, seed=11), "competitive_employment")
    shares = seen.groupby("arm")["y"].agg(["mean", "sem"])
    everyone = true_values(PROTOCOL, TRUTH, "employment", seed=12)
    treated = true_values(PROTOCOL, TRUTH, "employment", seed=12, population="ATT")
    error = 4 * np.hypot(shares.loc["ips", "sem"], treated.risk_1_mcse)
    assert abs(shares.loc["ips", "mean"] - treated.risk_1) < error
    assert treated.risk_1 - everyone.risk_1 > error  # else the treated could not be told from everyone
    crude = shares.loc["ips", "mean"] - shares.loc["usual", "mean"]
    assert crude - everyone.risk_difference > 0.03


def test_weighting_by_the_stated_probabilities_undoes_the_confounding():
    draws = Draws(seed=3, scope="simulate", people=200_000)
    people = draw_people(TRUTH, draws, two_arms=True)
    paths = draw_paths(TRUTH, people, draws, people.a)
    y = draw_outcome(PROTOCOL, PROTOCOL.estimand("employment"), people, paths)
    w = people.a / people.p - (1 - people.a) / (1 - people.p)
    value = true_values(PROTOCOL, TRUTH, "employment", seed=12)
    error = np.hypot(np.std(w * y) / np.sqrt(y.size), value.risk_difference_mcse)
    assert abs(np.mean(w * y) - value.risk_difference) < 4 * error
    crude = y[people.a == 1].mean() - y[people.a == 0].mean()
    assert abs(crude - value.risk_difference) > 8 * error  # else there would be nothing to undo


def test_a_ratio_agrees_with_its_risks():
    value = true_values(PROTOCOL, TRUTH, "employment_ratio", people=20_000, seed=1)
    assert value.contrast.value == pytest.approx(value.risk_1 / value.risk_0)
    assert value.risk_difference == pytest.approx(value.risk_1 - value.risk_0)
