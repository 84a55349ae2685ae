"""Limits of a cumulative risk on the complementary log–log scale.

Kalbfleisch & Prentice (2002, §1.4.1): log(−log(1 − risk)) is taken as normal, so that with survival S = 1 − risk the
limits of S are S^exp(±z·se/(S·log S)) and never leave 0–1.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from steget_eval.core.errors import ArgumentError, EventsError


def normal_quantile(level: float, *, sides: int = 2) -> float:
    """Return the standard normal quantile of a confidence level, two-sided unless told."""
    if not 0 < level < 1:
        raise ArgumentError(f"the confidence level must lie between 0 and 1, got {level!r}")
    return float(ndtri(1 - (1 - level) / sides))


def log_log_limits(risk: np.ndarray, std_error: np.ndarray, quantile: float) -> np.ndarray:
    """Return the risks `quantile` standard errors up the log–log scale; a negative quantile goes down.

    Parameters
    ----------
    risk, std_error : np.ndarray, shape (D,)
        Risks with their standard errors on the scale of the risk. A risk of 0 or 1 has no limit: NaN.
    """
    limits = np.full(risk.shape, np.nan)
    inner = (risk > 0) & (risk < 1)
    hazard = -np.log1p(-risk[inner])
    limits[inner] = -np.expm1(-hazard * np.exp(quantile * std_error[inner] / ((1 - risk[inner]) * hazard)))
    return limits


def log_log_limit(risk: float, std_error: float, quantile: float) -> float:
    """Return one risk's limit as `log_log_limits` does; a risk of 0 or 1 has none and is refused."""
    if not 0 < risk < 1:
        who = "nobody" if risk <= 0 else "everybody"
        raise EventsError(f"{who} in an arm had the event by the horizon: the log–log interval has no limits there")
    return float(log_log_limits(np.array([risk]), np.array([std_error]), quantile)[0])


def log_log_score(risk: float, std_error: float, value: float) -> float:
    """Return how many standard errors a risk (above 0, below 1) lies above a value, both on the log–log scale."""
    hazard = -np.log1p(-risk)
    return float((np.log(hazard) - np.log(-np.log1p(-value))) * (1 - risk) * hazard / std_error)
