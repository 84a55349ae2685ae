"""Finds the rule that removes each person, the first in the protocol's order."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from steget_eval.cohort.refusals import refuse_missing_column, refuse_rows
from steget_eval.cohort.tables import Laid, attach
from steget_eval.core.errors import CohortError
from steget_eval.protocol import Protocol
from steget_eval.protocol.cohort_rules import Eligibility

#: The two roles of a person: in the question, or only in the benchmark that it is held against.
QUESTION, BENCHMARK = "question", "benchmark"


def known_arms(participants: ir.Table, protocol: Protocol) -> ir.Table:
    """Return everyone, refusing rows whose arm the protocol does not know."""
    allowed = [arm.id for arm in protocol.arms.all()]
    strangers = participants.filter(participants.arm.isnull() | participants.arm.notin(allowed))
    refuse_rows(strangers, "arm", f"the arm is none that the protocol knows; allowed: {', '.join(allowed)}")
    return participants


def with_role(participants: ir.Table, protocol: Protocol) -> ir.Table:
    """Return the people of the question and of the benchmark with their `role`; the other arms are left aside."""
    roles = {arm.id: QUESTION for arm in protocol.arms.compared()}
    if protocol.benchmark is not None:
        roles[protocol.benchmark.comparison] = BENCHMARK
    people = participants.filter(participants.arm.isin(list(roles)))
    return people.mutate(role=ibis.cases(*((people.arm == arm, role) for arm, role in roles.items()), else_=""))


def with_removal(laid: Laid, people: ir.Table, protocol: Protocol) -> ir.Table:
    """Add `removed_by`: the number of the first rule that removes the person, -1 for who stays.

    Whoever is not known to meet a rule (no year of birth, no value in the column) is removed by it.
    """
    rules = protocol.eligibility
    for number, rule in enumerate(rules):
        if rule.not_in_state:
            # Kept, so that the engine knows how few they are before it joins them to everyone.
            held = laid.keep("in_state", _in_state(laid, people, rule, protocol))
            people = attach(people, held.mutate(**{_flag(number): ibis.literal(1)}))
    meets = [_meets(people, rule, number, protocol) for number, rule in enumerate(rules)]
    return people.mutate(removed_by=_first_unmet(meets))


def age_at_index(people: ir.Table, protocol: Protocol, needed_by: str) -> ir.Value:
    """Return the year of the index date minus the year of birth, or the column `age` that the records declare.

    The declared column serves where the clock has no index date, or no year of birth is recorded for anybody.
    """
    dated = protocol.clock.index != "none" and "birth_year" in people.columns
    if dated and ("age" not in people.columns or int(people.birth_year.count().execute()) > 0):
        return people.index_on.year().cast("int64") - people.birth_year.cast("int64")
    refuse_missing_column(people, "participants", "age", needed_by)
    return people.age


def _first_unmet(meets: Sequence[ir.Value]) -> ir.Value:
    if not meets:
        return ibis.literal(-1)
    return ibis.cases(*((met == 0, number) for number, met in enumerate(meets)), else_=-1)


def _meets(people: ir.Table, rule: Eligibility, number: int, protocol: Protocol) -> ir.Value:
    """1 where the rule lets the person stay, 0 where it does not, never null."""
    at = f"eligibility.{rule.id}"
    if rule.enrolled_between is not None:
        first, last = rule.enrolled_between
        return _yes(people.enrolled_on.between(ibis.date(first.isoformat()), ibis.date(last.isoformat())))
    if rule.age_between is not None:
        return _yes(age_at_index(people, protocol, at).between(*rule.age_between))
    if rule.column is not None:
        refuse_missing_column(people, "participants", rule.column, at)
        return _yes(people[rule.column].cast("string").isin(rule.one_of))
    return _yes(people[_flag(number)].isnull())


def _yes(condition: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, 1, 0)


def _flag(number: int) -> str:
    return f"in_state_{number}"


def _in_state(laid: Laid, people: ir.Table, rule: Eligibility, protocol: Protocol) -> ir.Table:
    if protocol.clock.index == "none":
        raise CohortError(f"eligibility.{rule.id}: not_in_state asks of the index date, and the clock has none")
    spells = laid.table("spells", f"eligibility.{rule.id}").select("participant_id", "state", "started_on", "ended_on")
    joined = spells.inner_join(people.select("participant_id", "index_on"), "participant_id")
    runs = (joined.started_on <= joined.index_on) & (joined.ended_on.isnull() | (joined.ended_on > joined.index_on))
    return joined.filter(runs & joined.state.isin(rule.not_in_state)).select("participant_id").distinct()
