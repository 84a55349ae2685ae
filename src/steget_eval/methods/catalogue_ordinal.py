"""Lines of the catalogue for one arm's steps against another's."""

from __future__ import annotations

from steget_eval.core.catalogue import Method, Population

_EFFECTS = "steget_eval.methods.effects"
_WITNESS = "tests/reference/transitions.R"
_RECOVERY = "tests/recovery/test_transitions.py"
_ALL: tuple[Population, ...] = ("ATE", "ATT", "ATC", "ATO")


def _odds(name: str, interval: str, *, clusters: bool) -> Method:
    return Method(
        name=name, kinds=("transition",), contrasts=("common_odds_ratio",), populations=_ALL, adjusts=True,
        needs_covariates=False, clusters=clusters, function=f"{_EFFECTS}.ordinal:proportional_odds",
        options=(("interval", interval),), witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


ORDINAL_LINES: tuple[Method, ...] = (
    _odds("proportional_odds", "wald", clusters=True),
    _odds("proportional_odds_score", "score", clusters=False),
    Method(name="brant", kinds=("transition",), contrasts=("common_odds_ratio",), populations=_ALL, adjusts=True,
           needs_covariates=False, is_test=True, function=f"{_EFFECTS}.ordinal:brant", options=(("of", "arm"),),
           witness=_WITNESS, recovery=_RECOVERY),
    Method(name="u_statistic", kinds=("transition",), contrasts=("win_ratio", "win_odds", "net_benefit"),
           clusters=True, function=f"{_EFFECTS}.pairwise:win_statistics", witness=_WITNESS, recovery=_RECOVERY),
)  # fmt: skip
