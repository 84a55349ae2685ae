"""Multiple imputation by chained equations, all data sets at once.

Van Buuren & Groothuis-Oudshoorn (2011): each variable in turn is drawn from its regression on all the others, with
coefficients drawn from their posterior, until the chain forgets where it began. The m data sets are one array, so a
step of the chain is a handful of array operations. It supposes that what is missing is so by chance given
what is in the model; `shift` and `reference` say by how much that is not supposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, ClusterError, EmptyArmError, ScopeError
from steget_eval.core.frames import Tidy
from steget_eval.core.streams import stream
from steget_eval.methods.missing.draws import DRAWS
from steget_eval.methods.numerics.arms import checked_arm

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray
Kind = Literal["normal", "pmm", "binary", "category"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of the data.

    Attributes
    ----------
    kind
        ``normal`` draws from the linear model; ``pmm`` takes the value of one of five people with a like prediction
        (predictive mean matching), so that no impossible value arises; ``binary`` is 0 or 1; ``category`` is 0, 1, … .
    """

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Imputed(Tidy):
    """The completed data sets.

    Attributes
    ----------
    values : shape (m, n, p)
        Seen values as they were; the others drawn.
    trace : shape (iterations, m, p)
        Mean of the drawn values of each variable after each turn: chains that have not mixed show here.
    missing : shape (p,)
        How many were drawn of each variable.
    """

    names: tuple[str, ...]
    values: Floats
    trace: Floats
    missing: Floats

    def to_frame(self) -> pd.DataFrame:
        """Return one row per variable: how many were drawn, and their mean over all data sets at the end."""
        import pandas as pd

        last = self.trace[-1].mean(axis=0)
        return pd.DataFrame({"variable": self.names, "missing": self.missing, "mean_of_drawn": last})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chain:
    variables: Sequence[Variable]
    is_missing: Floats
    arms: Floats
    always: Floats
    shift: Mapping[str, Floats] = field(default_factory=dict)
    reference: frozenset[str] = frozenset()


def impute(
    X: ArrayLike,
    variables: Sequence[Variable],
    *,
    seed: int,
    sets: int = 20,
    iterations: int = 10,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    shift: Mapping[str, ArrayLike] | None = None,
    reference: Sequence[str] = (),
) -> Imputed:
    """Return `sets` completed copies of `X`.

    Parameters
    ----------
    X : shape (n, p)
        The data, nan where missing; outcome among them.
    arm : shape (n,), optional
        Models are fitted within each arm, so that whatever differs between arms may.
    cluster : shape (n,), optional
        Labels; each cluster has an intercept of its own in every model.
    shift
        Variable to an amount per person, shape (n,), that is added to what is drawn for the person: to the value of a
        ``normal`` or ``pmm`` variable, to the log odds of a ``binary`` one (delta adjustment).
    reference
        Variables that the missing of arm 1 get from the model of arm 0 (jump to reference; Carpenter, Roger & Kenward
        2013): after dropping out nobody is supposed to gain from the programme.

    Raises
    ------
    MethodError
        Where a variable has nobody seen in an arm, or in one of its clusters, a code that its kind does not have, or a
        shift of a category.
    """
    data = _checked(X, variables)
    n = data.shape[0]
    arms = np.zeros(n) if arm is None else checked_arm(arm)
    if arms.size != n or (reference and arm is None):
        raise ArgumentError("the arm must be given for every row, and given at all where reference names a variable")
    if sets < 2 or iterations < 1:
        raise ArgumentError("imputation needs two sets or more and one turn or more")
    chain = _Chain(
        variables=variables, is_missing=np.isnan(data), arms=arms, always=_dummies_of(cluster, n),
        shift=_checked_shift(shift or {}, variables, n), reference=_known_names(reference, variables),
    )  # fmt: skip
    values = _begin(chain, data, sets, seed)
    trace = np.full((iterations, sets, len(variables)), np.nan)
    for turn in range(iterations):
        for j in map(int, np.flatnonzero(chain.is_missing.any(axis=0))):
            _draw(chain, values, j, seed, turn)
            trace[turn, :, j] = values[:, chain.is_missing[:, j], j].mean(axis=1)
    names = tuple(variable.name for variable in variables)
    return Imputed(names=names, values=values, trace=trace, missing=chain.is_missing.sum(axis=0))


def _draw(chain: _Chain, values: Floats, j: int, seed: int, turn: int) -> None:
    variable, is_missing = chain.variables[j], chain.is_missing[:, j]
    design = _design(chain, values, j)
    for level in np.unique(chain.arms):
        target = np.flatnonzero(is_missing & (chain.arms == level))
        if not target.size:
            continue
        source_arm = 0.0 if variable.name in chain.reference else level
        source = np.flatnonzero(~is_missing & (chain.arms == source_arm))
        if not source.size:
            raise EmptyArmError(f"{variable.name} is known of nobody in arm {source_arm:.0f}, so it cannot be imputed")
        if chain.always.size and not _same_clusters(chain.always[target], chain.always[source]):
            raise ClusterError(
                f"{variable.name} is known of nobody of arm {source_arm:.0f} in a cluster where it is missing, so the "
                "cluster's own level cannot be told and nothing is imputed"
            )
        shift = chain.shift.get(variable.name, np.zeros(values.shape[1]))[target]
        rng = stream(seed, "impute", variable.name, turn, int(level))
        y = values[0, source, j]
        values[:, target, j] = DRAWS[variable.kind](design[:, source], y, design[:, target], shift, rng)


def _same_clusters(target: Floats, source: Floats) -> bool:
    """Tell whether everybody's cluster has people among those whom the model is fitted on."""
    known = {row.tobytes() for row in np.unique(source, axis=0)}
    return all(row.tobytes() in known for row in np.unique(target, axis=0))


def _design(chain: _Chain, values: Floats, j: int) -> Floats:
    """Intercept, the other variables (a category by its dummies) and the clusters, each column on one scale."""
    parts = [np.ones((*values.shape[:2], 1))]
    for other, variable in enumerate(chain.variables):
        if other == j:
            continue
        column = values[:, :, other]
        if variable.kind == "category":
            codes = np.unique(column)[1:]
            parts += [(column == code)[:, :, None].astype(float) for code in codes]
        else:
            parts.append(column[:, :, None])
    parts.append(np.broadcast_to(chain.always, (values.shape[0], *chain.always.shape)))
    D = np.concatenate(parts, axis=2)
    centre, spread = D[:, :, 1:].mean(axis=(0, 1)), D[:, :, 1:].std(axis=(0, 1))
    D[:, :, 1:] = (D[:, :, 1:] - centre) / np.where(spread > 0, spread, 1.0)
    return D


def _begin(chain: _Chain, data: Floats, sets: int, seed: int) -> Floats:
    values = np.repeat(data[None], sets, axis=0)
    for j in map(int, np.flatnonzero(chain.is_missing.any(axis=0))):
        seen, missing = data[~chain.is_missing[:, j], j], np.flatnonzero(chain.is_missing[:, j])
        if not seen.size:
            raise EmptyArmError(f"{chain.variables[j].name} is known of nobody, so it cannot be imputed")
        rng = stream(seed, "impute", chain.variables[j].name, "begin")
        values[:, missing, j] = seen[(rng.random((sets, missing.size)) * seen.size).astype(int)]
    return values


def _dummies_of(cluster: ArrayLike | None, n: int) -> Floats:
    if cluster is None:
        return np.empty((n, 0))
    labels = np.asarray(cluster)
    if labels.shape != (n,):
        raise ArgumentError(f"clusters must be one label per row, got the shape {labels.shape}")
    _, codes = np.unique(labels, return_inverse=True)
    return np.asarray(codes[:, None] == np.arange(1, codes.max() + 1), dtype=np.float64)


def _checked(X: ArrayLike, variables: Sequence[Variable]) -> Floats:
    data = np.array(X, dtype=np.float64)
    if data.ndim != 2 or data.shape[1] != len(variables) or not data.shape[0]:
        raise ArgumentError(f"the data must have one column per variable, {len(variables)}, got the shape {data.shape}")
    if np.isinf(data).any():
        raise ArgumentError("the data must be finite, nan where missing")
    for j, variable in enumerate(variables):
        seen = data[~np.isnan(data[:, j]), j]
        if variable.kind == "binary" and not np.isin(seen, (0.0, 1.0)).all():
            raise ArgumentError(f"{variable.name} is binary, so it must be 0 or 1")
        if variable.kind == "category" and not ((seen == np.round(seen)) & (seen >= 0)).all():
            raise ArgumentError(f"{variable.name} is a category, so it must be 0, 1, 2 and so on")
    return data


def _checked_shift(shift: Mapping[str, ArrayLike], variables: Sequence[Variable], n: int) -> dict[str, Floats]:
    _known_names(shift, variables)
    kinds = {variable.name: variable.kind for variable in variables}
    checked = {name: np.broadcast_to(np.asarray(amount, dtype=np.float64), (n,)) for name, amount in shift.items()}
    for name in checked:
        if kinds[name] == "category":
            raise ScopeError(f"{name} is a category: it has no scale on which it could be shifted")
    return checked


def _known_names(names: Sequence[str] | Mapping[str, ArrayLike], variables: Sequence[Variable]) -> frozenset[str]:
    known = {variable.name for variable in variables}
    strays = sorted(set(names) - known)
    if strays:
        raise ArgumentError(f"{strays[0]} is no variable of the data; there are {', '.join(sorted(known))}")
    return frozenset(names)
