"""Scores a programme's reviews of fidelity, and holds its sites' answers against them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from steget_eval.cohort import Cohort
from steget_eval.core.errors import MethodError
from steget_eval.core.estimates import Estimate, Estimates
from steget_eval.methods.effects.fidelity import score_fidelity
from steget_eval.methods.evidence.meta_regression import meta_regression
from steget_eval.methods.evidence.synthesis import Effects
from steget_eval.protocol import Protocol
from steget_eval.protocol.fidelity import FidelityReviews
from steget_eval.study.answers import label_answers, method_lines
from steget_eval.study.fidelity_found import FidelityFound, ReviewScore
from steget_eval.study.levels import fewest_people, of_a_site, sites_of
from steget_eval.study.within import Road, answer_within, roads_of

#: The subgroup of the row that tells how the sites' answers go with their scores.
SLOPE = "fidelity=slope"
#: The slope is told for as many points of the scale.
POINTS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ByFidelity:
    """What was found, and the row of the table of estimates where the sites were compared."""

    found: FidelityFound | None
    estimates: Estimates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sites:
    """The sites that can be compared."""

    scores: np.ndarray
    answers: np.ndarray
    variances: np.ndarray
    rows: tuple[Estimate, ...]
    left_out: int
    smallest: int | None


def score_reviews(asked: FidelityReviews) -> tuple[ReviewScore, ...]:
    """Return each review with its score, in the protocol's order."""
    return tuple(
        ReviewScore(
            site=one.site, label=one.label, reviewed_on=one.reviewed_on,
            score=score_fidelity(one.items, most_missing=asked.most_missing),
        )
        for one in asked.reviews
    )  # fmt: skip


def fidelity_answers(cohort: Cohort, protocol: Protocol) -> ByFidelity:
    """Return the scores, and how the answers of the sites go with them where the protocol asks.

    Each site is answered by the question's main method among its own people; a site counts with the mean of its
    reviews' totals. Sites with too few people in an arm never enter, so that nothing rests on them. A random-effects
    regression with Knapp and Hartung's t: an association between sites, since sites differ in more than fidelity.
    """
    asked = protocol.fidelity
    if asked is None:
        return ByFidelity(found=None, estimates=Estimates())
    found = FidelityFound(reviews=score_reviews(asked))
    if asked.compare is None:
        return ByFidelity(found=found, estimates=Estimates())
    estimand = protocol.estimand(asked.compare)
    roads = roads_of(protocol, estimand, method_lines(protocol, estimand)[0])
    road = next((one for one in roads if one.scale == "difference"), roads[0] if roads else None)
    if road is None:
        return ByFidelity(found=replace(found, standing="refused"), estimates=Estimates())
    sites = _sites(cohort, protocol, road, _totals(found.reviews))
    found = replace(found, sites=sites.scores.size, left_out=sites.left_out, smallest=sites.smallest)
    if sites.scores.size < asked.minimum_sites:
        return ByFidelity(found=replace(found, standing="few"), estimates=Estimates())
    if np.ptp(sites.scores) == 0:
        return ByFidelity(found=replace(found, standing="alike"), estimates=Estimates())
    try:
        row = _slope(sites, road, protocol.confidence_level)
    except MethodError:
        return ByFidelity(found=replace(found, standing="refused"), estimates=Estimates())
    told = label_answers(Estimates((row,)), protocol, road.estimand, cohort.outcomes[estimand.id])
    return ByFidelity(found=replace(found, standing="told"), estimates=told.label(unit=row.unit))


def _totals(reviews: tuple[ReviewScore, ...]) -> dict[str, float]:
    """Return each site's mean total over its reviews that have one."""
    found: dict[str, list[float]] = {}
    for one in reviews:
        if not math.isnan(one.score.total):
            found.setdefault(one.site, []).append(one.score.total)
    return {site: sum(totals) / len(totals) for site, totals in found.items()}


def _sites(cohort: Cohort, protocol: Protocol, road: Road, totals: dict[str, float]) -> _Sites:
    people = sites_of(cohort, protocol)
    alone = of_a_site(cohort, protocol, people)
    policy = protocol.disclosure
    scores, effects, rows, counts = [], [], [], []
    left_out = 0
    for site, total in totals.items():
        mine = people.get(site, np.zeros(len(cohort.persons), dtype=bool))
        fewest = fewest_people(cohort, protocol, road.estimand, mine)
        if fewest.people < policy.minimum_denominator or fewest.cell < policy.minimum_cell:
            left_out += 1
            continue
        try:
            answered = answer_within(cohort, alone, road, mine)
        except MethodError:
            left_out += 1
            continue
        scores.append(total)
        effects.append(road.effect(answered))
        rows.append(road.answer_row(answered))
        counts.append(min(fewest.people, fewest.cell))
    both = np.array(effects).reshape(-1, 2)
    return _Sites(
        scores=np.array(scores), answers=both[:, 0], variances=both[:, 1] ** 2, rows=tuple(rows), left_out=left_out,
        smallest=min(counts, default=None),
    )  # fmt: skip


def _slope(sites: _Sites, road: Road, level: float) -> Estimate:
    ratio = road.scale == "ratio"
    effects = Effects(
        labels=tuple(str(one) for one in range(sites.scores.size)),
        measure="risk_ratio" if ratio else "risk_difference", y=sites.answers, v=sites.variances,
    )  # fmt: skip
    # Centred, so that the constant is of a site in the middle and the design is well conditioned.
    points = (sites.scores - sites.scores.mean()) / POINTS
    found = meta_regression(effects, points[:, None], ["fidelity"], level=level).estimates
    row, own = found.only(contrast="coefficient", subgroup="fidelity"), sites.rows[0]
    shown = np.exp if ratio else float
    return replace(
        row, contrast="fidelity_slope", method="meta_regression", subgroup=SLOPE, estimate=float(shown(row.estimate)),
        conf_low=float(shown(row.conf_low)), conf_high=float(shown(row.conf_high)), population=own.population,
        scale="log" if ratio else "identity", unit="ratio" if ratio else own.unit,
        note=f"{sites.scores.size} sites; for {POINTS:g} points; an association between sites, no effect of fidelity",
    )  # fmt: skip
