"""Scores a review on the 25-item fidelity scale of supported employment.

Bond, Peterson, Becker and Drake (2012, doi 10.1176/appi.ps.201100476): 25 items of 1 to 5, together 25 to 125.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from steget_eval.core.errors import ArgumentError
from steget_eval.core.frames import Tidy

if TYPE_CHECKING:
    import pandas as pd

Band = Literal["exemplary", "good", "fair", "disputed", "not_supported_employment", "not_scored"]
Section = Literal["staffing", "organisation", "services"]

ITEMS = 25
LOWEST, HIGHEST = 1, 5
#: The parts of the scale, by their first and last item.
SECTIONS: dict[Section, tuple[int, int]] = {"staffing": (1, 3), "organisation": (4, 11), "services": (12, 25)}
#: The total that one reading calls fair and the scale's own bands do not: it is told as disputed, and not decided.
DISPUTED = 73
#: The least total of each band, from the top.
_BANDS: tuple[tuple[int, Band], ...] = (
    (115, "exemplary"), (100, "good"), (74, "fair"), (DISPUTED, "disputed"), (0, "not_supported_employment"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionScore:
    """One part of the scale.

    Attributes
    ----------
    scored
        How many of its items were scored.
    mean
        Mean of those, 1 to 5; NaN where none was.
    """

    section: Section
    items: int
    scored: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FidelityScore(Tidy):
    """A review's total, as it stands in the scale's bands.

    Attributes
    ----------
    total
        25 to 125; the mean of the scored items times 25 where a few are missing, NaN where too many are.
    missing
        Items that were not scored.
    low, high
        The totals if every missing item had been 1, or 5.
    band
        By the total without its decimals, so that nothing is lifted into a band it has not reached. ``disputed`` at 73;
        ``not_scored`` where there is no total.
    band_low, band_high
        The bands of `low` and `high`.
    """

    total: float
    missing: int
    low: int
    high: int
    band: Band
    band_low: Band
    band_high: Band
    sections: tuple[SectionScore, ...]

    @property
    def is_prorated(self) -> bool:
        """Whether a total was told though items are missing."""
        return self.missing > 0 and not math.isnan(self.total)

    @property
    def depends_on_missing(self) -> bool:
        """Whether the missing items could have put the review in another band."""
        return self.is_prorated and self.band_low != self.band_high

    def to_frame(self) -> pd.DataFrame:
        """Return one row per part of the scale, and one for the whole."""
        import pandas as pd

        rows = [(one.section, one.items, one.scored, one.mean, math.nan) for one in self.sections]
        scored = ITEMS - self.missing
        rows.append(("whole", ITEMS, scored, self.total / ITEMS, self.total))  # type: ignore[arg-type]
        return pd.DataFrame(rows, columns=["section", "items", "scored", "mean", "total"])


def score_fidelity(items: Sequence[int | None], *, most_missing: int = 2) -> FidelityScore:
    """Return the score of one review.

    With more than `most_missing` items not scored there is no total. With fewer the mean of the scored items stands for
    the others; what they could have made of it is told by `low` and `high`.

    Parameters
    ----------
    items : length 25
        Scores of items 1 to 25, each 1 to 5; None where an item was not scored.
    """
    if len(items) != ITEMS:
        raise ArgumentError(f"the scale has {ITEMS} items, {len(items)} were given")
    if any(one is not None and (one != int(one) or not LOWEST <= one <= HIGHEST) for one in items):
        raise ArgumentError(f"an item is scored with a whole number from {LOWEST} to {HIGHEST}")
    if not 0 <= most_missing < ITEMS:
        raise ArgumentError(f"the most items that may be missing lies from 0 to {ITEMS - 1}, got {most_missing}")
    scored = [int(one) for one in items if one is not None]
    missing = ITEMS - len(scored)
    low, high = sum(scored) + LOWEST * missing, sum(scored) + HIGHEST * missing
    total = ITEMS * sum(scored) / len(scored) if missing <= most_missing else math.nan
    return FidelityScore(
        total=total, missing=missing, low=low, high=high, band=band_of(total), band_low=band_of(low),
        band_high=band_of(high), sections=tuple(_section(items, name) for name in SECTIONS),
    )  # fmt: skip


def band_of(total: float) -> Band:
    """Return the band of a total: exemplary from 115, good from 100, fair from 74, disputed at 73, below it none."""
    if math.isnan(total):
        return "not_scored"
    return next(band for least, band in _BANDS if math.floor(total + 1e-9) >= least)


def _section(items: Sequence[int | None], name: Section) -> SectionScore:
    first, last = SECTIONS[name]
    mine = [one for one in items[first - 1 : last] if one is not None]
    mean = sum(mine) / len(mine) if mine else math.nan
    return SectionScore(section=name, items=last - first + 1, scored=len(mine), mean=mean)
