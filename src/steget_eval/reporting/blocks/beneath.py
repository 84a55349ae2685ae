"""What stands beneath a question's table: whom it was asked among, over which days, its parts, its steps."""

from __future__ import annotations

from steget_eval.protocol.estimand import BetaPrior, Estimand
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.between import has_parts, parts, released_steps, steps_by_arm
from steget_eval.reporting.text import Cell, key_label


def asked_among(release: Release, estimand: Estimand) -> list[build.Item]:
    """Return that a question is asked among a part of everyone, why, and what that conditions on; empty otherwise."""
    if estimand.among is None:
        return []
    alone = release.protocol.arms.comparison is None
    reads = "amounts.among_one_arm" if alone else "amounts.among_means"
    return [build.sentence("amounts.among", because=estimand.among.because), build.sentence(reads)]


def beneath(release: Release, estimand_id: str) -> list[Block]:
    """Return the pieces that belong to a question's table."""
    estimand, at = release.protocol.estimand(estimand_id), f"effects-{estimand_id}"
    children = []
    told = asked_among(release, estimand)
    if told:
        children.append(build.paragraph(f"{at}-among", *told))
    if "posterior" in estimand.methods:
        prior = BetaPrior() if estimand.prior is None else estimand.prior
        made = {name: Cell(format="number", value=value, decimals=1) for name, value in prior.model_dump().items()}
        children.append(build.paragraph(f"{at}-prior", build.sentence("usual.prior", **made), style="small"))
    if estimand.exposure is not None:
        children.append(build.paragraph(f"{at}-exposure", key_label("amounts.exposure"), style="small"))
    if has_parts(release, estimand_id):
        children.append(build.table(f"{at}-parts", parts(release, estimand_id)))
    steps = released_steps(release, estimand_id)
    if len(steps) and not _is_first(release, estimand):
        return children
    if len(steps) and steps["suppressed"].any():
        children.append(build.paragraph(f"{at}-steps-hidden", key_label("amounts.steps_hidden"), style="small"))
    elif len(steps):
        children.append(build.table(f"{at}-steps", steps_by_arm(release, estimand_id)))
    return children


def _is_first(release: Release, estimand: Estimand) -> bool:
    """Tell whether no question before it has the same steps, whose table would come again."""
    assert release.steps is not None
    names = [str(one) for one in dict.fromkeys(release.steps["estimand"])]
    return next(one for one in names if release.protocol.estimand(one).outcome == estimand.outcome) == estimand.id
