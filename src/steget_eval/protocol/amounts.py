"""What a question of an amount may be asked among, and what it is gathered over; contrasts of amounts and of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from steget_eval.protocol.base import Part, Text
from steget_eval.protocol.measures import COUNTED

if TYPE_CHECKING:
    from steget_eval.protocol.estimand import Estimand
    from steget_eval.protocol.outcome import Outcome
    from steget_eval.protocol.protocol import Protocol

#: Contrasts of two arms that belong to one kind of outcome.
TWO_ARM_KINDS: dict[str, str] = {
    "mean_ratio": "amount", "rate_ratio": "amount", "common_odds_ratio": "transition", "win_ratio": "transition",
    "win_odds": "transition", "net_benefit": "transition",
}  # fmt: skip


class Among(Part):
    """A part of everyone that an amount is asked among instead of everyone, with the reason.

    Attributes
    ----------
    only
        ``above_zero``: those with an amount above zero, such as those who worked. Whether somebody has one is itself
        something that happened after the index date, so the arms' parts need not be alike; the report says so.
    because
        Why everyone will not do.
    """

    only: Literal["above_zero"]
    because: Text


def refuse_amounts(protocol: Protocol) -> None:
    """Raise `ValueError` where an estimand asks an outcome for what its kind does not have."""
    outcomes = {outcome.id: outcome for outcome in protocol.outcomes}
    for estimand in protocol.estimands:
        at, outcome = f"estimands.{estimand.id}", outcomes[estimand.outcome]
        kind = TWO_ARM_KINDS.get(estimand.contrast)
        if kind is not None and outcome.kind != kind:
            raise ValueError(f"{at}.contrast {estimand.contrast} is asked of an outcome of kind {kind}")
        if outcome.kind == "transition" and set(estimand.strategies.values()) - {"composite"}:
            raise ValueError(f"{at}.strategies: an outcome of kind transition meets its events by composite alone")
        if estimand.among is not None and outcome.kind != "amount":
            raise ValueError(f"{at}.among belongs to an outcome of kind amount")
        if estimand.exposure is not None:
            _refuse_exposure(at, estimand, outcome)


def _refuse_exposure(at: str, estimand: Estimand, outcome: Outcome) -> None:
    if estimand.contrast != "rate_ratio" or outcome.measure not in COUNTED - {"first_tenure"}:
        counted = ", ".join(sorted(COUNTED - {"first_tenure"}))
        raise ValueError(f"{at}.exposure belongs to contrast rate_ratio of what is counted from spells: {counted}")
    if outcome.minimum_dose is not None:
        raise ValueError(
            f"{at}.exposure goes with no minimum_dose: one that was not full may be so by a short follow-up"
        )
    met = set(estimand.strategies.values())
    if met - {"treatment_policy", "while_alive"}:
        raise ValueError(
            f"{at}.exposure: what is gathered over the days followed goes with the strategies treatment_policy and "
            f"while_alive; found {', '.join(sorted(met - {'treatment_policy', 'while_alive'}))}"
        )
