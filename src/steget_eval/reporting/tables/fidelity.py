"""Reviews of fidelity: their totals in the scale's bands, and its parts."""

from __future__ import annotations

import math

import pandas as pd

from steget_eval.reporting.release import Release
from steget_eval.reporting.tables.body import Column, Table, TableBody
from steget_eval.reporting.text import Cell, Label, code_label, key_label
from steget_eval.reporting.text.answers import count_label
from steget_eval.study.fidelity_found import ReviewScore


def fidelity(release: Release) -> Table:
    """Return one row per review: its total, its band, and the mean item of each part of the scale."""
    found = release.fidelity
    reviews = () if found is None else found.reviews
    sections = [one.section for one in reviews[0].score.sections] if reviews else []
    columns = [
        Column(key="site", heading=key_label("column.fidelity_site")),
        Column(key="total", heading=key_label("column.fidelity_total"), align="right"),
        Column(key="band", heading=key_label("column.fidelity_band")),
        *(Column(key=one, heading=code_label("fidelity_section", one), align="right") for one in sections),
    ]
    frame = pd.concat([_frame(one) for one in reviews], ignore_index=True) if reviews else pd.DataFrame()
    body = TableBody(
        columns=tuple(columns), rows=tuple(_cells(one) for one in reviews), caption=key_label("caption.fidelity"),
        notes=(key_label("fidelity.bands"), key_label("fidelity.means")),
    )  # fmt: skip
    return Table(cells=body, frame=frame)


def site_words(review: ReviewScore) -> Label:
    """Return the words of a review's site."""
    return {"sv": review.site, "en": review.site} if review.label is None else review.label.model_dump()


def _cells(review: ReviewScore) -> tuple[Cell, ...]:
    score = review.score
    day = Cell(format="date", value=review.reviewed_on.isoformat())
    site = Cell(format="text", label=site_words(review), note=key_label("fidelity.reviewed", day=_day(day)))
    total = Cell(format="number", state="not_applicable")
    if not math.isnan(score.total):
        total = Cell(format="number", value=score.total, decimals=1 if score.is_prorated else 0, note=_missing(review))
    band = Cell(format="text", label=code_label("fidelity_band", score.band), note=_flag(review))
    return (site, total, band, *(_mean(one.mean) for one in score.sections))


def _mean(mean: float) -> Cell:
    if math.isnan(mean):
        return Cell(format="number", state="not_applicable")
    return Cell(format="number", value=mean, decimals=1)


def _missing(review: ReviewScore) -> Label | None:
    score = review.score
    if not score.missing:
        return None
    names = {"missing": score.missing, "low": score.low, "high": score.high}
    return key_label("fidelity.prorated", **{name: count_label(number) for name, number in names.items()})


def _flag(review: ReviewScore) -> Label | None:
    score = review.score
    if score.band == "disputed":
        return key_label("fidelity.flagged")
    if score.band == "not_scored":
        return key_label("fidelity.too_many", missing=count_label(score.missing))
    if score.depends_on_missing:
        return key_label("fidelity.depends")
    return None


def _day(cell: Cell) -> Label:
    from steget_eval.reporting.text import LANGUAGES, render_cell

    return {language: render_cell(cell, language) for language in LANGUAGES}


def _frame(review: ReviewScore) -> pd.DataFrame:
    frame = review.score.to_frame().assign(site=review.site, reviewed_on=review.reviewed_on.isoformat())
    return frame.assign(band=review.score.band)
