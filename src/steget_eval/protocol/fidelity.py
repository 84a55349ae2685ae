"""Reviews of a programme's fidelity, item by item, and how its sites are held against them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text

if TYPE_CHECKING:
    from steget_eval.protocol.protocol import Protocol

#: How many items the scale has.
ITEMS = 25


class FidelityReview(Part):
    """One review of one site.

    Attributes
    ----------
    site
        The site, as `participants` names it where its people are compared.
    label
        The site's words, where its code is not enough.
    items
        The scores of items 1 to 25 in their order, each 1 to 5; null where an item was not scored.
    """

    site: str = Field(min_length=1, max_length=60)
    label: Text | None = None
    reviewed_on: date
    items: tuple[int | None, ...]

    @model_validator(mode="after")
    def _is_a_whole_form(self) -> FidelityReview:
        if len(self.items) != ITEMS:
            raise ValueError(f"items are {ITEMS}, null where one was not scored; found {len(self.items)}")
        wrong = [place for place, score in enumerate(self.items, 1) if score is not None and not 1 <= score <= 5]
        if wrong:
            raise ValueError(f"items are scored 1 to 5; item {wrong[0]} is not")
        return self


class FidelityReviews(Part):
    """The reviews that were made, and what is done where items were not scored.

    Attributes
    ----------
    most_missing
        With more items than this not scored a review gets no score; with fewer, what was scored is taken to hold for
        the whole scale.
    compare
        The question whose answer is held against the score between sites; None holds nothing against it.
    minimum_sites
        With fewer sites the comparison is refused.
    """

    scale: Literal["IPS-25"] = "IPS-25"
    reviews: tuple[FidelityReview, ...] = Field(min_length=1)
    most_missing: int = Field(default=2, ge=0, le=5)
    compare: Id | None = None
    minimum_sites: int = Field(default=10, ge=5, le=1000)

    @model_validator(mode="after")
    def _are_distinct(self) -> FidelityReviews:
        seen = [(one.site, one.reviewed_on) for one in self.reviews]
        if len(set(seen)) < len(seen):
            raise ValueError("reviews: a site has two reviews of the same day")
        return self


def refuse_fidelity(protocol: Protocol) -> None:
    """Raise `ValueError` where the reviews do not fit the rest of the protocol."""
    asked, told = protocol.fidelity, protocol.programme.fidelity
    if asked is None:
        return
    if asked.compare is not None and asked.compare not in {one.id for one in protocol.estimands}:
        raise ValueError(f"fidelity.compare is {asked.compare!r}, which there is no estimand of")
    if asked.compare is not None and protocol.design in {"aggregate", "prestudy"}:
        raise ValueError(f"fidelity.compare needs rows of persons, which a {protocol.design} design has not")
    if told is None or told.scale != asked.scale:
        return
    for review in asked.reviews:
        scored = [score for score in review.items if score is not None]
        if review.reviewed_on == told.reviewed_on and len(scored) == ITEMS and sum(scored) != told.score:
            raise ValueError(
                f"programme.fidelity.score is {told.score}, and the items of the review of {told.reviewed_on} add up "
                f"to {sum(scored)}"
            )
