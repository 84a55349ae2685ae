"""Published arms beside one's own: what may be borrowed, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, betabinom

from steget_eval.core.errors import ArgumentError, EmptyArmError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.core.frames import Tidy
from steget_eval.methods.evidence.borrowing_density import LogitDensity, beta_density
from steget_eval.methods.evidence.pooling_rows import check_level
from steget_eval.methods.evidence.synthesis import Floats, check_labels
from steget_eval.methods.evidence.synthesis_setting import Setting, note_setting
from steget_eval.methods.evidence.synthesis_words import OWN_ARM, POWER_PRIOR, Assumption

if TYPE_CHECKING:
    import pandas as pd

ArmContrast = Literal["risk_1", "risk_0"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Arms(Tidy):
    """Published arms that one's own may borrow from; build it with `build_arms`.

    Attributes
    ----------
    events, n : shape (k,)
        Whole numbers, held as floats.
    note
        What must stand beside a figure that borrows from them.
    """

    labels: tuple[str, ...]
    events: Floats
    n: Floats
    note: str = ""

    def take(self, rows: Sequence[int]) -> Arms:
        """Return the chosen arms, in the order given."""
        index = list(rows)
        return replace(
            self, labels=tuple(self.labels[i] for i in index), events=self.events[index], n=self.n[index]
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm: `study`, `events`, `n`."""
        import pandas as pd

        return pd.DataFrame({"study": self.labels, "events": self.events.astype(int), "n": self.n.astype(int)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ArmPosterior(Tidy):
    """The share with the event in one arm, after its own people and what was borrowed.

    Attributes
    ----------
    estimates
        One row: posterior mean, standard deviation, equal-tailed credible limits.
    density
        On the logit.
    ess
        People whose counts would give a Beta posterior of the same mean and variance: m(1 - m)/variance - 1.
    ess_borrowed
        `ess` less one's own people and the two that the uniform prior is worth. Below zero where conflict has made
        the arm less certain than its own people alone.
    weight
        How far the published arms were believed: the fixed power, or the posterior probability of the informative part.
    conflict_p
        Two-sided tail probability of one's own count under what the published arms alone predict; NaN where there is
        nobody of one's own to contradict them. A small one says that the arms differ.
    """

    estimates: Estimates
    density: LogitDensity
    ess: float
    ess_borrowed: float
    weight: float
    conflict_p: float
    assumes: Assumption

    def to_frame(self) -> pd.DataFrame:
        """Return the row, with what was borrowed beside it."""
        return self.estimates.to_frame().assign(
            ess=self.ess, ess_borrowed=self.ess_borrowed, weight=self.weight, conflict_p=self.conflict_p
        )


def build_arms(
    labels: Sequence[str], events: ArrayLike, n: ArrayLike, *, settings: Setting | Sequence[Setting], own: Setting,
    allow_mixed: bool = False,
) -> Arms:  # fmt: skip
    """Return published arms that may be borrowed from.

    Parameters
    ----------
    settings
        Outcome, dose and window of each published arm, or the one they share.
    own
        The same of the programme that borrows: it must agree with theirs unless `allow_mixed`.
    """
    names = check_labels(labels)
    x, m = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if x.shape != (len(names),) or m.shape != (len(names),):
        raise ArgumentError(f"{len(names)} arms need {len(names)} counts of events and of people")
    for name, events_, people in zip(names, x, m, strict=True):
        check_count(events_, people, name, least=1)
    every = (settings,) * len(names) if isinstance(settings, Setting) else tuple(settings)
    note = note_setting((*every, own), len(names) + 1, allow_mixed=allow_mixed)
    return Arms(labels=names, events=x, n=m, note=note)


def own_arm(events: int, n: int, *, arm: ArmContrast = "risk_1", level: float = 0.95) -> ArmPosterior:
    """Share in one arm by its own people alone: Beta(1 + events, 1 + n - events), from a uniform prior."""
    check_count(events, n, "one's own arm", least=1)
    return _beta_posterior(events, n, 1.0, 1.0, arm, level, "own_beta", 0.0, OWN_ARM, "uniform prior")


def power_prior(
    arms: Arms, weight: float, *, events: int = 0, n: int = 0, arm: ArmContrast = "risk_0", level: float = 0.95
) -> ArmPosterior:
    """Share in one arm, each published person counting as `weight` of one's own (Ibrahim and Chen 2000).

    A uniform prior, then Beta(1 + events + weight·Σx, 1 + n - events + weight·Σ(n - x)). Weight 0 leaves one's own
    people alone, weight 1 pools everybody.

    Parameters
    ----------
    weight
        From 0 to 1, chosen beforehand.
    events, n
        One's own people in this arm; 0 of 0 for a programme without a comparison arm.
    """
    check_count(events, n, "one's own arm", least=0)
    if not 0 <= weight <= 1:
        raise ArgumentError(f"the weight of published people must lie between 0 and 1, got {weight!r}")
    a = 1 + weight * float(arms.events.sum())
    b = 1 + weight * float((arms.n - arms.events).sum())
    note = tell_arms(arms, f"each person counted as {weight:g}")
    return _beta_posterior(events, n, a, b, arm, level, "power_prior", weight, POWER_PRIOR, note)


def _beta_posterior(
    events: int, n: int, a: float, b: float, arm: ArmContrast, level: float, method: str, weight: float,
    assumes: Assumption, note: str,
) -> ArmPosterior:  # fmt: skip
    check_level(level)
    after = beta(a + events, b + n - events)
    tail = (1 - level) / 2
    row = arm_row(
        arm, method, after.mean(), after.std(), after.ppf(tail), after.isf(tail), level, events, n, note
    )  # fmt: skip
    conflict = two_sided(betabinom.cdf(events, n, a, b), betabinom.sf(events - 1, n, a, b)) if n and weight else np.nan
    return ArmPosterior(
        estimates=Estimates((row,)), density=beta_density(a + events, b + n - events), ess=a + b + n,
        ess_borrowed=a + b - 2, weight=weight, conflict_p=conflict, assumes=assumes,
    )  # fmt: skip


def arm_row(
    arm: ArmContrast, method: str, mean: float, deviation: float, low: float, high: float, level: float, events: int,
    n: int, note: str,
) -> Estimate:  # fmt: skip
    """Return the credible row of one arm; its counts are one's own people, None where there are none."""
    side = arm[-1]
    counts: dict[str, Any] = {f"n_{side}": n, f"events_{side}": events} if n else {}
    return Estimate(
        contrast=arm, method=method, estimate=float(mean), std_error=float(deviation), conf_low=float(low),
        conf_high=float(high), conf_level=level, interval_kind="credible", kind="binary", population="arm",
        unit="proportion", note=note, **counts,
    )  # fmt: skip


def two_sided(below: float, above: float) -> float:
    """Return twice the smaller of two tails that both hold the observed count, at most 1."""
    return float(min(1.0, 2 * min(below, above)))


def check_count(events: float, n: float, name: str, *, least: int) -> None:
    """Refuse counts that are no whole numbers, or too few people."""
    if not n >= least:
        raise EmptyArmError(f"{name} has nobody")
    if events != int(events) or n != int(n) or not 0 <= events <= n:
        raise ArgumentError(f"{name} needs a whole number of events from 0 to {n:g}, got {events:g}")


def tell_arms(arms: Arms, *more: str) -> str:
    """Return the note of a figure that borrows from these arms."""
    k = len(arms.labels)
    people = f"{k} published arm{'s' if k > 1 else ''}, {int(arms.n.sum())} people"
    return "; ".join(part for part in (people, arms.note, *more) if part)
