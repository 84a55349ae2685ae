"""Which lines of the catalogue answer a question of a panel."""

from __future__ import annotations

from steget_eval.core.catalogue import Method
from steget_eval.core.errors import SpecError
from steget_eval.methods.catalogue import find_method, method_names
from steget_eval.protocol import Protocol
from steget_eval.protocol.estimand import Estimand


def panel_lines(protocol: Protocol, estimand: Estimand) -> tuple[Method, ...]:
    """Return the catalogue's lines for an estimand of a panel, the main one first.

    Raises
    ------
    SpecError
        Where a method does not answer the contrast, or adjusts where the panel names nothing to adjust for.
    """
    kind, panel = protocol.outcome(estimand.outcome).kind, protocol.panel
    at = f"estimands.{estimand.id}.methods"
    adjust = () if panel is None else panel.adjust
    default = "segmented_ar1"
    if estimand.contrast == "att":
        default = "group_time_doubly_robust" if adjust else "group_time"
    lines = []
    for name in estimand.methods or (default,):
        line = find_method(kind, estimand.contrast, name)
        if line is None:
            allowed = ", ".join(method_names(kind, estimand.contrast, estimand.population)) or "none"
            raise SpecError(f"{at}: {name!r} does not answer {estimand.contrast} of a panel; allowed: {allowed}")
        if line.adjusts and not adjust:
            raise SpecError(f"{at}: {name} adjusts for covariates of the units, and panel.adjust names none")
        lines.append(line)
    return tuple(lines)
