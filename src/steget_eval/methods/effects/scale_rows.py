"""Rows of a difference between arms in a score, at the occasion that is asked about and beside it at the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from steget_eval.core.errors import ArgumentError, SpreadError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.numerics.arms import Floats, checked_level
from steget_eval.methods.numerics.occasions import Occasions

#: What stands with a difference from a regression without interactions.
SAME_FOR_EVERYONE = "One difference given the first score and the covariates, taken to be the same for everyone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A number with its standard error and degrees of freedom."""

    estimate: float
    std_error: float
    degrees: float

    def row(self, *, level: float, tested: bool, **columns: object) -> Estimate:
        """Return the number as a row with Student's interval, and where asked his test of nought."""
        half = float(student.isf((1 - checked_level(level)) / 2, self.degrees)) * self.std_error
        p = 2 * float(student.sf(abs(self.estimate) / self.std_error, self.degrees)) if tested else float("nan")
        return Estimate(
            estimate=self.estimate, std_error=self.std_error, conf_low=self.estimate - half,
            conf_high=self.estimate + half, conf_level=level, p_value=p, kind="longitudinal", **columns,  # type: ignore[arg-type]
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the rows of one method have in common; `own` is what an arm's own number is called: its mean or share."""

    method: str
    contrast: str
    own: str
    unit: str
    population: str
    level: float
    note: str


def occasion_rows(
    asked: Occasions, occasion: int, names: Sequence[str], words: Words, *, difference: Callable[[int], Told],
    mean: Callable[[int, int], Told],
) -> Estimates:  # fmt: skip
    """Return the difference at the occasion asked about, then difference and arm means at every later occasion.

    The rows beside it have `subgroup` ``occasion=`` and the occasion's name; the one asked about has its arm means
    there too. A share's rows count who was seen at the occasion, and who of them had a yes.
    """
    place, labels = checked_occasion(occasion, names, asked.count)
    own = {"method": words.method, "population": words.population, "unit": words.unit}
    counts = [_counts(asked, j, events=words.unit == "proportion") for j in range(asked.count)]
    everyone = {"n_1": int(asked.a.sum()), "n_0": int((1 - asked.a).sum())}
    whole = counts[place] if words.unit == "proportion" else everyone

    def compared(j: int, note: str, **columns: object) -> Estimate:
        told = difference(j)
        note = f"{note} {told.degrees:.1f} degrees of freedom.".strip()
        return told.row(
            level=words.level, tested=True, contrast=words.contrast, note=note, **own, **columns
        )  # fmt: skip

    rows = [compared(place, words.note, **whole)]
    for j, label in enumerate(labels):
        beside = f"occasion={label}"
        if j != place:
            rows.append(compared(j, "", **counts[j], subgroup=beside))
        for arm in (1, 0):
            mine = {name: count for name, count in counts[j].items() if name.endswith(str(arm))}
            told = mean(j, arm)
            rows.append(told.row(
                level=words.level, tested=False, contrast=f"{words.own}_{arm}", subgroup=beside, **own, **mine
            ))  # fmt: skip
    return Estimates(tuple(rows))


def _counts(asked: Occasions, occasion: int, *, events: bool) -> dict[str, int]:
    """Return how many of each arm were seen at an occasion, and where asked how many of them had a yes."""
    scores, found = asked.Y[:, occasion], {}
    for arm in (1, 0):
        mine = scores[(asked.a == arm) & ~np.isnan(scores)]
        found[f"n_{arm}"] = int(mine.size)
        if events:
            found[f"events_{arm}"] = int(mine.sum())
    return found


def checked_occasion(occasion: int, names: Sequence[str], count: int) -> tuple[int, tuple[str, ...]]:
    """Return the place of the later occasion asked about, from 0, with every occasion's name, or refuse."""
    labels = tuple(names) or tuple(f"later_{j + 1}" for j in range(count))
    if len(labels) != count:
        raise ArgumentError(f"{count} later occasions need as many names, got {len(labels)}")
    if not -count <= occasion < count:
        raise ArgumentError(f"there are {count} later occasions; {occasion} is none of them")
    return occasion % count, labels


def combined(c: Floats, coefficients: Floats, covariance: Floats, degrees: float) -> Told:
    """Return a combination of coefficients; refuses one without spread."""
    variance = float(c @ covariance @ c)
    if not variance > 0:
        raise SpreadError("the scores follow from arm, first score and covariates: an interval would have no width")
    return Told(estimate=float(c @ coefficients), std_error=variance**0.5, degrees=degrees)
