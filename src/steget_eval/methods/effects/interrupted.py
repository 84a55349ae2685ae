"""An interrupted series: the level and the slope before and after one day, with the old trend carried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, FewError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.numerics.arms import Floats, checked_choice, checked_level, checked_vector
from steget_eval.methods.numerics.autoregressive import fit_autoregressive
from steget_eval.methods.numerics.newey_west import SeriesFit, fit_series, usual_lag

if TYPE_CHECKING:
    import pandas as pd

Season = Literal["none", "months", "harmonic"]
Errors = Literal["newey_west", "autoregressive"]

#: Fewer periods than this on a side do not tell a trend from chance.
FEWEST_PERIODS = 8
_ROUNDING = 1e-9  # of the series' range: residuals no larger are rounding
_DIGITS = 1e-12  # of the values themselves: what is left where nothing varies


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SegmentedFit(Tidy):
    """A segmented regression.

    Attributes
    ----------
    y, fitted, carried_on : shape (T,)
        The series, what the model gives, and what it gives had the trend before carried on; the last is missing
        before the interruption.
    carried_error, carried_degrees : shape (T,)
        Standard error of `fitted` less `carried_on`, and its degrees of freedom; missing before.
    design : shape (T, k)
        Intercept, time, level, slope, then the season's columns.
    since
        The first period after.
    """

    y: Floats
    fitted: Floats
    carried_on: Floats
    carried_error: Floats
    carried_degrees: Floats
    design: Floats
    since: int
    series: SeriesFit

    def to_frame(self) -> pd.DataFrame:
        """Return one row per period."""
        import pandas as pd

        names = ("y", "fitted", "carried_on", "carried_error", "carried_degrees")
        frame = pd.DataFrame({name: getattr(self, name) for name in names})
        frame.insert(0, "period", np.arange(self.y.size))
        return frame


def interrupted_series(
    y: ArrayLike, since: int, *, y_0: ArrayLike | None = None, season: Season = "none", cycle: int = 12, first: int = 0,
    harmonics: int = 2, errors: Errors = "autoregressive", lag: int | None = None, kind: str = "amount", unit: str = "",
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Change of level and slope at an interruption, and how far the series lies from its old trend.

    Contrasts: ``level_change`` at the interruption; ``slope_change`` per period; ``trend_difference`` at the end of the
    series; each with Student's t, with Kenward and Roger's degrees of freedom or T - k for ``newey_west``.
    ``trend_before`` is the slope before. See `fit_segmented` for the model.
    """
    checked_level(level)
    found = fit_segmented(y, since, y_0=y_0, season=season, cycle=cycle, first=first, harmonics=harmonics,
                          errors=errors, lag=lag)  # fmt: skip
    T, k = found.design.shape
    ends = np.zeros(k)
    ends[2:4] = 1, T - since - 1
    asked = {"level_change": np.eye(k)[2], "slope_change": np.eye(k)[3], "trend_difference": ends,
             "trend_before": np.eye(k)[1]}  # fmt: skip
    words: dict[str, Any] = {
        "method": "segmented" if errors == "newey_west" else "segmented_ar1", "kind": kind, "unit": unit,
        "population": "arm", "conf_level": level, "note": _note(found),
    }  # fmt: skip
    return Estimates(tuple(_row(contrast, of, found.series, level, words) for contrast, of in asked.items()))


def fit_segmented(
    y: ArrayLike, since: int, *, y_0: ArrayLike | None = None, season: Season = "none", cycle: int = 12, first: int = 0,
    harmonics: int = 2, errors: Errors = "autoregressive", lag: int | None = None,
) -> SegmentedFit:  # fmt: skip
    """Return the segmented regression (Wagner et al. 2002, doi 10.1046/j.1365-2710.2002.00430.x).

    Parameters
    ----------
    y : shape (T,)
        One value a period, in order, none missing.
    since
        The first period after, counted from 0.
    y_0 : shape (T,)
        A series that nothing interrupted; the model is then of the difference between the two, which is the fully
        interacted model of both.
    season
        ``months`` gives each place in the `cycle` a level of its own, ``harmonic`` pairs of sine and cosine.
    first
        The place in the cycle of the first period, from 0.
    errors
        ``autoregressive`` lets each error carry over a part of the one before, and knows that the part was estimated;
        ``newey_west`` leaves the line as least squares draws it and widens its errors, in short series too little.
    lag
        How many periods apart residuals may be alike for ``newey_west``; None takes their rule of thumb.

    Raises
    ------
    MethodError
        Where there are fewer than eight periods on a side, or a season longer than the series on a side can show.
    """
    checked_choice(season, ("none", "months", "harmonic"), "season")
    checked_choice(errors, ("newey_west", "autoregressive"), "errors")
    values = checked_vector(y, "the series")
    if y_0 is not None:
        beside = checked_vector(y_0, "the comparison series")
        if beside.shape != values.shape:
            raise ArgumentError(f"the series has {values.size} periods and the comparison {beside.size}")
        values = values - beside
    T = values.size
    if min(since, T - since) < FEWEST_PERIODS:
        raise FewError(
            f"the series has {since} periods before and {T - since} after; fewer than {FEWEST_PERIODS} on a side do "
            "not tell a trend from chance"
        )
    time = np.arange(T, dtype=np.float64)
    after = (time >= since) * 1.0
    own = np.column_stack([np.ones(T), time, after, after * (time - since)])
    D = np.column_stack([own, _season(T, season, cycle, first, harmonics)])
    left = values - D @ np.linalg.lstsq(D, values, rcond=None)[0]
    if np.abs(left).max() <= max(_ROUNDING * float(np.ptp(values)), _DIGITS * float(np.abs(y).max())):
        raise SpreadError("the series lies on its lines: an interval would have no width")
    series = (
        fit_autoregressive(D, values)
        if errors == "autoregressive"
        else fit_series(D, values, usual_lag(T) if lag is None else lag)
    )
    apart = np.zeros_like(D)
    apart[since:, 2:4] = own[since:, 2:]
    error = np.sqrt(np.einsum("ti,ij,tj->t", apart, series.covariance, apart))
    degrees = np.full(T, np.nan)
    degrees[since:] = series.degrees_of(apart[since:])
    return SegmentedFit(
        y=values, fitted=series.fitted, carried_degrees=degrees, design=D, since=since, series=series,
        carried_on=np.where(after == 1, series.fitted - apart @ series.coefficients, np.nan),
        carried_error=np.where(after == 1, error, np.nan),
    )  # fmt: skip


def _season(T: int, season: Season, cycle: int, first: int, harmonics: int) -> Floats:
    place = (first + np.arange(T)) % cycle
    if season == "none":
        return np.empty((T, 0))
    if cycle < 2 or 2 * cycle > T:
        raise FewError(f"a season of {cycle} periods needs a series of at least {2 * max(cycle, 2)}, this has {T}")
    if season == "months":
        return np.asarray(place[:, None] == np.arange(1, cycle)[None, :], dtype=np.float64)
    if not 1 <= harmonics <= (cycle - 1) // 2:
        raise ArgumentError(f"harmonics must be from 1 to {(cycle - 1) // 2} in a cycle of {cycle}, got {harmonics}")
    angles = 2 * np.pi * place[:, None] * np.arange(1, harmonics + 1)[None, :] / cycle
    return np.column_stack([np.sin(angles), np.cos(angles)])


def _row(contrast: str, of: Floats, fit: SeriesFit, level: float, words: dict[str, Any]) -> Estimate:
    value, error = float(of @ fit.coefficients), float(np.sqrt(of @ fit.covariance @ of))
    degrees = float(fit.degrees_of(of[None, :])[0])
    half = float(student.isf((1 - level) / 2, degrees)) * error
    told = {**words, "note": f"{words['note']} {degrees:.1f} degrees of freedom."}
    return Estimate(
        contrast=contrast, estimate=value, conf_low=value - half, conf_high=value + half, std_error=error,
        p_value=float(2 * student.sf(abs(value) / error, degrees)), **told,
    )  # fmt: skip


def _note(found: SegmentedFit) -> str:
    left = found.series.residuals
    watson = float((np.diff(left) ** 2).sum() / (left**2).sum())
    if found.series.rho is not None:
        return f"First-order autoregression with rho {found.series.rho:.2f}; Durbin-Watson {watson:.2f}."
    return f"Newey-West with lag {found.series.lag}; Durbin-Watson {watson:.2f}."
