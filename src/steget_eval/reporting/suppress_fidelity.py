"""Whether the comparison of sites by their fidelity may be told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steget_eval.reporting.suppress import Thresholds, blanked
from steget_eval.reporting.suppress_estimates import GatedEstimates
from steget_eval.study.fidelity_found import FidelityFound

_ROWS = "fidelity="


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatedFidelity:
    """The estimates and what was found of fidelity, after the gate."""

    estimates: GatedEstimates
    found: FidelityFound | None


def hide_fidelity(
    estimates: GatedEstimates, found: FidelityFound | None, thresholds: Thresholds
) -> GatedFidelity:  # fmt: skip
    """Hide how sites' answers go with their scores where a site of them has few people under this policy.

    The scores are the sites' own and pass as they are. Sites with few people by the protocol's own policy never
    entered; a stricter one hides the comparison whole.
    """
    if found is None:
        return GatedFidelity(estimates=estimates, found=None)
    frame = estimates.frame
    mine = frame["subgroup"].astype(str).str.startswith(_ROWS)
    hidden = mine & ~frame["suppressed"].astype(bool) & thresholds.is_small(found.smallest)
    shown = blanked(frame, hidden)
    taken = estimates.taken.copy()
    if hidden.any():
        taken["small_cell", "estimates"] += int(hidden.sum())
    gone = bool(shown.loc[mine, "suppressed"].any())
    told = replace(found, smallest=None, standing="hidden" if gone else found.standing)
    return GatedFidelity(estimates=replace(estimates, frame=shown, taken=taken), found=told)
