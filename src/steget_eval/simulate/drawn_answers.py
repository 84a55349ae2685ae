"""What is true of the people that `drawn_people` draws.

Integrals over the two covariates (and what a site shares) by Gauss–Hermite quadrature: no drawing, so no error of their
own.
"""

from __future__ import annotations

import numpy as np

from steget_eval.simulate.drawn_looks import first_chance, later_chance
from steget_eval.simulate.drawn_paths import true_months
from steget_eval.simulate.drawn_people import (
    ALIKE,
    CHANGE,
    CUTS,
    GAIN,
    GRADE,
    HAZARD,
    HORIZON,
    IMPORTANT,
    RATIO,
    SHARED,
    SPREAD,
    STEPS,
    SUBDISTRIBUTION,
    Floats,
    Scenario,
    any_amount,
    arm_chance,
    exit_rate,
    job_rate,
    logistic_risk,
    mean_above,
    mean_amount,
    odds_risk,
    ratio_risk,
)
from steget_eval.simulate.drawn_sites import BRIDGE, STABLE

_NODES = 40


def true_answers(scenario: Scenario, population: str = "ATE") -> dict[str, float]:
    """Return what each question's answer is: by what is asked (`data`) and contrast, as ``data:contrast``."""
    X, shared, mass = _grid(scenario)
    effect = float(scenario != "null")
    one, zero = np.full(mass.size, effect), np.zeros(mass.size)
    e = np.full(mass.size, 0.5) if scenario == "sites" else arm_chance(scenario, X)
    h = mass * {"ATE": 1.0, "ATT": e, "ATC": 1 - e, "ATO": e * (1 - e)}[population]
    h = h / h.sum()
    found: dict[str, float] = {}
    found |= _shares("happened", *(float(h @ logistic_risk(X, gain, shared)) for gain in (one, zero)))
    by_level = _by_level(X, mass, e, population)
    for name, risk in (("ratio", ratio_risk), ("odds", odds_risk)):
        found |= _shares(name, *(float(by_level @ risk(X, gain)) for gain in (one, zero)))
    found |= {"ratio:risk_ratio": float(np.exp(effect * RATIO)), "odds:odds_ratio": float(np.exp(effect * 0.8))}
    amounts = [float(h @ mean_amount(X, gain)) for gain in (one, zero)]
    found |= {"amount:mean_1": amounts[0], "amount:mean_difference": amounts[0] - amounts[1]}
    for name, exits in (("alone", False), ("competing", True)):
        found |= _timed(name, scenario, X, shared, h, (one, zero), exits=exits)
    across = STABLE if scenario == "sites" else 1.0
    found["sub:subdistribution_hazard_ratio"] = float(np.exp(across * effect * SUBDISTRIBUTION))
    found |= {f"{name}:hazard_ratio": float(np.exp(across * effect * HAZARD)) for name in ("alone", "competing")}
    parts = [float(h @ (any_amount(X, gain, shared) * mean_above(X, gain))) for gain in (one, zero)]
    for name in ("parts", "parts_log_normal"):
        found |= {f"{name}:mean_difference": parts[0] - parts[1], f"{name}:mean_ratio": parts[0] / parts[1]}
    months = [float(h @ true_months(X, gain, shared)[:, 0]) for gain in (one, zero)]
    found |= {"path:months_1": months[0], "path:months_difference": months[0] - months[1]}
    found["counts:rate_ratio"] = float(np.exp(effect * RATIO))
    return found | _twice() | _two_arms(effect, X, h, BRIDGE if scenario == "sites" else 1.0)


def _grid(scenario: Scenario) -> tuple[Floats, Floats, Floats]:
    """Return covariates, what the site shares, and their mass, at the nodes."""
    nodes, masses = np.polynomial.hermite_e.hermegauss(_NODES)
    masses = masses / masses.sum()
    shared, share = (SHARED * nodes, masses) if scenario == "sites" else (np.zeros(1), np.ones(1))
    x, z, u = (one.ravel() for one in np.meshgrid(nodes, [0.0, 1.0], shared, indexing="ij"))
    mass = np.einsum("i,j,k->ijk", masses, [0.6, 0.4], share).ravel()
    return np.column_stack([x, z]), u, mass


def _by_level(X: Floats, mass: Floats, e: Floats, population: str) -> Floats:
    """Return masses of the population where only the level of prior employment is looked at."""
    h = np.zeros(mass.size)
    for level in (0.0, 1.0):
        here = X[:, 1] == level
        among = float(mass[here] @ e[here] / mass[here].sum())
        tilt = {"ATE": 1.0, "ATT": among, "ATC": 1 - among, "ATO": among * (1 - among)}[population]
        h[here] = mass[here] * tilt
    return np.asarray(h / h.sum())


def _shares(name: str, p_1: float, p_0: float) -> dict[str, float]:
    odds = p_1 / (1 - p_1) * (1 - p_0) / p_0
    found = {"risk_1": p_1, "risk_difference": p_1 - p_0, "risk_ratio": p_1 / p_0, "odds_ratio": odds}
    if p_1 != p_0:
        found["nnt"] = 1 / (p_1 - p_0)
    return {f"{name}:{contrast}": value for contrast, value in found.items()}


def _timed(
    name: str, scenario: Scenario, X: Floats, shared: Floats, h: Floats, gains: tuple[Floats, Floats], *, exits: bool
) -> dict[str, float]:
    """Return risk by the horizon and days lost before it: an event in the day before day k is one of day k."""
    days = np.arange(1, HORIZON)[:, None]
    risks, lost = [], []
    for gain in gains:
        job = job_rate(X, gain, shared)
        leave = exit_rate(scenario, X, gain) if exits else np.zeros(gain.size)
        rate = job + leave
        risks.append(float(h @ (job / rate * -np.expm1(-rate * HORIZON))))
        lost.append(float(h @ (job / rate * -np.expm1(-rate * days)).sum(axis=0)))
    found = _shares(name, *risks)
    found[f"{name}:rmtl_difference"] = lost[0] - lost[1]
    found[f"{name}:rmst_difference"] = lost[1] - lost[0]
    return found


def _twice() -> dict[str, float]:
    from scipy.stats import norm

    spread = SPREAD * np.sqrt(2 * (1 - ALIKE))
    return {
        "scores:mean_change": CHANGE,
        "scores:standardised_change": CHANGE / SPREAD,
        "scores:responders": float(norm.sf((IMPORTANT - CHANGE) / spread)),
        "steps:share_up": float(np.triu(STEPS, 1).sum()),
        "steps:share_same": float(np.trace(STEPS)),
        "steps:share_down": float(np.tril(STEPS, -1).sum()),
        "steps:paired_difference": float(STEPS[:, 1:].sum() - STEPS[1:].sum()),
    }


def _two_arms(effect: float, X: Floats, h: Floats, across: float) -> dict[str, float]:
    """Return differences and odds; `across` is what log odds within a site are multiplied by across sites."""
    from scipy.stats import norm

    spread = SPREAD * np.sqrt(2 * (1 - ALIKE))
    better = [float(norm.sf((IMPORTANT - gain) / spread)) for gain in (GAIN * effect, 0.0)]
    below = [h @ (1 / (1 + np.exp(-across * (CUTS - GRADE * gain - 0.5 * X[:, :1])))) for gain in (effect, 0.0)]
    upper, lower = (np.diff([0.0, *one, 1.0]) for one in below)
    pairs = np.outer(upper, lower)
    win, loss = float(np.tril(pairs, -1).sum()), float(np.triu(pairs, 1).sum())
    tie = 1 - win - loss
    had = first_chance(X)
    yes = [
        h @ (had * later_chance(X, np.ones(had.size), one) + (1 - had) * later_chance(X, np.zeros(had.size), one))
        for one in (np.full(had.size, effect), np.zeros(had.size))
    ]
    return {
        "looks:mean_change_difference": GAIN * effect, "looks:responders_difference": better[0] - better[1],
        "answers:share_difference": float(yes[0] - yes[1]),
        "grade:common_odds_ratio": float(np.exp(across * GRADE * effect)), "grade:win_ratio": win / loss,
        "grade:win_odds": (win + tie / 2) / (loss + tie / 2), "grade:net_benefit": win - loss,
    }  # fmt: skip
