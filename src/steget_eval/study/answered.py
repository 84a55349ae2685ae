"""Which designs are answered, with a sentence for each of the others."""

from __future__ import annotations

from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol

#: Designs that this version answers; the others are accepted as protocols and refused where an answer is asked for.
ANSWERED = frozenset({"aggregate", "randomised", "comparison", "single_arm", "before_after"})
#: Designs that follow units over periods, answered by `evaluate_panel` where the protocol has a panel.
PANELS = frozenset({"staggered", "interrupted"})

#: What can be had of a design whose question cannot be answered.
_WORKS = {
    "prestudy": "a prestudy has no participants, so there is no effect to estimate; explain, lock and cite work, "
    "and the notebook prestudy_mapping tells of its mapping",
    "staggered": "with a section panel it is answered, unit by unit over periods; without one the cohort is built and "
    "told, and records can be simulated with their true values",
}


def what_is_answered(protocol: Protocol) -> str:
    """Return the sentence that tells what cannot be answered and what works; empty where everything can."""
    if protocol.design in ANSWERED or (protocol.design in PANELS and protocol.panel is not None):
        return ""
    answered = ", ".join(sorted(ANSWERED))
    refused = f"design {protocol.design} cannot be analysed by this version, which answers {answered}"
    return f"{protocol.id}: {refused}; {_WORKS[protocol.design]}"


def refuse_unanswered(protocol: Protocol) -> None:
    """Raise `CohortError` where this version does not answer the design person by person."""
    if protocol.panel is not None:
        raise CohortError(
            f"{protocol.id}: a panel follows units over periods and is answered by evaluate_panel; the notebook "
            "municipality_panel tells of it"
        )
    sentence = what_is_answered(protocol)
    if sentence:
        raise CohortError(sentence)
