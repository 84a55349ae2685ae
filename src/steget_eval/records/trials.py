"""A published comparison of two arms, as printed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PublishedTrial(BaseModel):
    """One printed comparison: the counts behind it and the figure that was published.

    Attributes
    ----------
    measure
        What the published figure is.
    decimals
        Decimals of the published figure: a recomputed one agrees when it rounds to the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    study_id: str
    citation: str
    country: str
    follow_up_months: int
    outcome: str
    events_1: int = Field(ge=0)
    n_1: int = Field(ge=1)
    events_0: int = Field(ge=0)
    n_0: int = Field(ge=1)
    measure: Literal["risk_difference", "risk_ratio", "odds_ratio"]
    published_estimate: float
    published_low: float | None = None
    published_high: float | None = None
    decimals: int = Field(ge=0, le=4)
    counts: Literal["verbatim", "reconstructed"]
    source: str
