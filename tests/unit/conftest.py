"""Results made by hand, with small cells on purpose: two arms, and one arm with goals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from steget_eval.cohort.cohort import Flow, FlowStep
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.protocol import Protocol
from steget_eval.study.results import Refusal, Results, Verdict


def _text(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


def _outcome(outcome_id: str, kind: str, sv: str, en: str, **more: Any) -> dict[str, Any]:
    events = more.pop("events", [{"spells": ["competitive_employment"]}])
    words = {"label": _text(sv, en), "definition": _text(f"Definitionen av {sv}.", f"The definition of {en}.")}
    return {"id": outcome_id, "kind": kind, "events": events, **words, **more}


_DEATH = [{"id": "death", "label": _text("dödsfall", "death"), "sources": [{"follow_up_ended_by": ["death"]}]}]


def _protocol(design: str, **more: Any) -> Protocol:
    arms: dict[str, Any] = {"treated": {"id": "ips", "label": _text("IPS", "IPS")}}
    if design != "single_arm":
        arms["comparison"] = {"id": "usual", "label": _text("sedvanligt stöd", "usual support")}
        arms["outside"] = [{"id": "lottery", "label": _text("lottad kontrollgrupp", "randomised controls")}]
    return Protocol.model_validate(
        {
            "schema_version": 1,
            "id": f"made_up_{design}",
            "title": _text("Påhittat program", "Made-up programme"),
            "decided_on": "2026-11-22",
            "programme": {
                "id": "made_up",
                "name": _text("Påhittat program", "Made-up programme"),
                "is_ips": True,
                "fidelity": {"scale": "IPS-25", "score": 101, "reviewed_on": "2026-05-04"},
                "description": _text("Stöd till arbete.", "Support to work."),
            },
            "design": design,
            "arms": arms,
            "clock": {"index": "enrolled_on", "horizon": 24, "unit": "months"},
            "eligibility": [
                {"id": "period", "exclude": _text("utanför tiden", "outside the period"),
                 "enrolled_between": ["2020-01-01", "2022-12-31"]},
                {"id": "age", "exclude": _text("fel ålder", "wrong age"), "age_between": [18, 64]},
            ],
            "covariates": [
                {"id": "age", "label": _text("ålder (år)", "age (years)"), "kind": "number", "column": "age"},
                {"id": "worked", "label": _text("arbete senaste året", "worked in the last year"), "kind": "binary",
                 "column": "worked"},
                {"id": "sex", "label": _text("kön", "sex"), "kind": "category", "column": "sex"},
            ],
            "choices": [
                {"id": "who", "question": _text("Vilka räknas?", "Who counts?"),
                 "chosen": _text("Alla inskrivna.", "Everyone enrolled."),
                 "because": _text("Annars går de inte att jämföra.", "Otherwise they cannot be compared.")}
            ],
            "limits": [_text("Motivation mättes inte.", "Motivation was not measured.")],
            **more,
        }
    )  # fmt: skip


def _row(contrast: str, method: str, estimate: float, error: float, **more: Any) -> Estimate:
    values: dict[str, Any] = {
        "conf_low": estimate - 1.96 * error, "conf_high": estimate + 1.96 * error, "conf_level": 0.95,
        "std_error": error, "programme": "made_up", "arm_1": "ips", "arm_0": "usual", "horizon": 24.0,
        "horizon_unit": "months", "unit": "proportion", "population": "ATE", "note": "a note",
    }  # fmt: skip
    if contrast.endswith("difference"):
        values["p_value"] = math.erfc(abs(estimate / error) / math.sqrt(2))
    return Estimate(contrast=contrast, method=method, estimate=estimate, **(values | more))


def _risks(estimand: str, outcome: str, kind: str, e_1: int, n_1: int, e_0: int, n_0: int) -> list[Estimate]:
    """Return crude risks and their difference, and an adjusted difference without event counts."""
    p_1, p_0 = e_1 / n_1, e_0 / n_0
    errors = math.sqrt(p_1 * (1 - p_1) / n_1), math.sqrt(p_0 * (1 - p_0) / n_0)
    both = math.hypot(*errors)
    named = {"estimand": estimand, "outcome": outcome, "kind": kind}
    counts = {"n_1": n_1, "n_0": n_0, "events_1": e_1, "events_0": e_0}
    return [
        _row("risk_difference", "aipw", p_1 - p_0 - 0.01, both, n_1=n_1, n_0=n_0, **named),
        _row("risk_1", "aipw", p_1 - 0.005, errors[0], n_1=n_1, n_0=n_0, **named),
        _row("risk_0", "aipw", p_0 + 0.005, errors[1], n_1=n_1, n_0=n_0, **named),
        _row("risk_difference", "miettinen_nurminen", p_1 - p_0, both, **counts, **named),
        _row("risk_1", "wilson", p_1, errors[0], **counts, **named),
        _row("risk_0", "wilson", p_0, errors[1], **counts, **named),
        _row("risk_ratio", "log", p_1 / p_0, 0.1, unit="ratio", scale="log", **counts, **named),
    ]


def curve_rows(
    estimand: str, arm: str, n: int, days: dict[int, tuple[int, int, int]], *, competing: str
) -> list[dict[str, Any]]:
    """Return Aalen–Johansen curves of the event and of one competing event from counts (event, other, ended) a day."""
    rows: list[dict[str, Any]] = []
    for place, cause in enumerate(("event", competing)):
        risk, alive, left = 0.0, 1.0, n
        told = {"estimand": estimand, "arm": arm, "cause": cause}
        rows.append({**told, "time": 0, "estimate": 0.0, "conf_low": 0.0, "conf_high": 0.0, "at_risk": n,
                     "events": 0, "competing": 0, "censored": 0})  # fmt: skip
        for day, counts in sorted(days.items()):
            mine, other = counts[place], counts[1 - place]
            risk += alive * mine / left
            alive *= 1 - (mine + other) / left
            rows.append({**told, "time": day, "estimate": risk, "conf_low": 0.8 * risk, "conf_high": 1.2 * risk,
                         "at_risk": left, "events": mine, "competing": other, "censored": counts[2]})  # fmt: skip
            left -= sum(counts)
    return rows


def _baseline(arms: dict[str, int]) -> pd.DataFrame:
    first = next(iter(arms))
    both = len(arms) > 1
    rows = []
    shares = {"ips": (0.40, {"woman": 60, "man": 57, "unknown": 3}), "usual": (0.30, {"woman": 58, "man": 60})}
    for arm, n in arms.items():
        smd = (0.12, 0.02) if both and arm == first else (math.nan, math.nan)
        rows.append(("age", "", arm, n, None, 38.4, 9.7, *smd))
        rows.append(("worked", "", arm, n, round(shares[arm][0] * n), shares[arm][0], math.nan, *smd))
    scale = {arm: n / sum(shares[arm][1].values()) for arm, n in arms.items()}
    for level in ("woman", "man", "unknown"):
        for arm, n in arms.items():
            count = round(shares[arm][1].get(level, 0) * scale[arm])
            smd = (0.05, 0.01) if both and arm == first else (math.nan, math.nan)
            rows.append(("sex", level, arm, n, count, count / n, math.nan, *smd))
    columns = ["covariate", "level", "arm", "n", "count", "mean", "sd", "smd", "smd_weighted"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "count": "Int64"})


def _states(arms: dict[str, int]) -> pd.DataFrame:
    rows = []
    for arm, n in arms.items():
        for month in range(25):
            left = (month // 6) * 3
            work = min(2 * month, 40)
            education = 3 if month < 12 else 8
            rows += [
                (arm, month, "competitive_employment", work),
                (arm, month, "education", education),
                (arm, month, "sickness_benefit", 2),
                (arm, month, "job_seeking", n - left - work - education - 2),
            ]
            if left:
                rows.append((arm, month, "not_followed", left))
    return pd.DataFrame(rows, columns=["arm", "month", "state", "n"])


def _two_arm_protocol() -> Protocol:
    looked_through = {"death": "composite"}
    question = _text("Hur många fler?", "How many more?")
    return _protocol(
        "comparison",
        outcomes=[
            _outcome("employed", "binary", "arbete inom två år", "employment within two years",
                     intercurrent_events=_DEATH),
            _outcome("studying", "binary", "påbörjad utbildning", "education started", intercurrent_events=_DEATH,
                     events=[{"spells": ["education"], "entry": True}]),
            _outcome("first_job", "competing", "första arbetet", "first job", intercurrent_events=_DEATH),
            _outcome("days", "amount", "dagar i arbete", "days in employment", measure="days_in_state",
                     intercurrent_events=_DEATH),
        ],
        estimands=[
            {"id": "employment", "question": question, "outcome": "employed", "contrast": "risk_difference",
             "strategies": looked_through, "methods": ["aipw", "miettinen_nurminen"]},
            {"id": "education", "question": question, "outcome": "studying", "contrast": "risk_difference",
             "strategies": looked_through},
            {"id": "first_job", "question": question, "outcome": "first_job", "contrast": "risk_difference",
             "strategies": {"death": "while_alive"}},
            {"id": "days", "question": question, "outcome": "days", "contrast": "mean_difference",
             "strategies": looked_through},
        ],
        primary="employment",
        benchmark={"comparison": "lottery", "label": _text("lottad kontrollgrupp", "randomised controls")},
    )  # fmt: skip


@pytest.fixture(scope="session")
def results_two_arms() -> Results:
    """An adjusted comparison of 120 and 118 people; education has three people in the comparison arm."""
    protocol = _two_arm_protocol()
    n_1, n_0 = 120, 118
    named = {"estimand": "days", "outcome": "days", "kind": "amount", "unit": "days", "n_1": n_1, "n_0": n_0}
    lasting = {"estimand": "first_job", "outcome": "first_job", "kind": "competing"}
    bench = {"subgroup": "benchmark", "arm_0": "lottery", "n_1": n_1, "n_0": 90, "events_1": 62, "events_0": 31}
    estimates = [
        *_risks("employment", "employed", "binary", 62, n_1, 40, n_0),
        _row("risk_difference", "miettinen_nurminen", 62 / n_1 - 31 / 90, 0.067, estimand="employment",
             outcome="employed", kind="binary", **bench),
        *_risks("education", "studying", "binary", 14, n_1, 3, n_0),
        *[row for row in _risks("first_job", "first_job", "competing", 62, n_1, 40, n_0)
          if row.method in {"miettinen_nurminen", "wilson"}],
        _row("hazard_ratio", "cox", 1.7, 0.2, unit="ratio", scale="log", **lasting),
        _row("mean_difference", "aipw", 85.2, 21.0, **named),
        _row("mean_1", "aipw", 260.4, 15.0, **named),
        _row("mean_0", "aipw", 175.2, 14.0, **named),
    ]  # fmt: skip
    days_1 = {30 + 10 * k: (1, 0, 0) for k in range(62)} | {25: (0, 1, 0), 205: (0, 6, 0), 731: (0, 0, 51)}
    days_0 = {35 + 15 * k: (1, 0, 0) for k in range(40)} | {42: (0, 2, 0), 202: (0, 4, 0), 731: (0, 0, 72)}
    curves = curve_rows("first_job", "ips", n_1, days_1, competing="death")
    curves += curve_rows("first_job", "usual", n_0, days_0, competing="death")
    flow = Flow((
        FlowStep(kind="records", id="records", n=354, by_arm={"ips": 134, "usual": 130}),
        FlowStep(kind="outside", id="lottery", n=90, by_arm={}),
        FlowStep(kind="excluded", id="period", n=23, by_arm={"ips": 12, "usual": 11}),
        FlowStep(kind="excluded", id="age", n=3, by_arm={"ips": 2, "usual": 1}),
        FlowStep(kind="included", id="included", n=238, by_arm={"ips": n_1, "usual": n_0}),
        FlowStep(kind="known", id="known", n=238, by_arm={"ips": n_1, "usual": n_0}),
    ))  # fmt: skip
    arms = {"ips": n_1, "usual": n_0}
    unknown = [(one, arm, n, n) for one in ("employment", "education", "first_job", "days") for arm, n in arms.items()]
    overlap = [("ATE", arm, key, value) for arm, n in arms.items()
               for key, value in (("n", float(n)), ("ess", 0.9 * n), ("largest_weight_share", 0.04))]  # fmt: skip
    return Results(
        protocol=protocol, records_fingerprint="0" * 64, origin="synthetic", estimates=Estimates(tuple(estimates)),
        verdicts=(), curves=pd.DataFrame(curves), baseline=_baseline(arms), states=_states(arms),
        overlap=pd.DataFrame(overlap, columns=["population", "arm", "key", "value"]),
        unknown=pd.DataFrame(unknown, columns=["estimand", "arm", "n", "known"]), flow=flow,
        refusals=(Refusal(estimand="employment", method="ipw", reason="the arms do not overlap", code="overlap"),),
        source={"title": "Made-up records"},
    )  # fmt: skip


@pytest.fixture(scope="session")
def results_single_arm() -> Results:
    """One arm of 120 people against three goals; education reached by eighteen, further studies by two."""
    words = {"question": _text("Hur stor andel?", "What share?"), "contrast": "risk", "population": "arm"}
    looked_through = {"death": "composite"}
    protocol = _protocol(
        "single_arm",
        outcomes=[
            _outcome("employed", "binary", "arbete inom två år", "employment within two years",
                     intercurrent_events=_DEATH),
            _outcome("studying", "binary", "påbörjad utbildning", "education started", intercurrent_events=_DEATH,
                     events=[{"spells": ["education"]}]),
            _outcome("business", "binary", "eget företag", "own business", intercurrent_events=_DEATH,
                     events=[{"spells": ["self_employment"]}]),
        ],
        estimands=[{"id": one, "outcome": outcome, "strategies": looked_through, **words} for one, outcome in
                   (("employment", "employed"), ("education", "studying"), ("business", "business"))],
        primary="employment",
        targets=[
            {"id": "half", "label": _text("hälften i arbete", "half in employment"), "estimand": "employment",
             "at_least": 0.5},
            {"id": "band", "label": _text("10–20 procent i studier", "10–20 per cent in education"),
             "estimand": "education", "between": [0.1, 0.2]},
            {"id": "firm", "label": _text("var tionde startar eget", "one in ten starts a business"),
             "estimand": "business", "at_least": 0.1},
        ],
    )  # fmt: skip
    estimates: list[Estimate] = []
    rests: dict[str, Estimate] = {}
    for one, outcome, events in (("employment", "employed", 66), ("education", "studying", 18),
                                 ("business", "business", 2)):  # fmt: skip
        share = events / 120
        error = math.sqrt(share * (1 - share) / 120)
        told = {"estimand": one, "outcome": outcome, "kind": "binary", "n_1": 120, "events_1": events, "arm_0": "",
                "population": "arm"}  # fmt: skip
        estimates.append(_row("risk_1", "wilson", share, error, **told))
        limits = {"conf_low": share - 1.645 * error, "conf_high": 1.0}
        if one == "education":
            limits = {"conf_low": share - 1.645 * error, "conf_high": share + 1.645 * error, "conf_level": 0.9}
        rests[one] = _row("risk_1", "exact_one_sided", share, error, **(told | limits))
        estimates.append(rests[one])
    goals = (("half", "employment", "at_least", 0.5, None, "reached", False, 70),
             ("band", "education", "between", 0.1, 0.2, "within", False, 158),
             ("firm", "business", "at_least", 0.1, None, "not_reached", False, 18))  # fmt: skip
    verdicts = tuple(
        Verdict(target=target, estimand=one, goal=goal, low=low, high=high, point=point, shown=shown, needed=needed,
                answers=Estimates((rests[one],)))
        for target, one, goal, low, high, point, shown, needed in goals
    )  # fmt: skip
    flow = Flow((
        FlowStep(kind="records", id="records", n=133, by_arm={"ips": 133}),
        FlowStep(kind="excluded", id="period", n=13, by_arm={"ips": 13}),
        FlowStep(kind="included", id="included", n=120, by_arm={"ips": 120}),
        FlowStep(kind="known", id="known", n=120, by_arm={"ips": 120}),
    ))  # fmt: skip
    unknown = [(one, "ips", 120, 120) for one in ("employment", "education", "business")]
    return Results(
        protocol=protocol, records_fingerprint="1" * 64, origin="synthetic", estimates=Estimates(tuple(estimates)),
        verdicts=verdicts, curves=pd.DataFrame(columns=[
            "estimand", "arm", "cause", "time", "estimate", "conf_low", "conf_high", "at_risk", "events", "competing",
            "censored"]),
        baseline=_baseline({"ips": 120}), states=_states({"ips": 120}),
        overlap=pd.DataFrame(columns=["population", "arm", "key", "value"]),
        unknown=pd.DataFrame(unknown, columns=["estimand", "arm", "n", "known"]), flow=flow, refusals=(),
        source={"title": "Made-up records"},
    )  # fmt: skip
