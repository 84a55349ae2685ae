"""Laws of the ledger: what was honestly computed and printed is never called wrong."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from steget_eval.core.printed import Printed, as_printed
from steget_eval.methods.evidence.audit import audit
from steget_eval.methods.evidence.audit_findings import PrintedRow
from steget_eval.methods.evidence.audit_sums import Cells
from steget_eval.methods.evidence.formulas import FORMULAS, formulas_for
from steget_eval.methods.evidence.ledger import judge
from steget_eval.methods.evidence.ledger_line import Line
from steget_eval.methods.evidence.reconstruct import Figures, counts_of_share
from steget_eval.methods.numerics.proportions import Table


@st.composite
def _tables(draw: st.DrawFn) -> Table:
    n_1, n_0 = draw(st.integers(5, 120)), draw(st.integers(5, 120))
    x_1, x_0 = draw(st.integers(1, n_1 - 1)), draw(st.integers(1, n_0 - 1))
    return Table(x_1=x_1, n_1=n_1, x_0=x_0, n_0=n_0)


def _print(value: float, decimals: int) -> Printed:
    return as_printed(f"{value:.{decimals}f}")


_BY_ROOT = [f for f in FORMULAS if f.excess is not None]


@settings(max_examples=150, deadline=None)
@given(_tables(), st.sampled_from(_BY_ROOT), st.integers(1, 3), st.integers(-2, 2), st.integers(-2, 2))
def test_limits_are_told_by_the_score_as_by_the_root(table, formula, decimals, down, up):
    """Printed a few last digits beside the limits, a line fits by the quick way exactly where the limits hold."""
    limits, unit = formula.limits(table, 0.95), 10.0**-decimals
    low, high = _print(limits.low + down * unit, decimals), _print(limits.high + up * unit, decimals)
    figures = Figures(
        measure=formula.measure, estimate=_print(formula.estimate(table), decimals), low=low, high=high
    )  # fmt: skip
    assert figures.fits(formula, table) == (low.holds(limits.low) and high.holds(limits.high))


_WITH_LIMITS = [f for f in FORMULAS if f.limits is not None and f.measure != "nnt"]


@settings(max_examples=150, deadline=None)
@given(_tables(), st.sampled_from(_WITH_LIMITS), st.integers(2, 4))
def test_what_a_formula_gave_is_reproduced(table, formula, decimals):
    limits = formula.limits(table, 0.95)
    values = (formula.estimate(table), limits.low, limits.high)
    if not all(math.isfinite(value) and abs(value) < 1e6 for value in values):
        return
    estimate, low, high = (_print(value, decimals) for value in values)
    line = Line(
        measure=formula.measure, n_1=table.n_1, events_1=table.x_1, n_0=table.n_0, events_0=table.x_0,
        percent_1=_print(100 * table.p_1, 1), percent_0=_print(100 * table.p_0, 1),
        estimate=estimate, low=low, high=high,
    )  # fmt: skip
    # A half added to every cell is another estimate than that of the percentages: there they are not printed beside.
    found = judge(line) if not formula.name.endswith(("_half", "conditional")) else judge(_bare(line))
    assert found.verdict == "reproduced", found.reason
    assert found.formula in {other.name for other in formulas_for(formula.measure)}


def _bare(line: Line) -> Line:
    return replace(line, percent_1=None, percent_0=None)


@settings(max_examples=60, deadline=None)
@given(_tables(), st.sampled_from([f for f in _WITH_LIMITS if f.measure == "risk_ratio"]))
def test_honest_limits_without_counts_are_never_inconsistent(table, formula):
    limits = formula.limits(table, 0.95)
    estimate, low, high = (_print(value, 2) for value in (formula.estimate(table), limits.low, limits.high))
    line = Line(measure="risk_ratio", n_1=table.n_1, n_0=table.n_0, estimate=estimate, low=low, high=high)
    assert judge(line).verdict != "inconsistent"


@given(st.integers(1, 2000), st.data(), st.integers(0, 2))
def test_a_percentage_that_was_computed_allows_its_count(n, data, decimals):
    x = data.draw(st.integers(0, n))
    assert x in counts_of_share(_print(100 * x / n, decimals), n).counts


@settings(max_examples=60, deadline=None)
@given(_tables(), st.integers(0, 1))
def test_an_honest_table_has_no_finding(table, decimals):
    pearson = formulas_for("p_value")[0].estimate(table)
    row = PrintedRow(
        label="a",
        arm_1=Cells(n=table.n_1, events=table.x_1, percent=_print(100 * table.p_1, decimals)),
        arm_0=Cells(n=table.n_0, events=table.x_0, percent=_print(100 * table.p_0, decimals)),
        everyone=Cells(n=table.n_1 + table.n_0, events=table.x_1 + table.x_0),
        effect=Line(measure="none", p=_print(pearson, 3)),
    )
    assert audit((row,)).findings == ()
