"""Contradictions that no counts and no formula can mend, each told as a sentence."""

from __future__ import annotations

import math

from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.ledger_line import MEAN_MEASURES, RATIO_MEASURES, Line
from steget_eval.methods.evidence.reconstruct import counts_of_share, denominators_of


def contradiction(line: Line) -> str:
    """Return why the line's figures exclude each other; empty where they do not."""
    checks = (_beyond_its_scale, _impossible_share, _estimate_outside, _off_the_middle, _beyond_the_shares)
    return next((sentence for check in checks if (sentence := check(line))), "")


def is_off_centre(estimate: Printed, low: Printed, high: Printed, *, log: bool) -> bool:
    """Whether no estimate and limits that are printed so lie symmetrically, on the log scale for a ratio.

    A last digit may have been cut instead of rounded: each number may lie up to a whole unit further from zero.
    Limits at or below zero have no logarithm: never off centre.
    """
    (e_1, e_2), (l_1, l_2), (h_1, h_2) = (_cut_or_rounded(printed) for printed in (estimate, low, high))
    if not log:
        return (l_2 + h_2) / 2 < e_1 or (l_1 + h_1) / 2 > e_2
    if l_1 <= 0 or e_1 <= 0:
        return False
    return math.sqrt(l_2 * h_2) < e_1 or math.sqrt(l_1 * h_1) > e_2


def _cut_or_rounded(printed: Printed) -> tuple[float, float]:
    unit = 10.0**-printed.decimals
    return (printed.low, printed.value + unit) if printed.value >= 0 else (printed.value - unit, printed.high)


def effect_range(measure: str, percent_1: Printed, percent_0: Printed) -> tuple[float, float] | None:
    """Return the least and the greatest effect that two percentages allow; None for other measures.

    Infinite where the comparison's share may be zero.
    """
    lows = max(percent_1.low, 0.0) / 100, max(percent_0.low, 0.0) / 100
    highs = min(percent_1.high, 100.0) / 100, min(percent_0.high, 100.0) / 100
    if measure == "risk_difference":
        return lows[0] - highs[1], highs[0] - lows[1]
    if measure == "risk_ratio":
        return _ratio(lows[0], highs[1]), _ratio(highs[0], lows[1])
    if measure == "odds_ratio":
        return _ratio(_odds(lows[0]), _odds(highs[1])), _ratio(_odds(highs[0]), _odds(lows[1]))
    if measure == "nnt" and lows[0] > highs[1]:
        return 1 / (highs[0] - lows[1]), 1 / (lows[0] - highs[1])
    return None


def beyond(printed: Printed | None, low: float, high: float, what: str) -> str:
    """Return the sentence on a number that no rounding brings within its scale; empty where one does."""
    if printed is None or printed.meets(low, high):
        return ""
    if math.isinf(high):
        return f"{what} is never below {low:g}, as {printed} is"
    return f"{what} is from {low:g} to {high:g}, which {printed} is not"


def _beyond_its_scale(line: Line) -> str:
    figures: list[tuple[Printed | None, float, float, str]] = [
        (line.percent_1, 0, 100, "a percentage"), (line.percent_0, 0, 100, "a percentage"), (line.p, 0, 1, "p"),
    ]  # fmt: skip
    if line.measure in RATIO_MEASURES:
        figures += [(one, 0, math.inf, "a ratio") for one in (line.estimate, line.low, line.high)]
    if line.measure in {"risk_difference", "risk_difference_adjusted"}:
        figures.append((line.estimate, -1, 1, "a difference of shares"))
    return next((sentence for figure in figures if (sentence := beyond(*figure))), "")


def _impossible_share(line: Line) -> str:
    for arm, (n, events, percent) in enumerate(line.arms):
        if n is None or percent is None:
            continue
        possible = counts_of_share(percent, n)
        name = "arm 1" if arm == 0 else "arm 0"
        if not possible.counts:
            return f"{impossible_share(percent, n)} ({name})"
        if events is not None and events not in possible.counts:
            return f"{events} of {n} is {100 * events / n:.2f} %, not {percent} % ({name})"
    return ""


def impossible_share(percent: Printed, n: int) -> str:
    """Return the sentence on a percentage that no count allows: the counts about it, smaller denominators that do."""
    below = math.floor(n * percent.value / 100)
    about = ", ".join(f"{x}/{n} is {100 * x / n:.2f}" for x in (below, below + 1) if 0 <= x <= n)
    smaller = denominators_of(percent, n - 1, fewest=round(0.8 * n))[:5]
    allowed = f"; of somewhat fewer people {', '.join(map(str, smaller))} allow it" if smaller else ""
    return f"no count of {n} is printed as {percent} %: {about}{allowed}"


def _estimate_outside(line: Line) -> str:
    if line.estimate is None or line.low is None or line.high is None:
        return ""
    if line.low.value > line.high.value:
        return f"the lower limit {line.low} is above the upper {line.high}"
    if line.estimate.high < line.low.low or line.estimate.low > line.high.high:
        return f"the estimate {line.estimate} lies outside its own limits {line.low} to {line.high}"
    return ""


def _off_the_middle(line: Line) -> str:
    """A mean's limits lie midway whatever the data; a ratio's need a search, which is not done here."""
    if line.measure not in MEAN_MEASURES or line.estimate is None or line.low is None or line.high is None:
        return ""
    if not is_off_centre(line.estimate, line.low, line.high, log=False):
        return ""
    middle = (line.low.value + line.high.value) / 2
    mirrored = 2 * line.estimate.value - line.low.value
    decimals = line.high.decimals
    return (
        f"the limits of a difference of means lie equally far out whatever the data, but {line.low} to {line.high} has "
        f"its middle at {middle:.{decimals}f}, not {line.estimate}; the mirror of the lower limit is "
        f"{mirrored:.{decimals}f}"
    )


def _beyond_the_shares(line: Line) -> str:
    if line.estimate is None or line.percent_1 is None or line.percent_0 is None:
        return ""
    allowed = effect_range(line.measure, line.percent_1, line.percent_0)
    if allowed is None or line.estimate.meets(*allowed):
        return ""
    scale = line.measure.replace("_", " ")
    article = "an" if scale[0] in "aeio" else "a"
    return (
        f"{line.percent_1} % against {line.percent_0} % allow {article} {scale} from {allowed[0]:.3g} to "
        f"{allowed[1]:.3g}, whatever the counts: {line.estimate} is not among them"
    )


def off_centre(line: Line) -> bool:
    """Whether the limits are off the middle, on the log scale for a ratio; never where something is missing."""
    if line.estimate is None or line.low is None or line.high is None:
        return False
    return is_off_centre(line.estimate, line.low, line.high, log=line.measure in RATIO_MEASURES)


def _odds(share: float) -> float:
    return math.inf if share >= 1 else share / (1 - share)


def _ratio(one: float, two: float) -> float:
    if two == 0:
        return math.inf
    return 0.0 if math.isinf(two) else one / two
