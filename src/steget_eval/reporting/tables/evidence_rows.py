"""The rows that tables and figures of the evidence share."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.reporting.release_evidence import EvidenceRelease
from steget_eval.reporting.text import LANGUAGES, Cell, Label, code_label, key_label, label_text, numbers, value_text
from steget_eval.reporting.text.answers import count_label, estimate_cell, estimate_ref

Row = Mapping[Any, Any]

#: Decimals of figures that are neither shares nor effects.
_DECIMALS = {"q": 1, "tau_squared": 3, "tau": 2, "h_squared": 1, "asymmetry": 2, "coefficient": 2, "moderators": 1}
_FRAME = ("part", "study_sv", "study_en", "counts", "counts_sv", "counts_en", "contrast", "unit", "estimate",
          "conf_low", "conf_high", "weight", "hollow", "axis_sv", "axis_en", "suppressed")  # fmt: skip


def evidence_cell(row: Row, *, interval: bool = True, ref: bool = True) -> Cell:
    """Return a figure of the evidence with its interval, in the scale of its contrast."""
    cell = estimate_cell(row, interval=interval)
    contrast = str(row["contrast"])
    if contrast == "i_squared":
        cell = replace(cell, format="percent", decimals=0)
    elif contrast in _DECIMALS:
        cell = replace(cell, decimals=_DECIMALS[contrast])
    return replace(cell, ref=estimate_ref(row)) if ref else cell


def bare_cell(row: Row, *, value: bool = True) -> Cell:
    """Return a figure with its limits and nothing else, ``2.30 (1.49–3.55)``; the heading names the interval."""
    cell = evidence_cell(row)
    scale = 100 if cell.format in {"percent", "points"} else 1
    if cell.low is None or cell.high is None:
        return cell
    if not value and scale == 1 and (cell.low < 0.01 or cell.high > 100):
        return text(key_label("evidence.too_wide"))
    told: dict[str, str] = {}
    for language in LANGUAGES:
        ends = numbers.limits(scale * cell.low, scale * cell.high, language, cell.decimals)
        told[language] = f"{value_text(cell, language)} ({ends})" if value else ends
    return Cell(format="text", label=told, ref=cell.ref)


def one_row(release: EvidenceRelease, pool: str, contrast: str, method: str, subgroup: str = "all") -> Row | None:
    """Return the one row of a pool, of a contrast, whose method ends so; None where there is none."""
    rows = release.rows(pool, contrast=contrast, method=method)
    rows = rows[rows["subgroup"] == subgroup]
    return None if rows.empty else rows.iloc[0].to_dict()


def pooled_row(release: EvidenceRelease, pool: str) -> Row | None:
    """Return the random-effects row of a pool."""
    return one_row(release, pool, release.protocol.measure, "_hartung_knapp_floor")


def prediction_row(release: EvidenceRelease, pool: str) -> Row | None:
    """Return the prediction of a further study in a pool."""
    return one_row(release, pool, release.protocol.measure, "_prediction_t_k_minus_2")


def studies_of(release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return the studies of a pool by year, each with a name of its own."""
    mine = release.studies[release.studies["pool"] == pool].sort_values(["year", "study"], kind="stable")
    names = [str(name) for name in mine["name"]]
    several = {name for name in names if names.count(name) > 1}
    own = [f"{name}{_letter(names, place)}" if name in several else name for place, name in enumerate(names)]
    return mine.assign(name=own).reset_index(drop=True)


def forest_frame(release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return the frame behind a forest plot: the studies, the pooled effects, the prediction."""
    rows: list[dict[str, Any]] = []
    axis = axis_label(release)
    for one in studies_of(release, pool).to_dict("records"):
        rows.append(_row("study", same(one["name"]), one, axis, counts=counts_label(one), hollow=not one["printed"],
                         weight=one["weight"], unit=_unit(release)))  # fmt: skip
    sums = (("common", one_row(release, pool, release.protocol.measure, "mantel_haenszel")),
            ("pooled", pooled_row(release, pool)), ("prediction", prediction_row(release, pool)))  # fmt: skip
    rows += [_row(part, key_label(f"evidence.name.{part}"), row, axis) for part, row in sums if row is not None]
    return pd.DataFrame(rows, columns=list(_FRAME))


def series_frame(release: EvidenceRelease, name: str) -> pd.DataFrame:
    """Return the frame behind a plot of pooled effects over changing sets of studies."""
    pool, axis = release.protocol.explored, axis_label(release)
    mine = release.rows(pool, contrast=release.protocol.measure, method=f"_{name}")
    names = dict(zip(*(studies_of(release, pool)[column] for column in ("study", "name")), strict=True))
    if name == "without":  # in the order of the forest plot
        order = {study: place for place, study in enumerate(names)}
        mine = mine.sort_values("subgroup", key=lambda studies: studies.map(order), kind="stable")
    rows = [_row("series", same(names[row["subgroup"]]), row, axis) for row in mine.to_dict("records")]
    pooled = pooled_row(release, pool)
    if pooled is not None:
        rows.append(_row("pooled", key_label("evidence.name.all"), pooled, axis))
    return pd.DataFrame(rows, columns=list(_FRAME))


def beside_frame(release: EvidenceRelease) -> pd.DataFrame:
    """Return the frame behind the programme's place: the pooled effect, what it predicts, the programme."""
    assert release.beside is not None
    beside, axis = release.beside, axis_label(release)
    measure, pool = release.protocol.measure, beside.pool
    own = release.rows(pool, contrast=measure)
    own = own[own["subgroup"] == "programme"]
    expected = own[own["method"].astype(str).str.endswith("_same_precision")]
    local = own[~own["method"].astype(str).str.contains("same_precision|beside|matching")]
    named = key_label("evidence.name.local", programme=beside.programme.programme.name.model_dump())
    told = [("pooled", key_label("evidence.name.pooled"), pooled_row(release, pool))]
    told += [("prediction", key_label("evidence.name.expected"), row) for row in expected.to_dict("records")]
    told += [("local", named, row) for row in local.to_dict("records")]
    rows = [_row(part, label, row, axis) for part, label, row in told if row is not None]
    return pd.DataFrame(rows, columns=list(_FRAME))


def funnel_frame(release: EvidenceRelease, pool: str) -> pd.DataFrame:
    """Return the frame behind a funnel plot; `effect` and `centre` are logarithms for ratios."""
    mine = studies_of(release, pool)
    mine = mine[mine["std_error"].notna()]
    pooled = one_row(release, pool, release.protocol.measure, "mantel_haenszel")
    ratio = release.protocol.measure in RATIOS
    middle = math.nan if pooled is None else float(pooled["estimate"])
    axis = axis_label(release)
    return pd.DataFrame(
        {
            "study": mine["name"], "contrast": release.protocol.measure, "unit": _unit(release),
            "estimate": mine["estimate"], "effect": mine["effect"], "std_error": mine["std_error"],
            "centre": math.log(middle) if ratio else middle, "hollow": ~mine["printed"].astype(bool),
            "axis_sv": label_text(axis, "sv"), "axis_en": label_text(axis, "en"),
        }
    )  # fmt: skip


def axis_label(release: EvidenceRelease) -> Label:
    """Return the words of the effect's axis."""
    measure = code_label("evidence_measure", release.protocol.measure)
    key = "evidence.axis_effect" if release.protocol.measure in RATIOS else "evidence.axis_plain"
    return key_label(key, measure=measure)


def counts_label(row: Row) -> Label:
    """Return four counts as ``85/156 v 43/156``."""
    values = {name: count_label(int(row[name])) for name in ("events_1", "n_1", "events_0", "n_0")}
    return key_label("evidence.counts", **values)


def pool_label(release: EvidenceRelease, pool: str) -> Label:
    """Return the words of a pool."""
    return release.protocol.pool(pool).label.model_dump()


def word_label(family: str, text: str) -> Label:
    """Return the words of what the library tells in English; the library's own where none are known."""
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "none"
    label = code_label(family, slug)
    return label if "key" in label else same(text)


def printed_label(text: str) -> Label:
    """Return a printed number as each language writes it."""
    return {"sv": re.sub(r"(?<=\d)\.(?=\d)|(?<!\d)\.(?=\d)", ",", text), "en": text}


def same(text: str) -> Label:
    """Return words that are the same in both languages."""
    return {"sv": text, "en": text}


def text(label: Label) -> Cell:
    """Return words as a cell."""
    return Cell(format="text", label=label)


def _row(
    part: str, name: Label, row: Row, axis: Label, *, counts: Label | None = None, hollow: bool = False,
    weight: float = math.nan, unit: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    told = same("") if counts is None else counts
    words = {f"counts_{language}": label_text(told, language) for language in LANGUAGES}
    words |= {f"study_{language}": label_text(name, language) for language in LANGUAGES}
    words |= {f"axis_{language}": label_text(axis, language) for language in LANGUAGES}
    return {
        "part": part, **words, "counts": words["counts_en"], "contrast": row.get("contrast", row.get("measure")),
        "unit": row["unit"] if unit is None else unit, "estimate": row["estimate"], "conf_low": row["conf_low"],
        "conf_high": row["conf_high"], "weight": weight, "hollow": hollow,
        "suppressed": bool(row.get("suppressed", False)),
    }  # fmt: skip


def _unit(release: EvidenceRelease) -> str:
    return "ratio" if release.protocol.measure in RATIOS else "proportion"


def _letter(names: list[str], place: int) -> str:
    return "abcdefghij"[names[:place].count(names[place])]
