"""Looks for what explains the differences between the studies of one pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from steget_eval.core.errors import MethodError, ScopeError
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.meta_regression_subgroups import pool_subgroups
from steget_eval.methods.evidence.pooling_random import random_effects
from steget_eval.methods.evidence.sensitivity_analysis import Series, cumulative, leave_one_out
from steget_eval.methods.evidence.small_study import egger, harbord, peters
from steget_eval.methods.evidence.small_study_trim import trim_and_fill
from steget_eval.protocol.evidence import EvidenceProtocol
from steget_eval.records.trials import PublishedTrial, Trials
from steget_eval.study.results import Refusal
from steget_eval.study.synthesise import Synthesis
from steget_eval.study.synthesise_select import KINDS

#: A coefficient is told for a year of follow-up, and for ten years of publication.
_PER = {"months": 12.0, "year": 10.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explored:
    """What was looked for in one pool.

    Attributes
    ----------
    subgroups, regression, small_study, filled
        Rows of the table of estimates; empty where a method refused or was not asked for.
    r_squared
        Share of the variance between studies that the features account for; NaN without a regression.
    without, cumulated
        The pooled effect without each study, and as the studies came, year by year.
    """

    subgroups: Estimates
    regression: Estimates
    r_squared: float
    small_study: Estimates
    filled: Estimates
    without: Estimates
    cumulated: Estimates
    refusals: tuple[Refusal, ...]

    @property
    def estimates(self) -> Estimates:
        """Every row of it."""
        parts = (self.subgroups, self.regression, self.small_study, self.filled, self.without, self.cumulated)
        return gather(parts)


def explore(protocol: EvidenceProtocol, found: Synthesis, library: Trials) -> Explored:
    """Divide the studies, regress on their features, hold small against large, leave each out, add them by year."""
    effects, level = found.effects, protocol.confidence_level
    lines = lines_of(found, library)
    chosen = [lines[name] for name in effects.labels]
    pool = partial(random_effects, level=level)
    refusals: list[Refusal] = []

    def ask(method: str, answer: Callable[[], Estimates]) -> Estimates:
        try:
            return answer()
        except MethodError as error:
            refusals.append(Refusal(estimand=protocol.explored, method=method, reason=str(error), code=error.code))
            return Estimates()

    r_squared = float("nan")
    regression = Estimates()
    if protocol.features:
        try:
            fitted = meta_regression(effects, _features(chosen, protocol.features), protocol.features, level=level)
            regression, r_squared = fitted.estimates, fitted.r_squared
        except MethodError as error:
            refusals.append(
                Refusal(estimand=protocol.explored, method="meta_regression", reason=str(error), code=error.code)
            )
    asked = protocol.subgroup
    return Explored(
        subgroups=ask("subgroups", lambda: pool_subgroups(effects, _groups(chosen, asked), level=level).estimates)
        if asked else Estimates(),
        regression=regression, r_squared=r_squared,
        small_study=ask("small_study", lambda: _small(found, level)),
        filled=ask("trim_and_fill", lambda: trim_and_fill(effects, pool).estimates),
        without=ask("leave_one_out", lambda: _series(leave_one_out(effects, pool), "without")),
        cumulated=ask("cumulative", lambda: _series(cumulative(effects, pool, _years(chosen)), "cumulative")),
        refusals=tuple(refusals),
    )  # fmt: skip


def lines_of(found: Synthesis, library: Trials) -> dict[str, PublishedTrial]:
    """Return the line that stands for each study of a synthesis."""
    gone = {one.line for one in found.left_out}
    kept = [line for line in library if line.outcome == found.outcome and line.key not in gone]
    return {line.study_id: line for line in kept if line.study_id in found.studies.labels}


def is_printed(line: PublishedTrial) -> bool:
    """Tell whether a line's counts were printed, or follow from what was by multiplication alone."""
    return line.status in {"verbatim", "derived"}


def _features(lines: list[PublishedTrial], names: tuple[str, ...]) -> np.ndarray:
    columns = {"months": [line.follow_up_months or 0 for line in lines], "year": _years(lines)}
    return np.column_stack([(np.asarray(columns[n], dtype=float) - columns[n][0]) / _PER[n] for n in names])


def _years(lines: list[PublishedTrial]) -> list[int]:
    years = [line.year for line in lines]
    unknown = [line.study_id for line, year in zip(lines, years, strict=True) if year is None]
    if unknown:
        raise ScopeError(f"the year of publication is not known of {', '.join(unknown)}")
    return [year for year in years if year is not None]


def _groups(lines: list[PublishedTrial], by: str | None) -> list[str]:
    if by == "window":
        return [f"months_{line.follow_up_months}" for line in lines]
    if by == "fidelity":
        return ["fidelity_not_printed" if line.fidelity is None else "fidelity_printed" for line in lines]
    if by in KINDS:
        kinds = [str(getattr(line, by)) for line in lines]
        return [f"{by}: {kind}" if kinds.count(kind) > 1 else "the_rest" for kind in kinds]
    return ["printed" if is_printed(line) else "reconstructed" for line in lines]


def _small(found: Synthesis, level: float) -> Estimates:
    rows = (egger(found.effects, level=level), harbord(found.studies, level=level), peters(found.studies, level=level))
    return gather(rows) if len(found.small_study) == 0 else gather(rows[1:])


def _series(series: Series, name: str) -> Estimates:
    return Estimates(tuple(replace(row, method=f"{row.method}_{name}") for row in series.estimates))
