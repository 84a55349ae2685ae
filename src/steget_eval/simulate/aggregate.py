"""Counts that an aggregate design publishes in place of people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from steget_eval.protocol.protocol import Protocol
from steget_eval.simulate.draws import Draws
from steget_eval.simulate.eligible import is_eligible
from steget_eval.simulate.occasions import draw_measured
from steget_eval.simulate.outcomes import draw_outcome
from steget_eval.simulate.paths import Paths
from steget_eval.simulate.people import People
from steget_eval.simulate.support import with_support
from steget_eval.simulate.tables import record_table
from steget_eval.simulate.truth import Truth

#: The category that counts everyone who is eligible; an outcome's is its estimand's id.
EVERYONE = "enrolled"


def counts_table(protocol: Protocol, truth: Truth, people: People, paths: Paths, draws: Draws) -> pa.Table:
    """Return by year of enrolment and sex how many are eligible, and how many have the outcome of each risk.

    Everyone is followed through: whoever publishes a count knows of each person whether they belong in it.
    """
    lived = with_support(truth, people, paths, draws)
    measured = draw_measured(truth, people, draws, people.a)
    eligible = is_eligible(protocol, people, lived)
    holds = {EVERYONE: eligible}
    for estimand in protocol.estimands:
        if estimand.contrast == "risk":
            y = draw_outcome(protocol, estimand, people, lived, measured, truth)
            holds[estimand.id] = eligible & (y == 1)
    year = people.enrolled_on.astype("datetime64[D]").astype("datetime64[Y]").astype(str)
    sex = np.where(people.woman, "woman", "man")
    parts = [
        pd.DataFrame({"period": year, "category": name, "sex": sex, "n": mine.astype(int)})
        for name, mine in holds.items()
    ]
    long = pd.concat(parts, ignore_index=True)
    counted = long.groupby(["period", "category", "sex"]).agg(n=("n", "sum")).reset_index()
    return record_table("counts", counted, {})
