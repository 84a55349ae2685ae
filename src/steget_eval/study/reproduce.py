"""Recomputes published comparisons from what was printed, with a verdict on each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from steget_eval.core.errors import InputError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.core.shipped import shipped
from steget_eval.intake.trials import read_trials
from steget_eval.methods.evidence.ledger import judge
from steget_eval.methods.evidence.ledger_line import VERDICTS, Judgement, Line, Verdict
from steget_eval.methods.evidence.two_by_two import (
    odds_ratio_from_counts,
    risk_difference_from_counts,
    risk_ratio_from_counts,
)
from steget_eval.records.trials import PublishedTrial, Trials

_CONTRASTS = {
    "risk_difference": risk_difference_from_counts,
    "risk_ratio": risk_ratio_from_counts,
    "odds_ratio": odds_ratio_from_counts,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """One published line with its verdict."""

    trial: PublishedTrial
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """Reproduced, not reproducible, not enough printed or inconsistent."""
        return self.judgement.verdict


@dataclass(frozen=True, slots=True, repr=False)
class Reproduction(Tidy):
    """Published lines with their verdicts, in the library's order: the reproduction ledger."""

    rows: tuple[Reproduced, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Lines under each verdict, each verdict named."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def estimates(self) -> Estimates:
        """The effects of the lines that have four counts and print a contrast, with their Wald limits."""
        return Estimates(tuple(row for line in self.rows for row in _wald(line.trial)))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per published line."""
        return pd.DataFrame([_frame_row(row) for row in self.rows])


def reproduce(study_id: str | None = None, *, path: Path | None = None) -> Reproduction:
    """Recompute one published study's figures, or all of them, and say what became of each.

    Parameters
    ----------
    study_id
        A study of the library; None takes every study.
    path
        A CSV file in the library's layout, or a folder of them; without it the library that ships.

    Raises
    ------
    InputError
        Where no study has that id.
    RecordsError
        Where a row of the file is not as it should be.
    """
    trials = library(path)
    wanted = [trial for trial in trials if study_id in (None, trial.study_id)]
    if not wanted and study_id is not None:
        allowed = ", ".join(sorted({trial.study_id for trial in trials}))
        raise InputError(f"no published study is called {study_id!r}; allowed: {allowed}")
    return judge_lines(wanted)


def judge_lines(trials: Iterable[PublishedTrial]) -> Reproduction:
    """Return the verdict on each of these lines."""
    return Reproduction(tuple(Reproduced(trial=trial, judgement=judge(line_of(trial))) for trial in trials))


def library(path: Path | None = None) -> Trials:
    """Return the published lines that ship, or those of a file or folder in the same layout."""
    return read_trials(path or shipped("data", "trials"))


def line_of(trial: PublishedTrial) -> Line:
    """Return a published line as the ledger takes it."""
    return Line(
        measure=trial.measure, n_1=trial.n_1, events_1=trial.events_1, n_0=trial.n_0, events_0=trial.events_0,
        percent_1=trial.percent_1, percent_0=trial.percent_0, mean_1=trial.mean_1, sd_1=trial.sd_1,
        mean_0=trial.mean_0, sd_0=trial.sd_0, df=trial.df, estimate=trial.published_estimate,
        low=trial.published_low, high=trial.published_high, p=trial.p,
        arms_printed=not trial.status.startswith("reconstructed"), rebuilt=trial.status.startswith("reconstructed"),
    )  # fmt: skip


def _wald(trial: PublishedTrial) -> tuple[Estimate, ...]:
    contrast = _CONTRASTS.get(trial.measure)
    if contrast is None or trial.n_1 is None or trial.events_1 is None or trial.n_0 is None or trial.events_0 is None:
        return ()
    found = contrast(trial.events_1, trial.n_1, trial.events_0, trial.n_0)
    return found.label(programme=trial.study_id, outcome=trial.outcome, kind="binary").rows


def _frame_row(row: Reproduced) -> dict[str, object]:
    trial, found = row.trial, row.judgement
    return {
        "line": trial.key, "name": trial.name, "randomised": trial.design == "randomised", "outcome": trial.outcome,
        "months": trial.follow_up_months, "measure": trial.measure,
        "printed": _text(trial.published_estimate), "printed_low": _text(trial.published_low),
        "printed_high": _text(trial.published_high), "p": _text(trial.p), "counts": _counts(trial),
        "status": trial.status, "verdict": found.verdict, "formula": found.formula, "recomputed": found.estimate,
        "low": found.low, "high": found.high, "tried": ", ".join(found.tried), "reason": found.reason,
    }  # fmt: skip


def _counts(trial: PublishedTrial) -> str:
    arms = [
        f"{'?' if events is None else events}/{'?' if n is None else n}"
        for events, n in ((trial.events_1, trial.n_1), (trial.events_0, trial.n_0))
    ]
    return "" if arms == ["?/?", "?/?"] else " v ".join(arms)


def _text(value: object) -> str:
    return "" if value is None else str(value)
