"""The verdict on one published line: what its inputs allow, computed by every formula."""

from __future__ import annotations

from steget_eval.methods.evidence.formulas import formulas_for
from steget_eval.methods.evidence.ledger_checks import contradiction, effect_range, off_centre
from steget_eval.methods.evidence.ledger_counts import from_counts, from_percentages, from_share, p_from_counts
from steget_eval.methods.evidence.ledger_line import (
    COUNT_MEASURES,
    MEAN_MEASURES,
    RATIO_MEASURES,
    Judgement,
    Line,
    example,
    first,
)
from steget_eval.methods.evidence.ledger_means import from_means, from_t_statistic
from steget_eval.methods.evidence.reconstruct import tables_that_print


def judge(line: Line) -> Judgement:
    """Return the verdict on a printed line.

    ``inconsistent`` is told only where no counts could give the figures: a percentage that no count of the arm rounds
    to, an effect that the percentages exclude, a mean's limits off its middle, a ratio's limits off its middle that a
    search of every table finds no formula for. ``not_reproducible`` is told where counts could exist, yet none of the
    formulas tried gives the figures from what was printed. Limits are intervals of their rounding throughout.

    Parameters
    ----------
    line
        What was printed. Limits are taken to be at 95 per cent.
    """
    sentence = contradiction(line)
    if sentence:
        return Judgement(verdict="inconsistent", reason=sentence)
    if line.table is not None and line.measure in COUNT_MEASURES and line.estimate is not None:
        return from_counts(line, line.table, line.estimate)
    if line.table is not None and line.measure == "p_value" and line.p is not None:
        return p_from_counts(line.table, line.p)
    if line.measure == "share":
        return from_share(line)
    if line.measure == "percentages":
        return from_percentages(line)
    if line.measure == "t_statistic":
        return from_t_statistic(line)
    if line.measure == "means":
        return from_means(line)
    return _without_counts(line)


def _without_counts(line: Line) -> Judgement:
    if line.measure in RATIO_MEASURES and off_centre(line):
        return _off_centre_without_counts(line)
    said = _why_not_enough(line)
    if line.measure not in COUNT_MEASURES or line.estimate is None:
        return Judgement(verdict="not_enough_printed", reason=said)
    if line.percent_1 is not None and line.percent_0 is not None:
        allowed = effect_range(line.measure, line.percent_1, line.percent_0)
        if allowed is not None:
            said += f"; the percentages allow {allowed[0]:.3g} to {allowed[1]:.3g}, which {line.estimate} is among"
    if line.low is not None and line.n_1 is not None and line.n_0 is not None:
        found = tables_that_print(line.figures(percentages=True), n_1=line.n_1, n_0=line.n_0)
        said += f"; {example(found)}" if found.found else f"; no table of {found.searched} gives the figures"
    return Judgement(verdict="not_enough_printed", reason=said)


def _off_centre_without_counts(line: Line) -> Judgement:
    """Limits off the middle exclude every log formula; a score formula with some counts may still give them."""
    assert line.estimate is not None
    assert line.low is not None
    mirrored = line.estimate.value**2 / line.low.value
    said = (
        f"{line.low} to {line.high} is off centre about {line.estimate} on the log scale (the mirror of the lower "
        f"limit is {mirrored:.2f})"
    )
    if line.measure not in COUNT_MEASURES:
        return Judgement(verdict="not_enough_printed", reason=f"{said}; {_why_not_enough(line)}")
    found = tables_that_print(line.figures(percentages=True), n_1=line.n_1, n_0=line.n_0, off_centre=True, at_most=1)
    tried = tuple(formula.name for formula in formulas_for(line.measure))
    if found.found:
        reason = (
            f"{said}, so that no log formula gives it whatever the counts; a score formula could, as {first(found)}"
        )
        return Judgement(verdict="not_reproducible", tried=tried, reason=reason)
    return Judgement(
        verdict="inconsistent", tried=tried, reason=f"{said}, and no table of {found.searched} gives it by any formula"
    )


def _why_not_enough(line: Line) -> str:
    if line.measure.startswith("pooled"):
        return "a pooled figure: the studies' own inputs were not printed with it"
    if line.measure.endswith("adjusted") or line.measure == "hazard_ratio":
        return "adjusted or modelled: four counts do not give it"
    if line.measure in MEAN_MEASURES | {"medians"}:
        return "the spread within the arms was not printed"
    if line.measure == "p_value":
        return "a p-value without counts gives no effect"
    return "the counts were not printed" if line.measure in COUNT_MEASURES else "no effect was printed"
