"""The gate: results go in, and what may leave the house comes out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, overload

import numpy as np
import pandas as pd

from steget_eval.protocol.disclosure import Disclosure
from steget_eval.reporting.gate_evidence import disclose_review
from steget_eval.reporting.gate_panel import disclose_panel
from steget_eval.reporting.gate_prestudy import disclose_prestudy
from steget_eval.reporting.release import (
    Release,
    ReleasedDesign,
    ReleasedGate,
    ReleasedPopulation,
    ReleasedVerdict,
    Rule,
)
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.suppress import Thresholds, count_suppressions
from steget_eval.reporting.suppress_account import gate_account
from steget_eval.reporting.suppress_curves import AT_RISK_COLUMNS, CURVE_COLUMNS, gate_curves, mark_days, number_at_risk
from steget_eval.reporting.suppress_design import gate_design
from steget_eval.reporting.suppress_estimates import GatedEstimates, few_positive, gate_estimates, state_families
from steget_eval.reporting.suppress_fidelity import hide_fidelity
from steget_eval.reporting.suppress_flow import gate_flow
from steget_eval.reporting.suppress_joint import hide_joint
from steget_eval.reporting.suppress_missing import hide_ladder
from steget_eval.reporting.suppress_moves import GatedMoves, few_moved, gate_moves, open_moves, told_beside
from steget_eval.reporting.suppress_occupation import gate_occupation, open_occupation
from steget_eval.reporting.suppress_people import gate_baseline, gate_overlap, gate_unknown
from steget_eval.reporting.suppress_refusals import gate_refusals
from steget_eval.reporting.suppress_states import gate_states, states_frame
from steget_eval.reporting.suppress_steps import few_on_a_step, gate_steps, numbers_on_steps
from steget_eval.reporting.suppress_subgroups import told_groups
from steget_eval.study.panel import PanelResults
from steget_eval.study.prestudy import PrestudyResults
from steget_eval.study.results import Results, Verdict
from steget_eval.study.review import Review


@overload
def disclose(results: Results, policy: Disclosure | None = None, *, internal: bool = False) -> Release: ...
@overload
def disclose(results: Review, policy: Disclosure | None = None, *, internal: bool = False) -> EvidenceRelease: ...
@overload
def disclose(
    results: PrestudyResults, policy: Disclosure | None = None, *, internal: bool = False
) -> PrestudyRelease: ...
@overload
def disclose(results: PanelResults, policy: Disclosure | None = None, *, internal: bool = False) -> PanelRelease: ...
def disclose(
    results: Results | Review | PrestudyResults | PanelResults,
    policy: Disclosure | None = None,
    *,
    internal: bool = False,
) -> Release | EvidenceRelease | PrestudyRelease | PanelRelease:
    """Return what of the results may leave the house; the protocol's own policy unless another is given.

    A count below the minimum cell is hidden, and with it what would give it back: its complement, the estimates that
    rest on it, the sums that contain it, the small differences between numbers told in different tables. Numbers are
    admitted in order of importance: the primary estimand, the other estimands, the flow, unknown outcomes, table 1,
    the weights, the months, the numbers at risk, the rows of the files. `internal` takes nothing away. Of a review,
    what was published passes as it is, and what rests on a programme's own people only where the programme's own
    estimate does. Of a prestudy, which has no participants, the mapping and the planning values pass, without small
    counts of people.

    What the gate does not attempt: differences between two reports, protocols or policies on the same people; what a
    reader knows beforehand of a participant; changes from month to month in one state's number, where the month's
    total may be told; states that nobody was in a given month, which have no row; solving means, standard deviations
    or the coefficients behind adjusted estimates for one person; and that the day of a curve's merged step is the day
    of its last event.
    """
    if isinstance(results, PrestudyResults):
        return disclose_prestudy(results, policy, internal=internal)
    if isinstance(results, PanelResults):
        return disclose_panel(results, policy, internal=internal)
    if isinstance(results, Review):
        return disclose_review(results, lambda own: disclose(own, policy, internal=internal), internal=internal)
    if internal:
        return _internal(results)
    thresholds = Thresholds(policy or results.protocol.disclosure)
    few = few_positive(results.unknown, results.protocol, thresholds)
    few |= few_moved(results.moves, results.protocol, thresholds)
    few |= few_on_a_step(results.moves.steps, results.protocol, thresholds)
    stepped = numbers_on_steps(results.moves.steps, results.protocol, state_families(results.protocol))
    estimates = gate_estimates(
        results.estimates.to_frame(), results.protocol, thresholds, few, results.baseline, stepped
    )  # fmt: skip
    flow = gate_flow(results.flow, estimates.published)
    unknown = gate_unknown(results.unknown, flow.published)
    estimates = hide_ladder(estimates, unknown.frame)
    fidelity = hide_fidelity(estimates, results.fidelity, thresholds)
    estimates = fidelity.estimates
    estimates = hide_joint(estimates, results.joint, results.protocol, thresholds)
    baseline = gate_baseline(results.baseline, results.protocol, unknown.published)
    overlap = gate_overlap(results.overlap, baseline.published)
    states = gate_states(results.states, overlap.published, state_families(results.protocol))
    curves = gate_curves(results.curves, estimates, states.published, results.protocol)
    account = gate_account(results.account, states.published)
    moves = _moves(results, estimates, thresholds)
    design = gate_design(results.design, states.published)
    occupied = gate_occupation(results.occupied, estimates.frame, states.published, results.protocol)
    verdicts = tuple(_verdict(verdict, estimates) for verdict in results.verdicts)
    told = gate_refusals(results.refusals, estimates, thresholds)
    lost: Counter[tuple[Rule, str]] = Counter(
        {
            ("dependent", "verdicts"): sum(verdict.suppressed for verdict in verdicts),
            ("dependent", "refusals"): len(results.refusals) - len(told),
        }
    )
    parts = (estimates.taken, flow.taken, unknown.taken, baseline.taken, overlap.taken, states.taken, curves.taken,
             account.taken, moves.taken, occupied.taken, design.taken)  # fmt: skip
    return Release(
        protocol=results.protocol, records_fingerprint=results.records_fingerprint, origin=results.origin,
        source=results.source, estimates=estimates.frame, verdicts=verdicts, curves=curves.curves,
        at_risk=curves.at_risk, baseline=baseline.frame, states=states.frame, overlap=overlap.frame,
        unknown=unknown.frame, flow=flow.frame,
        refusals=told,
        suppressions=count_suppressions(*parts, +lost), policy=thresholds.policy, account=account.account,
        gates=_gates(results, overlap.frame), other_gates=_other_gates(results, overlap.frame), moves=moves.frame,
        steps=_steps(results, estimates), months=occupied.months, month_moves=occupied.moves,
        design=design.frame, design_gates=_design_gates(results, overlap.frame),
        subgroups=told_groups(results.subgroups, estimates.frame), fidelity=fidelity.found,
    )  # fmt: skip


def _verdict(verdict: Verdict, estimates: GatedEstimates | None) -> ReleasedVerdict:
    row = verdict.answers.rows[0]
    goal: dict[str, Any] = {
        "target": verdict.target, "estimand": verdict.estimand, "goal": verdict.goal, "low": verdict.low,
        "high": verdict.high, "method": row.method,
    }  # fmt: skip
    if estimates is not None and not _is_told(verdict.estimand, estimates):
        return ReleasedVerdict(
            **goal, suppressed=True, point=None, shown=None, needed=None, estimate=None, conf_low=None, conf_high=None,
            n=None, events=None,
        )  # fmt: skip
    return ReleasedVerdict(
        **goal, suppressed=False, point=verdict.point, shown=verdict.shown, needed=verdict.needed,
        estimate=row.estimate, conf_low=row.conf_low, conf_high=row.conf_high, n=row.n_1, events=row.events_1,
        probability=verdict.probability,
    )  # fmt: skip


def _gates(results: Results, overlap: pd.DataFrame | None) -> tuple[ReleasedGate, ...]:
    """Return whether each gate was passed; none where the weighted arms' sizes may not all be told."""
    if overlap is not None and overlap.loc[overlap["key"].isin(("n", "ess")), "suppressed"].any():
        return ()
    return tuple(ReleasedGate(name=gate.name, passed=gate.passed) for gate in results.gates)


def _other_gates(results: Results, overlap: pd.DataFrame | None) -> tuple[ReleasedPopulation, ...]:
    if not _gates(results, overlap):
        return ()
    return tuple(
        ReleasedPopulation(
            population=one.population, gates=tuple(ReleasedGate(name=g.name, passed=g.passed) for g in one.gates)
        )
        for one in results.other_gates
    )


def _design_gates(results: Results, overlap: pd.DataFrame | None) -> tuple[ReleasedDesign, ...]:
    if overlap is not None and overlap.loc[overlap["key"].isin(("n", "ess")), "suppressed"].any():
        return ()
    return tuple(
        ReleasedDesign(method=one.method, gates=tuple(ReleasedGate(name=g.name, passed=g.passed) for g in one.gates))
        for one in results.design.gates
    )


def _moves(results: Results, estimates: GatedEstimates, thresholds: Thresholds) -> GatedMoves:
    names = [one.id for one in results.protocol.estimands]
    told = {name for name in names if _is_told(name, estimates)}
    sizes = {str(name): int(known) for name, known in results.unknown[["estimand", "known"]].itertuples(index=False)}
    beside = told_beside(results.protocol, told, sizes)
    return gate_moves(results.moves, frozenset(names) - told, thresholds, beside)


def _steps(results: Results, estimates: GatedEstimates) -> pd.DataFrame:
    names = {str(one) for one in results.moves.steps["estimand"]}
    return gate_steps(results.moves.steps, frozenset(name for name in names if not _is_told(name, estimates)))


def _is_told(estimand: str, estimates: GatedEstimates) -> bool:
    mine = estimates.frame[(estimates.frame["estimand"] == estimand) & (estimates.frame["subgroup"] == "all")]
    return len(mine) > 0 and not mine["suppressed"].any()


def _internal(results: Results) -> Release:
    def open_(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(suppressed=False).reset_index(drop=True)

    occupied = open_occupation(results.occupied)
    states = results.states.assign(total=results.states.groupby(["arm", "month"])["n"].transform("sum"))
    columns = states[["arm", "month", "state", "n", "total"]]
    shares = [
        (*row, row[3] / row[4] if row[4] else np.nan, False) for row in columns.itertuples(index=False, name=None)
    ]
    return Release(
        protocol=results.protocol, records_fingerprint=results.records_fingerprint, origin=results.origin,
        source=results.source, estimates=open_(results.estimates.to_frame()),
        verdicts=tuple(_verdict(verdict, None) for verdict in results.verdicts),
        curves=open_(results.curves)[CURVE_COLUMNS], at_risk=_open_marks(results), baseline=open_(results.baseline),
        states=states_frame(shares), overlap=open_(results.overlap),
        unknown=open_(results.unknown.drop(columns="positive", errors="ignore")),
        flow=open_(results.flow.to_frame()), refusals=results.refusals, suppressions=(),
        policy=results.protocol.disclosure, internal=True, account=gate_account(results.account, None).account,
        gates=_gates(results, None), other_gates=_other_gates(results, None), moves=open_moves(results.moves),
        steps=gate_steps(results.moves.steps, frozenset()), subgroups=results.subgroups,
        fidelity=None if results.fidelity is None else replace(results.fidelity, smallest=None),
        months=occupied.months, month_moves=occupied.moves, design=open_(results.design.counts),
        design_gates=_design_gates(results, None),
    )  # fmt: skip


def _open_marks(results: Results) -> pd.DataFrame:
    events = results.curves[results.curves["cause"] == "event"]
    rows = [
        (estimand, arm, float(day), number_at_risk(mine.sort_values("time", kind="stable"), day), False)
        for (estimand, arm), mine in events.groupby(["estimand", "arm"], sort=False)
        for day in mark_days(results.protocol)
    ]
    frame = pd.DataFrame(rows, columns=AT_RISK_COLUMNS)
    return frame.astype({"time": float, "at_risk": "Int64", "suppressed": bool})
