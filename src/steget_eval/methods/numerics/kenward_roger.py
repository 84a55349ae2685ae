"""How sure a regression is whose errors' covariance was estimated from few values: Kenward and Roger (1997)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Fewer degrees than one are taken as one: the quantile of Student's t has long lost its meaning there.
FEWEST_DEGREES = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallSample:
    """The covariance of coefficients that knows that the errors' covariance was estimated.

    Attributes
    ----------
    covariance : shape (k, k)
        Adjusted for the estimation of the errors' covariance.
    plain : shape (k, k)
        As if the errors' covariance were known.
    slopes : shape (m, k, k)
        Derivative of `plain` by each parameter of the errors' covariance.
    uncertainty : shape (m, m)
        Covariance of those parameters, the inverse of their expected information.
    """

    covariance: Floats
    plain: Floats
    slopes: Floats
    uncertainty: Floats

    def degrees_of(self, contrasts: Floats) -> Floats:
        """Return the degrees of freedom of contrasts, shape (m, k): twice the squared variance by that variance's own.

        Kenward and Roger's for one contrast, where they are Satterthwaite's; at least one.
        """
        variance = np.einsum("mi,ij,mj->m", contrasts, self.plain, contrasts)
        by = np.stack([np.einsum("mi,ij,mj->m", contrasts, one, contrasts) for one in self.slopes], axis=1)
        spread = np.einsum("mi,ij,mj->m", by, self.uncertainty, by)
        return np.asarray(np.maximum(FEWEST_DEGREES, 2 * variance**2 / spread))


def kenward_roger(D: Floats, V: Floats, slopes: Sequence[Floats]) -> SmallSample:
    """Return the adjusted covariance of the coefficients at the restricted maximum (doi 10.2307/2533558).

    With ``F = (D' V^-1 D)^-1``, ``P_i = -D' V^-1 V_i V^-1 D`` and ``Q_ij = D' V^-1 V_i V^-1 V_j V^-1 D`` it is
    ``F + 2 F (sum_ij w_ij (Q_ij - P_i F P_j)) F``, `w` the inverse of the expected restricted information. The paper's
    term of second derivatives is left out, as Harville and Jeske (1992, doi 10.1080/01621459.1992.10475274) have it,
    so that the answer is the same whichever parameters the covariance is written in.

    Parameters
    ----------
    D : shape (T, k)
    V : shape (T, T)
        The errors' covariance.
    slopes
        Its derivative by each of the m parameters, shape (T, T).
    """
    inner = np.linalg.inv(V)
    weighed = inner @ D
    plain: Floats = np.asarray(np.linalg.inv(D.T @ weighed), dtype=np.float64)
    left = inner - weighed @ plain @ weighed.T
    turned = [left @ one for one in slopes]
    information = np.array([[0.5 * float(np.sum(a * b.T)) for b in turned] for a in turned])
    uncertainty = np.linalg.inv(information)
    moved = [one @ weighed for one in slopes]
    p = [-weighed.T @ one for one in moved]
    middle = np.zeros_like(plain)
    for i, one in enumerate(moved):
        for j, other in enumerate(moved):
            middle += uncertainty[i, j] * (one.T @ inner @ other - p[i] @ plain @ p[j])
    return SmallSample(
        covariance=plain + 2 * plain @ middle @ plain, plain=plain, uncertainty=uncertainty,
        slopes=np.array([-plain @ one @ plain for one in p]),
    )  # fmt: skip
