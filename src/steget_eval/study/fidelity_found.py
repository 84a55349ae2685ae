"""What was found of a programme's fidelity: every review's score, and how the sites' answers go with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from steget_eval.methods.effects.fidelity import FidelityScore
from steget_eval.protocol.base import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewScore:
    """One review with its score."""

    site: str
    label: Text | None
    reviewed_on: date
    score: FidelityScore


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityFound:
    """Every review, and the standing of the comparison between sites.

    Attributes
    ----------
    reviews
        In the order of the protocol.
    standing
        ``not_asked``; ``told``, with a row of the estimates; ``few`` sites with a score and enough people;
        ``alike`` where all sites have the same score; ``refused`` by the method; ``hidden`` by the gate.
    sites, left_out
        Sites with a score whose answers are compared, and those whose people are too few or whose answer was refused.
    smallest
        The smallest number of people, with or without the outcome, in an arm of a site that is compared; never told.
    """

    reviews: tuple[ReviewScore, ...]
    standing: Literal["not_asked", "told", "few", "alike", "refused", "hidden"] = "not_asked"
    sites: int = 0
    left_out: int = 0
    smallest: int | None = None
