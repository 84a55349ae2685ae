"""Lines of the catalogue for two arms that are adjusted, matched or clustered."""

from __future__ import annotations

from steget_eval.core.catalogue import Kind, Method, Population

_EFFECTS = "steget_eval.methods.effects"
_RECOVERY = "tests/recovery"
_EVERYONE: tuple[Population, ...] = ("ATE", "ATT", "ATC")
_ALL: tuple[Population, ...] = (*_EVERYONE, "ATO")
_BINARY = ("risk_difference", "risk_ratio", "odds_ratio")
_PER_KIND: tuple[tuple[Kind, str], ...] = (("binary", "risk_difference"), ("amount", "mean_difference"))


def _engine(name: str, kind: Kind, contrasts: tuple[str, ...], function: str) -> Method:
    return Method(
        name=name, kinds=(kind,), contrasts=contrasts, populations=_EVERYONE if name == "g_computation" else _ALL,
        adjusts=True, clusters=True, function=f"{_EFFECTS}.{kind}_adjusted:{function}",
        witness="tests/reference/adjusted.R", recovery=f"{_RECOVERY}/test_adjusted.py",
    )  # fmt: skip


def _stratified(contrast: str, populations: tuple[Population, ...]) -> Method:
    return Method(
        name="mantel_haenszel", kinds=("binary",), contrasts=(contrast,), populations=populations, adjusts=True,
        function=f"{_EFFECTS}.binary_stratified:mantel_haenszel", options=(("contrast", contrast),),
        witness="tests/reference/binary_strata.R", recovery=f"{_RECOVERY}/test_binary_methods.py",
    )  # fmt: skip


def _cross_fitted(estimator: str) -> Method:
    return Method(
        name=f"{estimator}_cross_fitted", kinds=("binary",), contrasts=_BINARY, populations=_EVERYONE, adjusts=True,
        clusters=True, function=f"{_EFFECTS}.binary_targeted:cross_fitted", options=(("estimator", estimator),),
        witness="tests/reference/tmle.R", recovery=f"{_RECOVERY}/test_binary_methods.py",
    )  # fmt: skip


def _pairs(kind: Kind, contrasts: tuple[str, ...]) -> Method:
    return Method(
        name="matched_pairs", kinds=(kind,), contrasts=contrasts, populations=("ATT",), adjusts=True,
        function=f"{_EFFECTS}.matched:matched_pairs", options=(("kind", kind),),
        witness="tests/reference/matched.R", recovery=f"{_RECOVERY}/test_binary_methods.py",
    )  # fmt: skip


def _neighbours(kind: Kind, contrast: str) -> Method:
    return Method(
        name="abadie_imbens", kinds=(kind,), contrasts=(contrast,), populations=_EVERYONE, adjusts=True,
        function=f"{_EFFECTS}.matched:abadie_imbens", options=(("kind", kind),),
        witness="tests/reference/matched.R", recovery=f"{_RECOVERY}/test_binary_methods.py",
    )  # fmt: skip


def _clustered(name: str, kind: Kind, contrast: str) -> Method:
    return Method(
        name=name, kinds=(kind,), contrasts=(contrast,), populations=_ALL, adjusts=True, needs_covariates=False,
        clusters=True, function=f"{_EFFECTS}.clustered:{name}", options=(("kind", kind),),
        witness="tests/reference/clusters.R", recovery=f"{_RECOVERY}/test_clusters.py",
    )  # fmt: skip


def _permuted(kind: Kind, contrast: str) -> Method:
    return Method(
        name="site_permutation", kinds=(kind,), contrasts=(contrast,), clusters=True, needs_assignment=True,
        function=f"{_EFFECTS}.site_permutation:site_permutation", options=(("kind", kind),),
        witness="tests/reference/clusters.R", recovery=f"{_RECOVERY}/test_clusters.py",
    )  # fmt: skip


def _ratio(name: str, *, clusters: bool) -> Method:
    return Method(
        name=name, kinds=("binary",), contrasts=("risk_ratio",), populations=_ALL, adjusts=True, clusters=clusters,
        function=f"{_EFFECTS}.binary_ratio:{name}", witness="tests/reference/binary_strata.R",
        recovery=f"{_RECOVERY}/test_binary_methods.py",
    )  # fmt: skip


_ROADS = (("g_computation", "g_computation"), ("ipw", "inverse_probability"), ("aipw", "augmented"))

ADJUSTED_LINES: tuple[Method, ...] = (
    *(_engine(name, "binary", _BINARY, function) for name, function in _ROADS),
    *(_engine(name, "amount", ("mean_difference",), function) for name, function in _ROADS),
    Method(
        name="tmle", kinds=("binary",), contrasts=_BINARY, populations=_ALL, adjusts=True, clusters=True,
        function=f"{_EFFECTS}.binary_targeted:targeted", witness="tests/reference/tmle.R",
        recovery=f"{_RECOVERY}/test_binary_methods.py",
    ),
    _cross_fitted("aipw"),
    _cross_fitted("tmle"),
    _stratified("risk_difference", ("ATO",)),
    _stratified("risk_ratio", _ALL),
    _stratified("odds_ratio", _ALL),
    _ratio("modified_poisson", clusters=True),
    _ratio("log_binomial", clusters=False),
    _pairs("binary", ("risk_difference", "risk_ratio")),
    _pairs("amount", ("mean_difference",)),
    *(_neighbours(kind, contrast) for kind, contrast in _PER_KIND),
    *(_clustered(name, kind, contrast) for name in ("cr2", "wild_bootstrap") for kind, contrast in _PER_KIND),
    *(_permuted(kind, contrast) for kind, contrast in _PER_KIND),
)  # fmt: skip
