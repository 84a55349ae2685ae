"""Tells an estimand as a slice through the house: what is asked, how it is answered, where, and who witnesses it."""

from __future__ import annotations

from steget_eval.core.catalogue import Method
from steget_eval.protocol import Protocol
from steget_eval.protocol.counted import Counts
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.measures import MinimumDose
from steget_eval.protocol.outcome import EventSource, IntercurrentEvent, Outcome
from steget_eval.study.answered import what_is_answered
from steget_eval.study.answers import method_lines

_POPULATIONS = {
    "ATE": "everyone in the cohort (ATE)",
    "ATT": "those who got the treated arm (ATT)",
    "ATC": "those who got the comparison arm (ATC)",
    "ATO": "those who might as well have got either arm (ATO)",
    "arm": "the one arm",
}
_STRATEGIES = {
    "treatment_policy": "looked through (treatment policy)",
    "composite": "counts as not reaching the outcome (composite)",
    "while_alive": "competes with the outcome (while alive)",
    "hypothetical": "imagined away, by inverse probability of censoring (hypothetical)",
}


def explain(protocol: Protocol, estimand_id: str) -> list[tuple[str, str]]:
    """Return the names of an estimand's parts with what each means."""
    estimand = protocol.estimand(estimand_id)
    outcome = protocol.outcome(estimand.outcome)
    methods = method_lines(protocol, estimand)
    if outcome.counts is not None:
        return _counted(protocol, estimand, outcome.counts, methods)
    if outcome.counted is not None:
        return _counted_units(protocol, estimand, outcome, methods)
    return [
        ("estimand", estimand.id + (" (primary)" if estimand.id == protocol.primary else "")),
        ("question", estimand.question.en),
        ("arms", " against ".join(f"{arm.label.en} ({arm.id})" for arm in protocol.arms.compared())),
        ("population", _POPULATIONS[estimand.population]),
        *_narrowed(estimand),
        ("contrast", estimand.contrast.replace("_", " ")),
        ("outcome", f"{outcome.label.en} ({outcome.id}, kind {outcome.kind}, measure {outcome.measure})"),
        ("definition", outcome.definition.en + (f" [{outcome.definition_id}]" if outcome.definition_id else "")),
        ("events", "\n".join(_source(source) for source in outcome.events)),
        *_panel(protocol, outcome),
        ("minimum dose", _dose(outcome.minimum_dose)),
        ("looked at", _looks(outcome)),
        ("window", _window(protocol, outcome)),
        ("strategies", "\n".join(_strategy(event, estimand) for event in outcome.intercurrent_events) or "none needed"),
        ("censoring", f"outcome unknown after {', '.join(outcome.censoring)}" if outcome.censoring else "none"),
        ("covariates", _covariates(protocol, methods)),
        ("clusters", protocol.cluster or "none"),
        ("eligibility", "\n".join(f"excluded: {rule.exclude.en}" for rule in protocol.eligibility) or "everyone"),
        ("cohort", f"steget_eval.cohort.derive_{outcome.kind}:derive_{outcome.kind}"),
        ("methods", "\n".join(_method(line, number) for number, line in enumerate(methods))),
        ("answered", what_is_answered(protocol) or "yes"),
        ("targets", "\n".join(target.label.en for target in protocol.targets if target.estimand == estimand.id)
         or "none"),
    ]  # fmt: skip


def _counted(
    protocol: Protocol, estimand: Estimand, counts: Counts, methods: tuple[Method, ...]
) -> list[tuple[str, str]]:  # fmt: skip
    """Return the parts of an estimand of counts: there are no persons, so neither a window nor a covariate."""
    outcome = protocol.outcome(estimand.outcome)
    groups = [*estimand.by, *([f"{estimand.pooled_by}, drawn together"] if estimand.pooled_by else [])]
    who = f"{counts.category} ({counts.sex})" if counts.sex else counts.category
    return [
        ("estimand", estimand.id + (" (primary)" if estimand.id == protocol.primary else "")),
        ("question", estimand.question.en),
        ("outcome", f"{outcome.label.en} ({outcome.id}, counted)"),
        ("definition", outcome.definition.en),
        ("counts", f"{who} of {counts.of}, in {counts.period}"),
        ("clock", "none: counted in a calendar period"),
        ("by", ", ".join(groups) or "everyone together"),
        ("part of", outcome.part_of or "no other outcome"),
        ("people", "steget_eval.study.aggregate_counts:count_people, one row per counted person"),
        ("methods", "\n".join(_method(line, number) for number, line in enumerate(methods))),
        ("targets", "\n".join(target.label.en for target in protocol.targets if target.estimand == estimand.id)
         or "none"),
    ]  # fmt: skip


def _narrowed(estimand: Estimand) -> list[tuple[str, str]]:
    """Return whom of everyone an amount is asked among and why, and what it is gathered over; nothing otherwise."""
    told = []
    if estimand.among is not None:
        told.append(("among", f"those above zero alone, because: {estimand.among.because.en}"))
    if estimand.exposure is not None:
        told.append(("exposure", "the days each person was followed; the rate is taken to be the same afterwards"))
    return told


def _counted_units(
    protocol: Protocol, estimand: Estimand, outcome: Outcome, methods: tuple[Method, ...]
) -> list[tuple[str, str]]:  # fmt: skip
    """Return the parts of an estimand of counted units: there are no persons, so neither a window nor a dose."""
    return [
        ("estimand", estimand.id + (" (primary)" if estimand.id == protocol.primary else "")),
        ("question", estimand.question.en),
        ("population", "the units that start" if estimand.population == "ATT" else "the series of those that start"),
        ("contrast", estimand.contrast.replace("_", " ")),
        ("outcome", f"{outcome.label.en} ({outcome.id}, kind {outcome.kind}, counted)"),
        ("definition", outcome.definition.en),
        *_panel(protocol, outcome),
        ("cells", "steget_eval.study.panel_cells:count_cells, one number per unit and period"),
        ("methods", "\n".join(_method(line, number) for number, line in enumerate(methods))),
        ("answered", "yes, by evaluate_panel"),
    ]


def _panel(protocol: Protocol, outcome: Outcome) -> list[tuple[str, str]]:
    """Return what is followed over which periods, and what was counted of it; nothing without a panel."""
    panel = protocol.panel
    if panel is None:
        return []
    begun = sum(panel.start_of(unit) >= 0 for unit in panel.units)
    told = [("panel", f"{len(panel.units)} units, {begun} of which start, over {len(panel.labels)} periods "
             f"({panel.period}) from {panel.labels[0]} to {panel.labels[-1]}")]  # fmt: skip
    if outcome.counted is not None:
        of = "" if outcome.counted.of is None else f" of {outcome.counted.of}"
        told.append(("counted", f"{outcome.counted.category}{of}, each period"))
    return told


def _source(source: EventSource) -> str:
    if source.spells:
        how = "a spell that begins in the window" if source.entry else "a spell under way in the window"
        if source.completed:
            how += ", completed, on its last day"
        if source.subsidised is not None:
            how += ", subsidised" if source.subsidised else ", not subsidised"
        return f"{how}: {', '.join(source.spells)}"
    if source.status is not None:
        since = f", begun or increased since {source.status.increased_since}" if source.status.increased_since else ""
        asked = {"occupation": source.status.occupations, "lives on": source.status.income_sources}
        told = ", and ".join(f"{name} {' or '.join(codes)}" for name, codes in asked.items() if codes)
        return f"at {source.status.occasion}: {told}{since}"
    if source.amount is not None:
        amount = source.amount
        return f"{amount.item} at {amount.occasion}, above {amount.above} where an event is asked for"
    return f"follow-up ended by {', '.join(source.follow_up_ended_by)}"


def _dose(dose: MinimumDose | None) -> str:
    if dose is None:
        return "none: one day is enough"
    hours = "" if dose.hours_per_week is None else f", in spells of at least {dose.hours_per_week:g} hours a week"
    if dose.hours is not None:
        return f"{dose.hours} hours in the window{hours}"
    if dose.share_of_weeks is not None:
        return f"a qualifying day in {dose.share_of_weeks:.0%} of the window's whole weeks{hours}"
    return f"{dose.dose_days} days {'in one stretch' if dose.unbroken else 'in the window'}{hours}"


def _looks(outcome: Outcome) -> str:
    """What is asked of the days beside the events."""
    told = [f"measure {outcome.measure}"] if outcome.measure != "ever" else []
    if outcome.none:
        told.append("none of the states may hold")
    if outcome.months_after_exit:
        told.append(f"{outcome.months_after_exit} months after discharge")
    if outcome.bridge_days:
        told.append(f"gaps of at most {outcome.bridge_days} days are joined, and count")
    if outcome.ladder:
        steps = ", ".join(step.label.en for step in outcome.ladder)
        told.append(f"steps from lowest to highest, an order that is assumed: {steps}")
    if outcome.scores is not None:
        told.append(f"{outcome.scores.instrument} at {', '.join(outcome.scores.occasions)}")
    return "\n".join(told) or "nothing more"


def _window(protocol: Protocol, outcome: Outcome) -> str:
    clock = protocol.clock
    if clock.index == "none" or not outcome.needs_clock:
        return "tied to an occasion, not to a person's own days"
    return f"[{clock.index}, {clock.index} + {clock.horizon} {clock.unit}), at most {clock.horizon_days} days"


def _strategy(event: IntercurrentEvent, estimand: Estimand) -> str:
    sources = "; ".join(_source(source) for source in event.sources)
    return f"{event.label.en}: {_STRATEGIES[estimand.strategies[event.id]]}; {sources}"


def _covariates(protocol: Protocol, methods: tuple[Method, ...]) -> str:
    adjusted = [covariate.label.en for covariate in protocol.covariates if covariate.adjust]
    if not any(line.adjusts for line in methods):
        return "none adjusted for"
    return f"adjusted for {', '.join(adjusted)}" if adjusted else "none adjusted for"


def _method(line: Method, number: int) -> str:
    main = " (main)" if number == 0 else ""
    return f"{line.name}{main}: {line.function}, witnessed by {line.witness}"
