"""Describes who they were when it began, arm by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort import Cohort
from steget_eval.methods.design.balance import balance
from steget_eval.methods.design.describe import describe_binary, describe_number
from steget_eval.protocol import Protocol
from steget_eval.study.design_matrix import expand_covariates
from steget_eval.study.weigh import weights_of_design

BASELINE_COLUMNS = ("covariate", "level", "arm", "n", "count", "mean", "sd", "smd", "smd_weighted")


def baseline_table(cohort: Cohort, protocol: Protocol) -> pd.DataFrame:
    """Return table 1: `covariate`, `level`, `arm`, `n`, `count`, `mean`, `sd`, `smd`, `smd_weighted`.

    Standardised differences stand on the treated arm's rows and are missing in a single arm; after weighting, where
    the design weighs. A person whose value is missing for a covariate that is only shown is left out of its rows.
    """
    columns = expand_covariates(cohort, protocol, adjusted_only=False)
    kinds = {covariate.id: covariate.kind for covariate in protocol.covariates}
    weights = weights_of_design(cohort, protocol)
    arms = cohort.persons["arm"].to_numpy()
    rows = []
    for name, x in zip(columns.names, columns.X.T, strict=True):
        covariate, _, level = name.partition("=")
        known = ~np.isnan(x)
        smd = _standardised(cohort, x, known, None if weights is None else weights.w)
        for arm in cohort.arms:
            mine = x[(arms == arm) & known]
            if not mine.size:
                continue
            told = describe_number(mine) if kinds[covariate] == "number" else describe_binary(mine)
            treated = arm == cohort.arms[0]
            rows.append(
                (covariate, level, arm, told.n, told.count, told.mean, told.sd,
                 smd[0] if treated else None, smd[1] if treated else None)
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(BASELINE_COLUMNS))
    return frame.astype(
        {"n": "Int64", "count": "Int64", "mean": float, "sd": float, "smd": float, "smd_weighted": float}
    )


def _standardised(
    cohort: Cohort, x: np.ndarray, known: np.ndarray, w: np.ndarray | None
) -> tuple[float | None, float | None]:
    if len(cohort.arms) < 2 or np.unique(cohort.a[known]).size < 2:
        return None, None
    found = balance(cohort.a[known], x[known][:, None], ("x",), None if w is None else w[known])
    return float(found.smd[0]), None if w is None else float(found.weighted_smd[0])
