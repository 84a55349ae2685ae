"""Completes scores at several occasions under a stated assumption on those who stopped answering.

Carpenter, Roger & Kenward (2013): whoever left the programme's arm is supposed to follow the comparison from then on.
What is seen before is kept; everybody in the comparison, and a score missed in between, is drawn at random given what
was seen of the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from steget_eval.core.errors import ArgumentError, DependentError
from steget_eval.core.streams import stream
from steget_eval.methods.missing.chained import Imputed
from steget_eval.methods.missing.scores_by_arm import ArmModel, Floats, conditional, draw_arm_model, draw_unseen
from steget_eval.methods.numerics.arms import checked_arm, checked_choice, checked_covariates, checked_vector
from steget_eval.methods.numerics.linear import check_rank

Assumption = Literal["missing_at_random", "jump_to_reference", "copy_reference", "copy_increments"]
ASSUMPTIONS: tuple[Assumption, ...] = ("missing_at_random", "jump_to_reference", "copy_reference", "copy_increments")


def impute_scores(
    before: ArrayLike, later: ArrayLike, a: ArrayLike, X: ArrayLike | None = None, *, assumption: Assumption,
    seed: int, sets: int = 20, iterations: int = 60, shift: ArrayLike | None = None, names: Sequence[str] = (),
) -> Imputed:  # fmt: skip
    """Return `sets` completed copies of the later scores, shape (sets, n, k).

    Each arm's scores are multivariate normal: at every occasion a mean linear in first score and covariates, the
    covariance any. Parameters are drawn from their posterior, one draw per set.

    Parameters
    ----------
    before : shape (n,)
        The first score, known for everyone.
    later : shape (n, k)
        Later scores, nan where nobody saw them.
    X : shape (n, p)
        Covariates, known for everyone.
    assumption
        What those of arm 1 do after the last occasion at which they were seen. ``missing_at_random``: as people alike
        in their own arm. ``jump_to_reference``: their mean is the comparison's. ``copy_reference``: they are as if
        they had been in the comparison all along. ``copy_increments``: they keep what they had gained, and change by
        as much as the comparison does.
    shift : shape (n,), optional
        What is added to every score drawn for the person.
    names : length k
        What the later occasions are called.

    Raises
    ------
    FewError
        Where too few people were seen for an arm's covariance.
    """
    checked_choice(assumption, ASSUMPTIONS, "assumption")
    first, arm = checked_vector(before, "the first score"), checked_arm(a)
    Y = np.asarray(later, dtype=np.float64)
    if Y.ndim != 2 or Y.shape[0] != first.size or arm.size != first.size or np.isinf(Y).any():
        raise ArgumentError(f"later scores must have one row a person and one column an occasion, got {Y.shape}")
    if sets < 2 or iterations < 1:
        raise ArgumentError("imputation needs two sets or more and one turn or more")
    added = np.zeros(first.size) if shift is None else checked_vector(shift, "the shift")
    Z = _columns(first, checked_covariates(np.empty((first.size, 0)) if X is None else X, first.size))
    values = np.repeat(Y[None], sets, axis=0)
    models: dict[int, ArmModel] = {}
    for number in (0, 1):
        mine, rng = arm == number, stream(seed, "impute_scores", number)
        own = draw_arm_model(Y[mine], Z[mine], arm=number, sets=sets, iterations=iterations, rng=rng)
        models[number] = own
        follows = number == 1 and assumption != "missing_at_random"
        values[:, mine] = (
            _by_reference(Y[mine], Z[mine], models, assumption, rng) if follows
            else draw_unseen(Y[mine], own.means(Z[mine]), own.covariance, rng)
        )  # fmt: skip
    missing = np.isnan(Y)
    values += missing * added[:, None]
    told = tuple(names) or tuple(f"later {j + 1}" for j in range(Y.shape[1]))
    share = (arm == 1).mean()
    trace = (1 - share) * models[0].trace + share * models[1].trace
    return Imputed(names=told, values=values, trace=trace, missing=missing.sum(axis=0))


def expected_after(
    seen: Floats, own: Floats, reference: Floats, covariance: Floats, assumption: Assumption
) -> Floats:  # fmt: skip
    """Return the mean of the occasions after the last seen, given what was seen, shape (m, q, k - l).

    Parameters
    ----------
    seen : shape (m, q, l)
        Scores at the first l occasions, l from 0.
    own, reference : shape (m, q, k)
        Mean scores of the people's own arm, and of the comparison.
    covariance : shape (m, k, k)
        Of the comparison: the conditional moments of the joint distribution of Carpenter, Roger & Kenward (2013) have
        its slopes and its residual covariance alone.
    """
    last = seen.shape[2]
    if last == 0:
        return reference
    own_seen = reference[:, :, :last] if assumption == "copy_reference" else own[:, :, :last]
    mean = reference[:, :, last:]
    if assumption == "copy_increments":
        mean = mean + own[:, :, [last - 1]] - reference[:, :, [last - 1]]
    slopes = conditional(covariance, np.arange(reference.shape[2]) >= last).slopes
    return np.asarray(mean + (seen - own_seen) @ slopes.transpose(0, 2, 1))


def _by_reference(
    Y: Floats, Z: Floats, models: dict[int, ArmModel], assumption: Assumption, rng: np.random.Generator
) -> Floats:  # fmt: skip
    """Draw a score missed in between at random, then everything after the last seen by the assumption."""
    own, reference = models[1].means(Z), models[0].means(Z)
    k = Y.shape[1]
    values = draw_unseen(Y, own, models[1].covariance, rng)
    place = np.arange(k)
    last = np.where(np.isnan(Y), 0, place + 1).max(axis=1)
    for seen in range(k):
        who = np.flatnonzero(last == seen)
        if not who.size:
            continue
        mean = expected_after(
            values[:, who, :seen], own[:, who], reference[:, who], models[0].covariance, assumption
        )  # fmt: skip
        left = conditional(models[0].covariance, place >= seen).covariance
        noise = rng.standard_normal(mean.shape) @ np.linalg.cholesky(left).transpose(0, 2, 1)
        values[:, who, seen:] = mean + noise
    return values


def _columns(first: Floats, covariates: Floats) -> Floats:
    """Return one, the first score and the covariates, centred and scaled; a first score alike for all has none."""
    told = np.column_stack([first, covariates]) if np.ptp(first) > 0 else covariates
    spread = told.std(axis=0)
    if (spread == 0).any():
        raise DependentError("a covariate is the same for everyone")
    Z = np.column_stack([np.ones(first.size), (told - told.mean(axis=0)) / spread])
    check_rank(Z, "first score and covariates")
    return Z
