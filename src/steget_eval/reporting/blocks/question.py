"""What was asked, decided beforehand, of which records, and how to ask it again."""

from __future__ import annotations

import platform
from importlib.metadata import version

import steget_eval
from steget_eval.protocol.base import Text
from steget_eval.protocol.estimand import Estimand
from steget_eval.protocol.outcome import Outcome
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.beneath import asked_among
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables import choices
from steget_eval.reporting.text import Cell, Label, Sentence, code_label, key_label, sentences

#: The libraries whose version could move a number.
_LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "lifelines", "duckdb", "ibis-framework", "matplotlib")


def protocol(release: Release) -> Block:
    """Return the question as it was decided: programme, design, arms, clock, outcomes, estimands and choices."""
    children = [
        build.paragraph("protocol-programme", release.protocol.programme.description),
        build.terms("protocol-terms", _terms(release)),
        build.heading("protocol-outcomes", build.heading_of("definitions")),
        build.bullets("protocol-definitions", _definitions(release)),
        build.heading("protocol-estimands", key_label("shell.estimands")),
        build.terms("protocol-questions", [_question(release, one) for one in release.protocol.estimands]),
    ]
    if release.protocol.choices:
        children.append(build.table("protocol-choices", choices(release)))
    return build.section("protocol", build.heading_of("question"), children)


def origin(release: Release) -> Block:
    """Return where the records come from, and that their people do not exist where they do not."""
    source = release.source
    entries: list[tuple[Label, Label]] = [
        (key_label("reproducibility.origin"), key_label(f"reproducibility.origin_{release.origin}")),
    ]
    for name in ("title", "source"):
        if source.get(f"{name}_sv") and source.get(f"{name}_en"):
            words = {"sv": source[f"{name}_sv"], "en": source[f"{name}_en"]}
            entries.append((key_label(f"shell.{name}"), words))
    for name in ("citation", "licence"):
        if source.get(name):
            entries.append((key_label(f"reproducibility.{name}"), build.same(source[name])))
    children = [build.terms("origin-terms", entries)]
    if release.origin == "synthetic":
        children.insert(0, build.notice("origin-synthetic", "synthetic", key_label("notice.synthetic")))
    return build.section("origin", build.heading_of("data"), children)


def reproducibility(release: Release) -> Block:
    """Return the fingerprints, versions and seed with which the same numbers come back."""
    told = release.protocol
    entries: list[tuple[Label, Label | Cell]] = [
        (key_label("reproducibility.protocol"), build.same(told.id)),
        (key_label("reproducibility.decided_on"), Cell(format="date", value=told.decided_on.isoformat())),
        (key_label("reproducibility.protocol_fingerprint"), build.same(told.fingerprint)),
        (key_label("reproducibility.records_fingerprint"), build.same(release.records_fingerprint)),
        (key_label("reproducibility.seed"), build.same(str(told.seed))),
        (build.same("Python"), build.same(platform.python_version())),
        (build.same("steget_eval"), build.same(steget_eval.__version__)),
        *((build.same(name), build.same(version(name))) for name in _LIBRARIES),
    ]
    children = [
        build.terms("reproducibility-terms", entries),
        build.paragraph("reproducibility-code", key_label("page.source_code")),
    ]
    return build.section("reproducibility", build.heading_of("reproducibility"), children)


def _terms(release: Release) -> list[tuple[Label, build.Item | list[build.Item]]]:
    told = release.protocol
    arms: list[build.Item] = [arm.label for arm in told.arms.compared()]
    return [
        (key_label("heading.programme"), [told.programme.name, *_fidelity(release)]),
        (key_label("shell.design"), code_label("design", sentences.design_code(release))),
        (key_label("shell.arms"), arms),
        (key_label("shell.clock"), _clock(release)),
        (key_label("reproducibility.decided_on"), Cell(format="date", value=told.decided_on.isoformat())),
        (key_label("reproducibility.protocol_fingerprint"), build.same(told.fingerprint[:16])),
    ]


def _fidelity(release: Release) -> list[build.Item]:
    programme = release.protocol.programme
    if not programme.is_ips:
        return [key_label("notice.not_ips")]
    if programme.fidelity is None:
        reason = programme.fidelity_missing_because
        missing = () if reason is None else (build.sentence("notice.fidelity_missing", reason=reason),)
        return [key_label("notice.is_ips"), *missing]
    review = programme.fidelity
    told = build.sentence(
        "notice.fidelity", scale=build.same(review.scale), score=Cell(format="count", value=review.score),
        reviewed_on=Cell(format="date", value=review.reviewed_on.isoformat()),
    )  # fmt: skip
    return [key_label("notice.is_ips"), told]


def _clock(release: Release) -> Sentence:
    clock = release.protocol.clock
    if release.protocol.design == "aggregate":
        return build.sentence("notice.clock_counted")
    if clock.index == "none" or clock.horizon is None:
        return build.sentence("notice.clock_none")
    key = "notice.clock_enrolled" if clock.index == "enrolled_on" else "notice.clock_discharged"
    return build.sentence(key, horizon=key_label(f"notice.horizon_{clock.unit}", n=build.same(str(clock.horizon))))


def _definitions(release: Release) -> list[build.Item]:
    """Each outcome's definition, and the order of the steps of each ladder, which is an assumption."""
    ladders = [
        build.sentence("notice.ladder", outcome=one.label, steps=Text(
            sv=" · ".join(step.label.sv for step in one.ladder), en=" · ".join(step.label.en for step in one.ladder),
        ))
        for one in release.protocol.outcomes if one.ladder
    ]  # fmt: skip
    return [*(_definition(one) for one in release.protocol.outcomes), *ladders]


def _definition(outcome: Outcome) -> Sentence:
    """Return a definition with its id: of the field's list, or else the protocol's own."""
    key = "notice.definition" if outcome.definition_id is None else "notice.definition_id"
    return build.sentence(
        key, outcome=outcome.label, definition_id=build.same(outcome.definition_id or outcome.id),
        definition=outcome.definition,
    )  # fmt: skip


def _whom(release: Release, estimand: Estimand) -> Sentence:
    """Whom the answer speaks of; that nothing was adjusted for, where no method of a comparison did."""
    rows = release.estimates[release.estimates["estimand"] == estimand.id]
    own = set(rows.loc[rows["subgroup"] == "all", "population"])
    if estimand.among is not None:
        return build.sentence("shell.population", population=key_label("amounts.those_with_any"))
    if release.protocol.design == "comparison" and own and own <= {"unadjusted", "arm"}:
        return build.sentence("shell.unadjusted")
    return build.sentence("shell.population", population=code_label("population", estimand.population))


def _met_by(strategy: str, outcome: Outcome) -> str:
    """Which sentence tells how an event is met: of an amount nothing is reached, the time after it counts as none."""
    counted = strategy == "composite" and outcome.kind in {"amount", "longitudinal"}
    return f"notice.strategy_{strategy}_amount" if counted else f"notice.strategy_{strategy}"


def _question(release: Release, estimand: Estimand) -> tuple[Label, list[build.Item]]:
    outcome = release.protocol.outcome(estimand.outcome)
    term = key_label("shell.primary" if estimand.id == release.protocol.primary else "shell.secondary")
    labels = {event.id: event.label for event in outcome.intercurrent_events}
    # Of one arm every question speaks of everyone in it; that is said once.
    again = estimand.population == "arm" and estimand.among is None and estimand.id != release.protocol.primary
    population = [] if again else [_whom(release, estimand)]
    strategies = [
        build.sentence(_met_by(strategy, outcome), event=labels[event])
        for event, strategy in estimand.strategies.items()
    ]
    return term, [estimand.question, *population, *strategies, *asked_among(release, estimand)[:1]]
