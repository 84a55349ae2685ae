"""Lines of the catalogue for ratios of amounts: crude, adjusted, by counts and in two parts."""

from __future__ import annotations

from steget_eval.core.catalogue import Method, Population

_EFFECTS = "steget_eval.methods.effects"
_WITNESS = "tests/reference/amounts.R"
_RECOVERY = "tests/recovery/test_amounts.py"
_EVERYONE: tuple[Population, ...] = ("ATE", "ATT", "ATC")
_ALL: tuple[Population, ...] = (*_EVERYONE, "ATO")


def _road(name: str, function: str, populations: tuple[Population, ...]) -> Method:
    return Method(
        name=name, kinds=("amount",), contrasts=("mean_ratio",), populations=populations, adjusts=True, clusters=True,
        function=f"{_EFFECTS}.amount_ratio:{function}", witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


def _rate(name: str, function: str, *, clusters: bool, options: tuple[tuple[str, str], ...] = ()) -> Method:
    return Method(
        name=name, kinds=("amount",), contrasts=("rate_ratio",), populations=_ALL, adjusts=True,
        needs_covariates=False, clusters=clusters, function=f"{_EFFECTS}.amount_rate:{function}", options=options,
        witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


def _two_part(amount: str) -> Method:
    return Method(
        name=f"two_part_{amount}", kinds=("amount",), contrasts=("mean_difference", "mean_ratio"),
        populations=_EVERYONE, adjusts=True, needs_covariates=False, clusters=True,
        function=f"{_EFFECTS}.two_part:two_part", options=(("amount", amount),), witness=_WITNESS, recovery=_RECOVERY,
    )  # fmt: skip


AMOUNT_LINES: tuple[Method, ...] = (
    Method(name="log", kinds=("amount",), contrasts=("mean_ratio",), clusters=True,
           function=f"{_EFFECTS}.amount:mean_ratio", options=(("variance", "jackknife"),), witness=_WITNESS,
           recovery=_RECOVERY),
    _road("g_computation", "g_computation", _EVERYONE),
    _road("ipw", "inverse_probability", _ALL),
    _road("aipw", "augmented", _ALL),
    _two_part("gamma"),
    _two_part("log_normal"),
    _rate("quasi_poisson", "quasi_poisson", clusters=True),
    _rate("negative_binomial", "negative_binomial", clusters=False, options=(("variance", "model"),)),
    _rate("negative_binomial_robust", "negative_binomial", clusters=True, options=(("variance", "robust"),)),
)  # fmt: skip
