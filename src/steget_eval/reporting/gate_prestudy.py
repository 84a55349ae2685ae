"""The gate for a prestudy: nobody took part, but a small count of people is one all the same."""

from __future__ import annotations

import math

import pandas as pd

from steget_eval.core.columns import ANSWER_NAMES, NUMBER_NAMES
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.protocol.prestudy_mapping import TargetLine
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.study.prestudy import PrestudyResults

#: A count so small that it may point at somebody takes with it what was worked out from it.
_FROM_COUNT = "recruitment_years"


def disclose_prestudy(
    found: PrestudyResults, policy: Disclosure | None = None, *, internal: bool = False
) -> PrestudyRelease:
    """Return what of a prestudy may be shown.

    A line of the target group that counts people and is below the minimum cell loses its count and its limits. A zero
    is told only where the policy publishes zeros. Lines are not held against each other: two that differ by few people
    tell of those few, so a mapping gives one of them.
    """
    held = policy or found.protocol.disclosure
    lines = found.mapping.target_group
    hidden = () if internal else tuple(line.id for line in lines if line.people and _is_small(line, held))
    frame = found.estimates.to_frame().assign(suppressed=False)
    gone = frame["contrast"].eq("people") & frame["subgroup"].isin(hidden)
    if found.prestudy.plan.recruited_from in hidden:
        gone |= frame["contrast"].eq(_FROM_COUNT)
    frame.loc[gone, list(NUMBER_NAMES)] = math.nan
    frame.loc[gone, "suppressed"] = True
    return PrestudyRelease(
        protocol=found.protocol, prestudy=found.prestudy, mapping_fingerprint=found.mapping.fingerprint,
        mapping=found.mapping.model_copy(update={"target_group": tuple(_without(line, hidden) for line in lines)}),
        functions=found.functions, estimates=pd.DataFrame(frame[[*ANSWER_NAMES, "suppressed"]]), hidden=hidden,
        policy=held, internal=internal,
    )  # fmt: skip


def _is_small(line: TargetLine, policy: Disclosure) -> bool:
    if line.count == 0:
        return not policy.publish_zero
    return line.count < policy.minimum_cell


def _without(line: TargetLine, hidden: tuple[str, ...]) -> TargetLine:
    return line.model_copy(update={"count": 0, "low": 0, "high": 0}) if line.id in hidden else line
