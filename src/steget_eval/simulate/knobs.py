"""Turns the knobs of a truth: more people, stronger confounding, more who leave."""

from __future__ import annotations

from pydantic import Field

from steget_eval.core.errors import SpecError
from steget_eval.protocol.base import Part
from steget_eval.simulate.hazard import Effects, Piece, Rate
from steget_eval.simulate.measured import Missing
from steget_eval.simulate.truth import Truth

#: Columns of every truth that may be empty.
_MAY_BE_EMPTY = ("site", "sex", "birth_year", "education_level", "worked_last_year", "months_on_support", "motivation")


class Knobs(Part):
    """What to change in a truth; the defaults change nothing.

    Attributes
    ----------
    people
        How many.
    confounding
        Factor on everything that moves the arm: 0 is as if the arms were drawn by lot.
    censoring
        Factor on the rates at which people withdraw and are lost.
    competing
        Factor on the rates of death and emigration.
    clustering
        Standard deviation between clusters of the log hazards.
    missing
        Share of every baseline column that is empty, clusters excepted.
    """

    people: int | None = Field(default=None, ge=1, le=1_000_000)
    confounding: float = Field(default=1.0, ge=0)
    censoring: float = Field(default=1.0, ge=0)
    competing: float = Field(default=1.0, ge=0)
    clustering: float | None = Field(default=None, ge=0)
    missing: float = Field(default=0.0, ge=0, lt=1)


def turn_knobs(truth: Truth, knobs: Knobs) -> Truth:
    """Return the truth with its knobs turned; whoever a knob does not concern is drawn as before.

    Raises
    ------
    SpecError
        Where the confounding of sites that start on a day is to be changed: their days decide the arm.
    """
    if truth.starts and knobs.confounding != 1:
        raise SpecError("the knob confounding has nothing to turn where sites start on a day; allowed: 1")
    factor = knobs.confounding
    assignment = truth.assignment.model_copy(update={"effects": _scaled_effects(truth.assignment.effects, factor)})
    clustering = truth.clustering.model_copy(
        update={
            "on_arm": truth.clustering.on_arm * factor,
            "on_outcome": truth.clustering.on_outcome if knobs.clustering is None else knobs.clustering,
        }
    )
    columns = {name: one.model_copy(update={"on_arm": one.on_arm * factor}) for name, one in truth.columns.items()}
    gaps = dict.fromkeys([*_MAY_BE_EMPTY, *columns], Missing(share=knobs.missing)) if knobs.missing else {}
    gaps.pop(clustering.column, None)
    return truth.model_copy(
        update={
            "people": truth.people if knobs.people is None else knobs.people,
            "assignment": assignment,
            "clustering": clustering,
            "columns": columns,
            "missing": {**truth.missing, **gaps},
            "withdrawn": _scaled_rate(truth.withdrawn, knobs.censoring),
            "lost": _scaled_rate(truth.lost, knobs.censoring),
            "death": _scaled_rate(truth.death, knobs.competing),
            "emigration": _scaled_rate(truth.emigration, knobs.competing),
        }
    )


def _scaled_effects(effects: Effects, factor: float) -> Effects:
    return Effects(**{name: getattr(effects, name) * factor for name in type(effects).model_fields})


def _scaled_rate(rate: Rate, factor: float) -> Rate:
    pieces = tuple(Piece(from_month=one.from_month, per_month=one.per_month * factor) for one in rate.pieces)
    return rate.model_copy(update={"pieces": pieces})
