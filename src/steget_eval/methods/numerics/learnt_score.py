"""What it does to the error of matched or divided arms that the score was learnt from the same people.

A learnt score balances these people's covariates better than the true one would, so that an error which takes it as
known is on the whole too wide (Abadie and Imbens 2016; for subclasses Williamson et al. 2012).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steget_eval.methods.numerics.arms import Arms
from steget_eval.methods.numerics.matching import nearest

Floats = NDArray[np.float64]
_ALIKE = 2  # nearest of the own arm, from whom what goes with the covariates beside the score is learnt


def moved_by_learning(
    arms: Arms, Z: Floats, eta: Floats, w: Floats, within: Floats, population: Literal["ATE", "ATT", "ATC"]
) -> Floats:
    """Return what each person moves the means of arm 1 and arm 0 by way of the score, shape (n, 2).

    With the logistic score e of the columns Z, weights w that stand for 1/e and 1/(1 - e) and their like, and a
    person's own product `within` of outcome and covariates among people of the same score, it is
    ``s' I^-1 D`` with ``s = Z (a - e)``, ``I = sum e (1 - e) Z Z'`` and ``D = sum w (d log w / d eta) within / sum w``.

    Parameters
    ----------
    eta : shape (n,)
        Log odds of the score.
    w : shape (n,)
        What each person stands for.
    within : shape (n, k)
        Covariance of outcome and columns among people of the same arm and (nearly) the same score, or a product whose
        mean it is.
    """
    e = 1 / (1 + np.exp(-eta))
    learnt = np.linalg.solve((Z * (e * (1 - e))[:, None]).T @ Z, (Z * (arms.a - e)[:, None]).T).T
    slopes = {
        "ATE": (e - 1, e),
        "ATT": (np.zeros_like(e), np.ones_like(e)),
        "ATC": (-np.ones_like(e), np.zeros_like(e)),
    }[population]
    moved = []
    for which, slope in zip((1, 0), slopes, strict=True):
        mine = arms.a == which
        moved.append(learnt @ ((w * slope)[mine] @ within[mine] / w[mine].sum()))
    return np.column_stack(moved)


def products_among_alike(arms: Arms, Z: Floats, eta: Floats) -> Floats:
    """Return the covariance of outcome and columns among each person and the two nearest of the own arm, all ties too.

    Shape (n, k). Abadie and Imbens (2016) estimate it so.
    """
    found = np.empty_like(Z)
    for which in (1, 0):
        mine = arms.a == which
        score, y, X = eta[mine][:, None], arms.y[mine], Z[mine]
        links = nearest(score, score, _ALIKE, itself=np.arange(y.size))
        size = np.bincount(links.of, minlength=y.size) + 1.0
        columns, outcome, product = X.copy(), y.copy(), X * y[:, None]
        np.add.at(columns, links.of, X[links.is_])
        np.add.at(outcome, links.of, y[links.is_])
        np.add.at(product, links.of, (X * y[:, None])[links.is_])
        found[mine] = (product - columns * (outcome / size)[:, None]) / (size - 1)[:, None]
    return found
