"""Verdicts where four counts, or percentages, were printed."""

from __future__ import annotations

from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.formulas import Formula, formulas_for
from steget_eval.methods.evidence.formulas_share import SHARE_FORMULAS
from steget_eval.methods.evidence.ledger_checks import impossible_share, off_centre
from steget_eval.methods.evidence.ledger_line import Judgement, Line, Verdict, first, p_words, words
from steget_eval.methods.evidence.reconstruct import MOST_SEARCHED, counts_of_share, tables_that_print
from steget_eval.methods.numerics.proportions import Table

LEVEL = 0.95
_REBUILT = "; the counts were reconstructed with these figures, which are so far only possible"


def from_counts(line: Line, table: Table, estimate: Printed) -> Judgement:
    """Return the verdict on an effect beside its counts."""
    formulas = formulas_for(line.measure)
    figures = line.figures(percentages=False)
    tried = tuple(formula.name for formula in formulas)
    found = next((formula for formula in formulas if figures.fits(formula, table)), None)
    if found is None:
        return _not_from_counts(line, table, estimate, formulas)
    test = _test_that_prints(table, line.p)
    if line.p is not None and test is None:
        return _shown(
            "not_reproducible",
            found,
            table,
            tried,
            f"{words(table)} gives the effect, but {p_words(line.p)} by no test",
        )
    reason = f"{words(table)} gives {'the estimate and both limits' if line.low is not None else 'the estimate'}"
    reason += "" if line.low is not None else "; no limits were printed"
    reason += f"; {p_words(line.p)} by {test}" if line.p is not None else ""
    reason += _REBUILT if line.rebuilt else ""
    return _shown("reproduced", found, table, tried, reason)


def _not_from_counts(line: Line, table: Table, estimate: Printed, formulas: tuple[Formula, ...]) -> Judgement:
    tried = tuple(formula.name for formula in formulas)
    near = next((formula for formula in formulas if estimate.holds(formula.estimate(table))), None)
    if near is None:
        said = f"{words(table)} gives the estimate by none of the formulas tried"
        if line.rebuilt:
            return _shown("not_reproducible", formulas[0], table, tried, f"{said}; other counts may")
        return _shown(
            "inconsistent", formulas[0], table, tried, f"{said}: printed counts and effect exclude each other"
        )
    said = f"{words(table)} gives the estimate, but the limits by none of the formulas tried{_nearest(near, table)}"
    if not off_centre(line):
        return _shown("not_reproducible", near, table, tried, f"{said}")
    exact_arms = line.arms_printed or max(table.n_1, table.n_0) > MOST_SEARCHED
    others = tables_that_print(
        line.figures(percentages=False), n_1=table.n_1, n_0=table.n_0, exact_arms=exact_arms, off_centre=True, at_most=1
    )
    if others.found:
        return _shown("not_reproducible", near, table, tried, f"{said}; other counts could, as {first(others)}")
    return _shown("inconsistent", near, table, tried, f"{said}; no table of {others.searched} people could")


def p_from_counts(table: Table, p: Printed) -> Judgement:
    """Return the verdict on a p-value beside its counts."""
    tests = formulas_for("p_value")
    tried = tuple(test.name for test in tests)
    values = ", ".join(f"{test.name} {test.estimate(table):.4f}" for test in tests)
    found = next((test for test in tests if p.holds(test.estimate(table))), None)
    if found is None:
        return _shown(
            "not_reproducible", tests[0], table, tried, f"{words(table)} gives {values}: none is {p_words(p)}"
        )
    others = ", ".join(f"{t.name} {t.estimate(table):.4f}" for t in tests[:5] if t is not found)
    return _shown("reproduced", found, table, tried, f"{words(table)} gives {p_words(p)} by {found.name} ({others})")


def from_percentages(line: Line) -> Judgement:
    """Return the verdict on two percentages."""
    if line.table is not None:
        rebuilt = "; the counts were reconstructed from these percentages, which are so far only possible"
        return Judgement(
            verdict="reproduced", formula="share", tried=("share",), estimate=100 * line.table.p_1,
            low=None, high=None, reason=f"{words(line.table)} gives both percentages{rebuilt if line.rebuilt else ''}",
        )  # fmt: skip
    known = [
        f"{percent} % of {n} is {' or '.join(map(str, counts_of_share(percent, n).counts))}"
        for n, events, percent in line.arms
        if n is not None and percent is not None and events is None
    ]
    tail = f"; {', '.join(known)}" if known else "; nor were the denominators"
    return Judgement(verdict="not_enough_printed", reason=f"the counts were not printed{tail}")


def from_share(line: Line) -> Judgement:
    """Return the verdict on the share of one arm, in per cent, with its limits."""
    if line.n_1 is None or line.events_1 is None or line.estimate is None:
        return Judgement(verdict="not_enough_printed", reason="the arm's counts were not printed")
    said = f"{line.events_1}/{line.n_1}"
    possible = counts_of_share(line.estimate, line.n_1)
    fits = [(name, limits(line.events_1, line.n_1, LEVEL)) for name, limits in SHARE_FORMULAS]
    hits = [(name, at) for name, at in fits if _prints(line.low, 100 * at.low) and _prints(line.high, 100 * at.high)]
    tried = tuple(name for name, _ in fits)
    if not possible.counts:
        tail = f"; the limits are those of {said} by {hits[0][0]}" if hits and line.low is not None else ""
        reason = f"{impossible_share(line.estimate, line.n_1)}{tail}"
        return Judgement(verdict="inconsistent", tried=tried, reason=reason)
    share = 100 * line.events_1 / line.n_1
    if line.events_1 not in possible.counts or not hits:
        reason = f"{said} is {share:.2f} %, and no formula tried gives what was printed"
        return Judgement(verdict="not_reproducible", tried=tried, estimate=share, reason=reason)
    if line.low is None:
        reason = f"{said}; no limits were printed{_REBUILT if line.rebuilt else ''}"
        return Judgement(verdict="reproduced", formula="share", estimate=share, reason=reason)
    name, at = hits[0]
    return Judgement(
        verdict="reproduced", formula=name, tried=tried, estimate=share, low=100 * at.low, high=100 * at.high,
        reason=f"{said} gives the share and both limits",
    )  # fmt: skip


def _nearest(formula: Formula, table: Table) -> str:
    if formula.limits is None:
        return ""
    limits = formula.limits(table, LEVEL)
    return f" ({formula.name}: {limits.low:.4g} to {limits.high:.4g})"


def _prints(printed: Printed | None, value: float) -> bool:
    return printed is None or printed.holds(value)


def _test_that_prints(table: Table, p: Printed | None) -> str | None:
    if p is None:
        return None
    return next((test.name for test in formulas_for("p_value") if p.holds(test.estimate(table))), None)


def _shown(verdict: Verdict, formula: Formula, table: Table, tried: tuple[str, ...], reason: str) -> Judgement:
    limits = formula.limits(table, LEVEL) if formula.limits else None
    return Judgement(
        verdict=verdict, formula=formula.name, tried=tried, reason=reason, estimate=formula.estimate(table),
        low=limits.low if limits else None, high=limits.high if limits else None,
    )  # fmt: skip
