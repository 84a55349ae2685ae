"""How arms that were not randomised are made comparable, where the protocol decides it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part
from steget_eval.protocol.cohort_rules import Covariate


class Propensity(Part):
    """The model of who got the programme.

    Attributes
    ----------
    splines
        Ids of covariates that are numbers whose log odds may bend; the outcome models beside the score bend with them.
    knots
        Of each spline.
    """

    splines: tuple[Id, ...] = ()
    knots: int = Field(default=4, ge=3, le=7)


class Trim(Part):
    """Whose score has no counterpart, so that nothing is said of them.

    Attributes
    ----------
    low, high
        The limits of the score within which people are kept.
    common_range
        Keep those in the range that both arms have, instead of limits.
    """

    low: float | None = Field(default=None, ge=0, lt=1)
    high: float | None = Field(default=None, gt=0, le=1)
    common_range: bool = False

    @model_validator(mode="after")
    def _is_one_rule(self) -> Trim:
        limits = self.low is not None and self.high is not None
        if limits == self.common_range or (self.low is None) != (self.high is None):
            raise ValueError("trim is either low and high, or common_range: true")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("trim.low must lie below trim.high")
        return self


class Matching(Part):
    """How people are matched.

    Attributes
    ----------
    ratio
        How many of the comparison each of the treated is matched with: ``nearest_neighbours`` and
        ``matched_regression`` without replacement, ``abadie_imbens`` with.
    caliper
        Furthest allowed, in standard deviations of the score's log odds, of ``nearest_neighbours``,
        ``matched_regression`` and ``matched_pairs``; None allows any.
    exact
        Ids of covariates, binary or in categories, that a match must share.
    """

    ratio: int = Field(default=1, ge=1, le=10)
    caliper: float | None = Field(default=0.2, gt=0, le=5)
    exact: tuple[Id, ...] = ()


class Adjustment(Part):
    """What the adjusted methods share.

    Attributes
    ----------
    truncate
        The quantile of its arm's weights at which ``ipw_truncated`` cuts a weight.
    subclasses
        How many ``subclassification`` makes.
    """

    propensity: Propensity = Propensity()
    trim: Trim | None = None
    truncate: float = Field(default=0.99, gt=0.5, lt=1)
    matching: Matching = Matching()
    subclasses: int = Field(default=5, ge=2, le=20)

    def refuse_misfits(self, covariates: Sequence[Covariate]) -> None:
        """Raise `ValueError` where a covariate that is named does not exist, is not adjusted for or is of no use."""
        asked = (
            ("propensity.splines", self.propensity.splines, {"number"}),
            ("matching.exact", self.matching.exact, {"binary", "category"}),
        )
        for place, names, kinds in asked:
            allowed = [one.id for one in covariates if one.adjust and one.kind in kinds]
            for name in names:
                if name not in allowed:
                    raise ValueError(f"adjustment.{place}: {name!r} cannot be; allowed: {', '.join(allowed) or 'none'}")
