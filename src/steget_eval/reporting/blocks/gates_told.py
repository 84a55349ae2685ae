"""Whether what must hold before the arms are compared does hold, in words that need no statistics."""

from __future__ import annotations

from collections.abc import Sequence

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release, ReleasedGate
from steget_eval.reporting.text import LANGUAGES, Cell, Label, Sentence, code_label, key_label, phrase
from steget_eval.reporting.text.answers import is_adjusted
from steget_eval.reporting.text.sentences import main_row

#: The gate that stands alone where there are no scores to hold the others against.
_ALONE = "certain"
#: The method whose weights stand for a score.
_WEIGHTS = "ipw"


def gates_in_short(release: Release) -> tuple[Sentence, ...]:
    """Return for the summary whether the main answer's gates were passed; nothing where it adjusts for nothing."""
    gates, row = _main_gates(release), main_row(release, release.protocol.primary)
    if not gates or row is None or row["suppressed"] or not is_adjusted(row):
        return ()
    return (_counted("claim.gates_passed" if not _failed(gates) else "claim.gates_failed", gates),)


def gates_told(release: Release) -> list[Block]:
    """Return each gate with whether it was passed, after what that comes to in words."""
    if release.design_gates:
        # What the summary says of the main answer stands here too, where no method below has those gates.
        apart = _of_one(release.gates, "balance-gates-main") if _main_gates(release) is release.gates else []
        return [*(apart if release.gates else []), *_of_methods(release), *_of_others(release)]
    if release.gates:
        return [
            *_of_one(release.gates),
            build.table("balance-gates", tables.gates(release)),
            *_of_others(release),
        ]
    if _is_weighed(release):
        return [build.paragraph("balance-gates-said", key_label("gates.untold"))]
    return []


def _of_methods(release: Release) -> list[Block]:
    said = [
        _counted(f"gates.method_{'failed' if _failed(one.gates) else 'passed'}", one.gates, method=one.method)
        for one in release.design_gates
    ]
    lacking = list(dict.fromkeys(gate.name for one in release.design_gates for gate in _failed(one.gates)))
    children = [build.paragraph("balance-gates-said", key_label("gates.methods"))]
    children.append(build.bullets("balance-gates-methods", said))
    if lacking:
        words = [code_label("gate_lacks", name) for name in lacking]
        children.append(build.paragraph("balance-gates-lead", key_label("gates.lacking")))
        children.append(build.bullets("balance-gates-lacking", words))
    return [*children, build.table("balance-gates", tables.design_gates(release))]


def _of_others(release: Release) -> list[Block]:
    """Return for each other population that is spoken of how many gates failed, and which."""
    told: list[list[build.Item]] = []
    for one in release.other_gates:
        failed = _failed(one.gates)
        key = f"gates.population_{'failed' if failed else 'passed'}"
        lacking = [f"gate_lacks.{gate.name}" for gate in failed]
        told.append([_counted(key, one.gates, population=one.population, lacking=lacking)])
    return [build.bullets("balance-gates-others", told)] if told else []


def _of_one(gates: Sequence[ReleasedGate], id_: str = "balance-gates") -> list[Block]:
    failed = _failed(gates)
    if [gate.name for gate in failed] == [_ALONE]:
        return [build.paragraph(f"{id_}-said", key_label("gates.certain"))]
    said = build.paragraph(f"{id_}-said", _counted(f"gates.{'failed' if failed else 'passed'}", gates))
    lacking = [code_label("gate_lacks", gate.name) for gate in failed]
    return [said, build.bullets(f"{id_}-lacking", lacking)] if lacking else [said]


def _main_gates(release: Release) -> tuple[ReleasedGate, ...]:
    """Return the gates of the main method's own weights or matches, else those of the weights of whom it answers for.

    A method without gates of its own leans on the score as inverse weights do, among the same people; where those are
    not asked for, the gates are of everyone in the study.
    """
    main = next(iter(release.protocol.estimand(release.protocol.primary).methods), "")
    by_method = {one.method: one.gates for one in release.design_gates}
    return by_method.get(main, by_method.get(_WEIGHTS, release.gates))


def _is_weighed(release: Release) -> bool:
    protocol = release.protocol
    return protocol.design == "comparison" and any(covariate.adjust for covariate in protocol.covariates)


def _failed(gates: Sequence[ReleasedGate]) -> list[ReleasedGate]:
    return [gate for gate in gates if not gate.passed]


def _counted(
    key: str, gates: Sequence[ReleasedGate], *, method: str = "", population: str = "", lacking: Sequence[str] = ()
) -> Sentence:
    values = {"n": Cell(format="count", value=len(gates))}
    if key.endswith("failed"):
        values["failed"] = Cell(format="count", value=len(_failed(gates)))
    if method:
        values["method"] = build.text_cell(code_label("method", method))
    if population:
        values["population"] = build.text_cell(code_label("population", population))
    if lacking:
        words: Label = {language: "; ".join(phrase(one, language) for one in lacking) for language in LANGUAGES}
        values["lacking"] = build.text_cell(words)
    return build.sentence(key, **values)
