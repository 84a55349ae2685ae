"""What is wrong with a printed table: each finding a sentence, each missing count with its candidates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from steget_eval.core.printed import Printed
from steget_eval.methods.evidence.audit_findings import Audit, Finding, PrintedRow, Reconstructed, Rule, Weight
from steget_eval.methods.evidence.audit_sums import Cells, sum_findings
from steget_eval.methods.evidence.formulas import formulas_for
from steget_eval.methods.evidence.ledger import judge
from steget_eval.methods.evidence.ledger_checks import beyond, impossible_share, off_centre
from steget_eval.methods.evidence.ledger_line import RATIO_MEASURES, Judgement, Line, p_words
from steget_eval.methods.evidence.reconstruct import Figures, counts_of_share
from steget_eval.methods.numerics.proportions import Table

#: Tables of candidate counts are tried one by one up to so many.
_MOST_TABLES = 5000


def audit(rows: tuple[PrintedRow, ...]) -> Audit:
    """Return what is wrong with a printed table, with the counts it leaves to be reconstructed.

    Percentages against denominators, counts against percentages, parts and arms against their sums, effects and
    p-values against counts, limits against their estimate. Printed numbers are intervals of their rounding throughout.
    """
    findings = [
        *(finding for row in rows for finding in _row_findings(row)),
        *(Finding(row=f.row, rule=f.rule, weight=f.weight, sentence=f.sentence) for f in sum_findings(
            tuple((row.label, row.part_of, row.arms) for row in rows))),
    ]  # fmt: skip
    rebuilt = tuple(found for row in rows for found in _reconstruct(row))
    return Audit(findings=tuple(findings), reconstructed=rebuilt, rows=len(rows))


def _row_findings(row: PrintedRow) -> Iterator[Finding]:
    wrong = False
    for rule, sentence in _cell_sentences(row):
        wrong = True
        yield Finding(row=row.label, rule=rule, weight="impossible", sentence=sentence)
    if not wrong:  # an effect beside impossible cells has nothing to be held against
        yield from _effect_findings(row)


def _cell_sentences(row: PrintedRow) -> Iterator[tuple[Rule, str]]:
    for arm, cells in row.arms:
        if sentence := beyond(cells.percent, 0, 100, "a percentage"):
            yield "percent", f"{sentence} ({arm})"
        elif cells.n is not None and cells.events is not None and cells.events > cells.n:
            yield "events", f"{cells.events} events among {cells.n} people ({arm})"
        elif cells.n is not None and cells.percent is not None:
            possible = counts_of_share(cells.percent, cells.n)
            if not possible.counts:
                yield "percent", f"{impossible_share(cells.percent, cells.n)} ({arm})"
            elif cells.events is not None and cells.events not in possible.counts:
                share = f"{cells.events} of {cells.n} is {100 * cells.events / cells.n:.2f} %"
                yield "percent", f"{share}, not {cells.percent} % ({arm})"


def _effect_findings(row: PrintedRow) -> Iterator[Finding]:
    line = _line(row)
    if line.measure != "none" and line.estimate is not None:
        found = judge(replace(line, p=None))
        if found.verdict in ("inconsistent", "not_reproducible"):
            weight: Weight = "impossible" if found.verdict == "inconsistent" else "unreproduced"
            yield Finding(row=row.label, rule="effect", weight=weight, sentence=found.reason)
        if line.measure in RATIO_MEASURES and off_centre(line) and not _told(found):
            sentence = f"{line.low} to {line.high} is off centre about {line.estimate} on the log scale"
            yield Finding(row=row.label, rule="limits", weight="unreproduced", sentence=sentence)
    yield from _p_findings(row, line)


def _told(found: Judgement) -> bool:
    """Whether limits off centre are a score interval's own, or were told with the effect."""
    return found.verdict == "reproduced" or (found.verdict != "not_enough_printed" and "off centre" in found.reason)


def _p_findings(row: PrintedRow, line: Line) -> Iterator[Finding]:
    if line.p is None:
        return
    if sentence := beyond(line.p, 0, 1, "p"):
        yield Finding(row=row.label, rule="p", weight="impossible", sentence=sentence)
        return
    tables = _candidate_tables(row)
    if tables and not any(_gives_p(table, line.p) for table in tables):
        shown = ", ".join(f"{test.name} {test.estimate(tables[0]):.4f}" for test in formulas_for("p_value"))
        counts = "the counts give" if len(tables) == 1 else f"none of {len(tables)} tables that fit does, the first has"
        sentence = f"{p_words(line.p)} is given by no test: {counts} {shown}"
        yield Finding(row=row.label, rule="p", weight="unreproduced", sentence=sentence)
    if line.low is None or line.high is None or line.measure in ("none", "nnt", "share"):
        return
    null = 1.0 if line.measure in RATIO_MEASURES else 0.0
    outside = line.low.low > null or line.high.high < null
    inside = line.low.high < null < line.high.low
    above = line.p.relation != "<" and line.p.low > 0.05
    below = line.p.relation != ">" and (line.p.value <= 0.05 if line.p.relation == "<" else line.p.high < 0.05)
    if (outside and above) or (inside and below):
        where = "exclude" if outside else "include"
        sentence = f"the limits {line.low} to {line.high} {where} {null:g}, but {p_words(line.p)}"
        yield Finding(row=row.label, rule="p", weight="unreproduced", sentence=sentence)


def _line(row: PrintedRow) -> Line:
    one, two = row.arm_1, row.arm_0
    return replace(
        row.effect, n_1=one.n, events_1=one.events, percent_1=one.percent, n_0=two.n, events_0=two.events,
        percent_0=two.percent,
    )  # fmt: skip


def _counts(cells: Cells) -> tuple[int, ...]:
    if cells.n is None:
        return ()
    if cells.events is not None:
        return (cells.events,) if cells.events <= cells.n else ()
    return () if cells.percent is None else counts_of_share(cells.percent, cells.n).counts


def _candidate_tables(row: PrintedRow) -> tuple[Table, ...]:
    """Every table that counts and percentages of the two arms allow; none where there are too many to try."""
    one, two = _counts(row.arm_1), _counts(row.arm_0)
    if not one or not two or len(one) * len(two) > _MOST_TABLES or row.arm_1.n is None or row.arm_0.n is None:
        return ()
    return tuple(Table(x_1=x, n_1=row.arm_1.n, x_0=y, n_0=row.arm_0.n) for x, y in product(one, two))


def _gives_p(table: Table, p: Printed) -> bool:
    return any(p.holds(test.estimate(table)) for test in formulas_for("p_value"))


def _fits(row: PrintedRow, table: Table) -> bool:
    line = row.effect
    formulas = formulas_for(line.measure)
    if line.estimate is not None and formulas:
        figures = Figures(measure=line.measure, estimate=line.estimate, low=line.low, high=line.high)
        if not any(figures.fits(formula, table) for formula in formulas):
            return False
    return line.p is None or _gives_p(table, line.p)


def _reconstruct(row: PrintedRow) -> Iterator[Reconstructed]:
    tables = tuple(table for table in _candidate_tables(row) if _fits(row, table))
    for arm, cells in row.arms:
        if cells.events is not None or cells.n is None or cells.percent is None:
            continue
        candidates = counts_of_share(cells.percent, cells.n).counts
        kept = candidates
        if arm != "everyone" and _candidate_tables(row):
            of_arm = {table.x_1 if arm == "arm 1" else table.x_0 for table in tables}
            kept = tuple(count for count in candidates if count in of_arm)
        yield Reconstructed(
            row=row.label, arm=arm, n=cells.n, percent=cells.percent, candidates=candidates, with_effect=kept
        )
