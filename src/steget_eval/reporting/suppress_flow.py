"""Which boxes of the participant flow may be told."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from steget_eval.cohort import Flow, FlowStep
from steget_eval.reporting.release import Rule
from steget_eval.reporting.suppress import Gated, Published, Thresholds, size_key

#: Id of the step that several exclusions with few people became.
POOLED = "suppressed"

Hidden = dict[tuple[int, str], Rule]


def gate_flow(flow: Flow, published: Published) -> Gated:
    """Pool exclusions of few people, and hide boxes so that no sum of the flow gives a small one back.

    The sums are records = outside + excluded + included, in all and in each arm, and all = the sum of the arms.
    That a rule removed nobody is told: a zero there is nobody's. Exclusions with a small number anywhere become one
    step; where that is still small, so it is hidden, and the records it was taken from with it. An arm's `included`
    that lies close to the number analysed would tell how few have an unknown outcome: it is hidden with everything
    that adds up to it, and the analysed number is kept.
    """
    thresholds = published.thresholds
    steps = _pool_exclusions(list(flow.steps), thresholds)
    arms = list(dict.fromkeys(arm for step in steps if step.kind != "outside" for arm in step.by_arm))
    hidden = _hide_exclusions(steps, arms, thresholds)
    hidden |= _hide_outside(steps, thresholds)
    for kind in ("included", "known"):
        found, published = _hide_size(steps, arms, kind, published)
        hidden |= found
    hidden |= _hide_records(steps, hidden)
    return Gated(_frame(steps, hidden), published, Counter((rule, "flow") for rule in hidden.values()))


def _pool_exclusions(steps: list[FlowStep], thresholds: Thresholds) -> list[FlowStep]:
    excluded = [step for step in steps if step.kind == "excluded"]
    pool = [step for step in excluded if _has_small(step, thresholds)]
    rest = sorted((step for step in excluded if step not in pool and step.n), key=lambda step: step.n)
    while pool and rest and (len(pool) < 2 or _has_small(_sum(pool), thresholds)):
        pool.append(rest.pop(0))
    if len(pool) < 2:
        return steps
    kept = [step for step in steps if step not in pool]
    place = next(number for number, step in enumerate(steps) if step in pool)
    before = sum(step not in pool for step in steps[:place])
    return [*kept[:before], _sum(pool), *kept[before:]]


def _sum(steps: list[FlowStep]) -> FlowStep:
    arms = dict.fromkeys(arm for step in steps for arm in step.by_arm)
    by_arm = {arm: sum(step.by_arm.get(arm, 0) for step in steps) for arm in arms}
    return FlowStep(kind="excluded", id=POOLED, n=sum(step.n for step in steps), by_arm=by_arm)


def _has_small(step: FlowStep, thresholds: Thresholds) -> bool:
    return any(n > 0 and thresholds.is_small(n) for n in (step.n, *step.by_arm.values()))


def _hide_exclusions(steps: list[FlowStep], arms: list[str], thresholds: Thresholds) -> Hidden:
    hidden: Hidden = {}
    for number, step in enumerate(steps):
        if step.kind != "excluded" or not _has_small(step, thresholds):
            continue
        for arm in arms:
            hidden[number, arm] = thresholds.rule(step.by_arm.get(arm)) or "complement"
        rule = thresholds.rule(step.n)
        if rule is not None or len(arms) < 2:
            hidden[number, "all"] = rule or "complement"
    return hidden


def _hide_outside(steps: list[FlowStep], thresholds: Thresholds) -> Hidden:
    return {
        (number, "all"): rule
        for number, step in enumerate(steps)
        if step.kind == "outside" and (rule := thresholds.rule(step.n)) is not None
    }


def _hide_size(
    steps: list[FlowStep], arms: list[str], kind: str, published: Published
) -> tuple[Hidden, Published]:  # fmt: skip
    hidden: Hidden = {}
    for number, step in enumerate(steps):
        if step.kind != kind:
            continue
        for arm in arms:
            n = step.by_arm.get(arm, 0)
            rule = published.thresholds.rule(n)
            if rule is None and not published.admits(size_key(arm), n):
                rule = "small_difference"
            if rule is not None:
                hidden[number, arm] = rule
            else:
                published = published.with_numbers([(size_key(arm), n)])
        if hidden:
            hidden[number, "all"] = "complement"
        elif not published.admits(size_key("all"), step.n):
            hidden |= {(number, column): "small_difference" for column in ("all", *arms)}
        else:
            published = published.with_numbers([(size_key("all"), step.n)])
    return hidden, published


def _hide_records(steps: list[FlowStep], hidden: Hidden) -> Hidden:
    """The records are hidden wherever a part of their sum is."""
    columns = {column for number, column in hidden if steps[number].kind != "known"}
    return {
        (number, column): "complement"
        for number, step in enumerate(steps)
        if step.kind == "records"
        for column in columns
    }


def _frame(steps: list[FlowStep], hidden: Hidden) -> pd.DataFrame:
    rows = []
    for number, step in enumerate(steps):
        by_arm = {} if step.kind == "outside" else dict(step.by_arm)
        for arm, n in (("all", step.n), *by_arm.items()):
            gone = (number, arm) in hidden
            rows.append((number, step.kind, step.id, arm, pd.NA if gone else n, gone))
    frame = pd.DataFrame(rows, columns=["step", "kind", "id", "arm", "n", "suppressed"])
    return frame.astype({"n": "Int64", "suppressed": bool})
