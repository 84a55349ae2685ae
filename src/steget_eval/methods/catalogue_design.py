"""Lines of the catalogue for designs: balanced and cut weights, matched sets, subclasses, months in states."""

from __future__ import annotations

from steget_eval.core.catalogue import Kind, Method, Population

_EFFECTS = "steget_eval.methods.effects"
_WITNESS, _RECOVERY = "tests/reference/designed.R", "tests/recovery/test_designed.py"
_EVERYONE: tuple[Population, ...] = ("ATE", "ATT", "ATC")
_CONTRASTS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("binary", ("risk_difference", "risk_ratio", "odds_ratio")),
    ("amount", ("mean_difference",)),
)


def _lines(name: str, function: str, populations: tuple[Population, ...], *, clusters: bool) -> tuple[Method, ...]:
    return tuple(
        Method(
            name=name, kinds=(kind,), contrasts=contrasts, populations=populations, adjusts=True, clusters=clusters,
            function=f"{_EFFECTS}.{function}", options=(("kind", kind),), witness=_WITNESS, recovery=_RECOVERY,
        )
        for kind, contrasts in _CONTRASTS
    )  # fmt: skip


DESIGN_LINES: tuple[Method, ...] = (
    *_lines("entropy_balancing", "balanced:entropy_balanced", _EVERYONE, clusters=True),
    *_lines("ipw_truncated", "balanced:truncated_weights", (*_EVERYONE, "ATO"), clusters=True),
    *_lines("nearest_neighbours", "matched_sets:nearest_sets", ("ATT",), clusters=False),
    *_lines("matched_regression", "matched_regression:regressed_sets", ("ATT",), clusters=False),
    *_lines("full_matching", "matched_sets:full_sets", _EVERYONE, clusters=False),
    *_lines("subclassification", "subclassified:subclasses", _EVERYONE, clusters=False),
    *_lines("subclass_regression", "subclassified:regressed_subclasses", _EVERYONE, clusters=False),
    Method(
        name="state_occupation", kinds=("transition",), contrasts=("months_in_states",), populations=("ATE",),
        clusters=True, function=f"{_EFFECTS}.occupation:months_in_states", witness="tests/reference/occupation.R",
        recovery="tests/recovery/test_occupation.py",
    ),
)  # fmt: skip
