"""Verdicts on means with their tests."""

from __future__ import annotations

from steget_eval.methods.evidence.formulas_means import p_of_t, t_test_p, welch_p
from steget_eval.methods.evidence.ledger_line import Judgement, Line, p_words


def from_t_statistic(line: Line) -> Judgement:
    """Return the verdict on a t statistic: whether its p-value is its own."""
    if line.estimate is None or line.df is None or line.p is None:
        return Judgement(verdict="not_enough_printed", reason="neither means with their spread nor degrees of freedom")
    ends = sorted(p_of_t(value, line.df) for value in (line.estimate.low, line.estimate.high))
    said = f"t = {line.estimate} on {line.df} degrees of freedom has p from {ends[0]:.3g} to {ends[1]:.3g}"
    agrees = line.p.meets(*ends) if line.p.relation == "=" else line.p.holds(ends[0]) or line.p.holds(ends[1])
    if not agrees:
        return Judgement(verdict="inconsistent", reason=f"{said}, not {p_words(line.p)}")
    reason = f"no means with their spread were printed; {said}, which agrees with {p_words(line.p)}"
    return Judgement(verdict="not_enough_printed", tried=("t",), reason=reason)


def from_means(line: Line) -> Judgement:
    """Return the verdict on the p-value of two means, by Welch's test or Student's."""
    if line.p is None or line.n_1 is None or line.n_0 is None:
        return Judgement(verdict="not_enough_printed", reason="means without their spread give neither test nor limits")
    if line.mean_1 is None or line.sd_1 is None or line.mean_0 is None or line.sd_0 is None:
        return Judgement(verdict="not_enough_printed", reason="means without their spread give neither test nor limits")
    values = (line.mean_1.value, line.sd_1.value, line.n_1, line.mean_0.value, line.sd_0.value, line.n_0)
    by_test = {"welch": welch_p(*values), "student": t_test_p(*values)}
    told = ", ".join(f"{name} {value:.4f}" for name, value in by_test.items())
    found = next((name for name, value in by_test.items() if line.p.holds(value)), None)
    if found is None:
        reason = f"means and standard deviations give p by {told}: neither is {p_words(line.p)}; another test may"
        return Judgement(verdict="not_reproducible", tried=tuple(by_test), reason=reason)
    reason = f"means and standard deviations give {p_words(line.p)} by {found} ({told})"
    return Judgement(verdict="reproduced", formula=found, tried=tuple(by_test), estimate=by_test[found], reason=reason)
