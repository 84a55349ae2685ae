"""Finds the programme's first day of each person, counted from the index date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from steget_eval.cohort.cohort import Cohort
from steget_eval.cohort.tables import fetch, lay_out
from steget_eval.core.errors import CohortError
from steget_eval.protocol.sensitivity import ProgrammeStart
from steget_eval.records import Records
from steget_eval.records.stored import StoredRecords


def days_to_start(cohort: Cohort, records: Records | StoredRecords, start: ProgrammeStart) -> np.ndarray:
    """Return days from the index date to the first service, shape (n,) in the cohort's order; NaN where there is none.

    Raises
    ------
    CohortError
        Where the records have no services, or none of those named.
    """
    with lay_out(records) as laid:
        services = laid.table("services", "sensitivity.programme_start")
        if start.services:
            services = services.filter(services.service.isin(start.services))
        first = fetch(services.group_by("participant_id").agg(first=services.delivered_on.min()), "participant_id")
    if first.empty:
        raise CohortError("sensitivity.programme_start: the records' services hold none of those named")
    began = cohort.persons["participant_id"].map(first.set_index("participant_id")["first"])
    days = (pd.to_datetime(began) - cohort.persons["index_on"]).dt.days
    return days.to_numpy(dtype=np.float64, na_value=np.nan)
