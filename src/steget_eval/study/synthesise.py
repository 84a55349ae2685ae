"""Published comparisons of one outcome pooled, with what a forest plot needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.heterogeneity import Heterogeneity, heterogeneity
from steget_eval.methods.evidence.pooling import mantel_haenszel
from steget_eval.methods.evidence.pooling_random import IntervalMethod, random_effects
from steget_eval.methods.evidence.pooling_rows import Pooled
from steget_eval.methods.evidence.pooling_tau import TauMethod
from steget_eval.methods.evidence.predictive import prediction_interval
from steget_eval.methods.evidence.sensitivity_analysis import Series, leave_one_out
from steget_eval.methods.evidence.small_study import egger, harbord
from steget_eval.methods.evidence.synthesis import Effects, Studies, build_studies
from steget_eval.methods.evidence.synthesis_effects import CountMeasure, ZeroCells, study_effects
from steget_eval.methods.evidence.synthesis_words import Assumption
from steget_eval.records.trials import PublishedTrial
from steget_eval.study.results import Refusal
from steget_eval.study.synthesise_select import (
    LeftOut,
    Only,
    Selection,
    poolable_settings,
    select_comparisons,
    settings_of,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Synthesis(Tidy):
    """One outcome over the published studies.

    Attributes
    ----------
    months, minimum_dose
        Follow-up and dose of each study; one value where they agree.
    pooled, common
        Random effects, and Mantel–Haenszel's common effect beside it.
    prediction
        Limits of a further study's true effect; empty below three studies.
    small_study
        Test of the funnel's asymmetry (Harbord for odds ratios, otherwise Egger); empty below three studies.
    without
        The random-effects result without each study in turn; None below three studies.
    left_out
        Printed lines of this outcome that are not in the result, with the reason.
    """

    outcome: str
    months: tuple[int, ...]
    minimum_dose: tuple[str, ...]
    studies: Studies
    effects: Effects
    pooled: Pooled
    common: Pooled
    prediction: Estimates
    heterogeneity: Heterogeneity
    small_study: Estimates
    without: Series | None
    left_out: tuple[LeftOut, ...]

    @property
    def assumes(self) -> Assumption:
        """What the random-effects result assumes."""
        return self.pooled.assumes

    @property
    def estimates(self) -> Estimates:
        """Pooled, common, prediction, heterogeneity, small-study test."""
        found = self.pooled.estimates + self.common.estimates + self.prediction
        found = found + self.heterogeneity.estimates + self.small_study
        return found.label(outcome=self.outcome)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per inference."""
        return self.estimates.to_frame()

    def studies_frame(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return one row per pooled study, for forest and funnel.

        `study`, the four counts, `measure`, `estimate`, `conf_low`, `conf_high`, `std_error` (log for ratios), `effect`
        (the estimate on that scale), `weight` (of 1) and `weight_common`. A study without a variance of its own is in
        the common effect alone and has no estimate.
        """
        import pandas as pd

        effects = self.effects.to_frame(level=level).assign(effect=self.effects.y, weight=self.pooled.weights)
        common = pd.DataFrame({"study": self.common.labels, "weight_common": self.common.weights})
        return self.studies.to_frame().merge(effects, on="study", how="left").merge(common, on="study", how="left")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Syntheses(Tidy):
    """Every outcome that could be pooled, and why the others were not."""

    answers: tuple[Synthesis, ...]
    refusals: tuple[Refusal, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows of all outcomes."""
        return Estimates(tuple(row for answer in self.answers for row in answer.estimates)).to_frame()


def synthesise(
    trials: Iterable[PublishedTrial], outcome: str, *, measure: CountMeasure = "risk_ratio", months: int | None = None,
    minimum_dose: str | None = None, only: Only | None = None, zero: ZeroCells = "refuse", tau2: TauMethod = "reml",
    interval: IntervalMethod = "hartung_knapp_floor", allow_mixed: bool = False, level: float = 0.95,
) -> Synthesis:  # fmt: skip
    """Pool the randomised comparisons of one outcome whose four counts are known.

    Studies that differ in follow-up or minimum dose are refused unless `allow_mixed`, and then the note of every row
    says so. A study counts once: see `select_comparisons`.

    Parameters
    ----------
    months, minimum_dose
        Take only lines with this follow-up, this dose (``""`` for lines that state none).
    only
        Countries, populations, programmes, comparators and fidelity that are taken; None takes every one.
    zero, tau2, interval
        As in `study_effects` and `random_effects`.
    """
    chosen = select_comparisons(
        trials, outcome, months=months, minimum_dose=minimum_dose, only=only or Only(), allow_mixed=allow_mixed
    )
    studies = _studies(chosen, allow_mixed=allow_mixed)
    effects = study_effects(studies, measure, zero=zero)
    pool = partial(random_effects, tau2=tau2, interval=interval, level=level)
    pooled, enough = pool(effects), len(effects) >= 3
    asymmetry = harbord(studies, level=level) if enough and measure == "odds_ratio" else None
    return Synthesis(
        outcome=outcome,
        months=tuple(sorted({line.follow_up_months or 0 for line in chosen.lines})),
        minimum_dose=tuple(sorted({line.minimum_dose for line in chosen.lines})),
        studies=studies,
        effects=effects,
        pooled=pooled,
        common=mantel_haenszel(studies, measure, level=level),
        prediction=prediction_interval(pooled, level=level) if enough else Estimates(),
        heterogeneity=heterogeneity(effects, tau2=tau2, level=level),
        small_study=asymmetry or (egger(effects, level=level) if enough else Estimates()),
        without=leave_one_out(effects, pool) if enough else None,
        left_out=chosen.left_out,
    )


def synthesise_all(
    trials: Iterable[PublishedTrial], *, measure: CountMeasure = "risk_ratio", allow_mixed: bool = False,
    level: float = 0.95,
) -> Syntheses:  # fmt: skip
    """Pool every outcome by itself, window by window and dose by dose unless `allow_mixed`.

    What cannot be pooled has a refusal that says why.
    """
    lines = tuple(trials)
    answers, refusals = [], []
    for outcome, months, dose in _questions(lines, allow_mixed=allow_mixed):
        try:
            answers.append(
                synthesise(
                    lines, outcome, measure=measure, months=months, minimum_dose=dose, allow_mixed=allow_mixed,
                    level=level,
                )
            )  # fmt: skip
        except MethodError as error:
            refusals.append(
                Refusal(estimand=outcome, method="synthesis", reason=_place(months, dose) + str(error), code=error.code)
            )
    return Syntheses(answers=tuple(answers), refusals=tuple(refusals))


def _questions(
    lines: tuple[PublishedTrial, ...], *, allow_mixed: bool
) -> list[tuple[str, int | None, str | None]]:  # fmt: skip
    """Return outcome, window and dose of each pool; no window and no dose where nothing can be pooled or all may be."""
    found: list[tuple[str, int | None, str | None]] = []
    for outcome in dict.fromkeys(line.outcome for line in lines):
        settings = () if allow_mixed else poolable_settings(lines, outcome)
        found += [(outcome, int(one.months), one.minimum_dose) for one in settings] or [(outcome, None, None)]
    return found


def _place(months: int | None, dose: str | None) -> str:
    return "" if months is None else f"{months} months, minimum dose {dose or 'not stated'}: "


def _studies(chosen: Selection, *, allow_mixed: bool) -> Studies:
    columns = (
        np.array([getattr(line, name) for line in chosen.lines], dtype=np.float64)
        for name in ("events_1", "n_1", "events_0", "n_0")
    )
    return build_studies(
        [line.study_id for line in chosen.lines], *columns, settings=settings_of(chosen.lines), allow_mixed=allow_mixed
    )
