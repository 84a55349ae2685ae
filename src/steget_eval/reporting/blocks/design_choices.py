"""How the protocol makes the arms comparable, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from steget_eval.protocol import Protocol
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, Label, Sentence, code_label

#: Methods that a choice concerns.
_MATCHED = frozenset({"nearest_neighbours", "matched_pairs", "matched_regression"})


def design_choices(protocol: Protocol) -> list[Sentence]:
    """Return what was chosen beyond the defaults, and what the methods that are asked for need to be told."""
    asked, methods = protocol.adjustment, {name for one in protocol.estimands for name in one.methods}
    told: list[Sentence] = []
    if asked.propensity.splines:
        told.append(build.sentence(
            "sentence.design_splines", covariates=_names(protocol, asked.propensity.splines),
            n=Cell(format="count", value=asked.propensity.knots),
        ))  # fmt: skip
    if asked.trim is not None and asked.trim.low is not None and asked.trim.high is not None:
        low, high = (_share(limit) for limit in (asked.trim.low, asked.trim.high))
        told.append(build.sentence("sentence.design_trim", low=low, high=high))
    elif asked.trim is not None:
        told.append(build.sentence("sentence.design_trim_common"))
    if "ipw_truncated" in methods:
        told.append(build.sentence("sentence.design_truncate", quantile=_share(asked.truncate)))
    if methods & _MATCHED:
        told += _matching(protocol)
    if methods & {"subclassification", "subclass_regression"}:
        told.append(build.sentence("sentence.design_subclasses", n=Cell(format="count", value=asked.subclasses)))
    return told


def reservoir_warnings(release: Release) -> list[Sentence]:
    """Return which methods match nobody twice where the comparison is too small for it, and what comes of that."""
    small = [
        build.sentence("matching.small", method=code_label("method", one.method))
        for one in release.design_gates
        if any(gate.name == "reservoir" and not gate.passed for gate in one.gates)
    ]
    return (
        [*small, build.sentence("matching.reservoir", method=code_label("method", "matched_regression"))]
        if small
        else []
    )


def _matching(protocol: Protocol) -> list[Sentence]:
    asked = protocol.adjustment.matching
    ratio = Cell(format="count", value=asked.ratio)
    told = [build.sentence("sentence.design_matching_any", ratio=ratio)]
    if asked.caliper is not None:
        far = Cell(format="number", value=asked.caliper, decimals=1)
        told = [build.sentence("sentence.design_matching", ratio=ratio, caliper=far)]
    if asked.exact:
        told.append(build.sentence("sentence.design_exact", covariates=_names(protocol, asked.exact)))
    return told


def _share(value: float) -> Cell:
    return Cell(format="number", value=value, decimals=2)


def _names(protocol: Protocol, ids: Sequence[str]) -> Label:
    labels = {one.id: one.label for one in protocol.covariates}
    return {"sv": ", ".join(labels[one].sv for one in ids), "en": ", ".join(labels[one].en for one in ids)}
