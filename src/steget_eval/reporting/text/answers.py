"""One row of the table of estimates as cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from steget_eval.core.estimates import RATIOS
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.methods.catalogue_amounts import AMOUNT_LINES
from steget_eval.methods.catalogue_ordinal import ORDINAL_LINES
from steget_eval.protocol import Protocol
from steget_eval.protocol.cohort_rules import Covariate
from steget_eval.reporting.text import numbers
from steget_eval.reporting.text.cell import LANGUAGES, Cell, Format, Label, key_label
from steget_eval.reporting.text.phrases import code_label, label_text

#: Regressions that are adjusted where there is something to adjust for, and answer without it as well.
_EITHER = frozenset({"cox", *(one.name for one in (*AMOUNT_LINES, *ORDINAL_LINES) if not one.needs_covariates)})
#: Methods that take covariates into account.
ADJUSTED = frozenset(line.name for line in CATALOGUE if line.adjusts and line.name not in _EITHER)

#: Units told without decimals: one dollar is finer than any of these estimates.
_COARSE = frozenset({"usd", "sek"})


def estimate_cell(row: Mapping[Any, Any], *, interval: bool = True) -> Cell:
    """Return an estimate with its interval, in the scale of its contrast; suppressed where its row is."""
    kind, decimals, unit = _manner(row)
    if row["suppressed"]:
        return Cell(format=kind, state="suppressed", decimals=decimals)
    if pd.isna(row["estimate"]):
        return Cell(format=kind, state="not_applicable", decimals=decimals)
    cell = Cell(format=kind, value=float(row["estimate"]), decimals=decimals, unit=unit)
    if not interval or row["interval_kind"] == "none" or pd.isna(row["conf_low"]) or pd.isna(row["conf_high"]):
        return cell
    one_sided = str(row["method"]).endswith("one_sided")
    return replace(
        cell, low=float(row["conf_low"]), high=float(row["conf_high"]), level=float(row["conf_level"]),
        interval_kind="one_sided" if one_sided else str(row["interval_kind"]),
    )  # fmt: skip


def estimate_ref(row: Mapping[Any, Any]) -> str:
    """Return the name of a row of the table of estimates, the same in every language."""
    return "/".join(str(row[name]) for name in ("estimand", "subgroup", "contrast", "method", "population"))


def p_cell(row: Mapping[Any, Any]) -> Cell:
    """Return a row's p-value."""
    if row["suppressed"]:
        return Cell(format="p", state="suppressed")
    if pd.isna(row["p_value"]):
        return Cell(format="p", state="not_applicable")
    return Cell(format="p", value=float(row["p_value"]))


def people_cell(row: Mapping[Any, Any], which: str) -> Cell:
    """Return how many of arm ``1`` or ``0`` had the outcome of how many; people alone where nothing is counted."""
    n, events = row[f"n_{which}"], row[f"events_{which}"]
    if row["suppressed"]:
        return Cell(format="count", state="suppressed")
    if pd.isna(n):
        return Cell(format="count", state="not_applicable")
    if pd.isna(events):
        return Cell(format="count", value=int(n), unit="people")
    return Cell(format="count", value=int(events), of=int(n))


def is_adjusted(row: Mapping[Any, Any]) -> bool:
    """Tell whether a row is adjusted for covariates: a regression without any is not."""
    return row["method"] in ADJUSTED or str(row["population"]) not in {"unadjusted", "arm"}


def people_note(row: Mapping[Any, Any], which: str) -> Label:
    """Return in words how many people stand behind an arm's own number, and how many of them had the outcome.

    An adjusted number is no share of them, and a number under censoring no simple one.
    """
    n, events = row[f"n_{which}"], row[f"events_{which}"]
    people = count_label(int(n))
    if row["kind"] == "amount" or pd.isna(events) or row["method"] in ADJUSTED:
        return key_label("effects.people", n=people)
    key = "effects.followed" if row["kind"] in {"time_to_event", "competing"} else "effects.of"
    return key_label(key, n=people, events=count_label(int(events)))


def speaks_of(row: Mapping[Any, Any]) -> Label | None:
    """Return in words whom a row speaks of; None where the method's own words say that nothing was adjusted for."""
    population, method = str(row["population"]), code_label("method", str(row["method"]))
    if population not in {"unadjusted", "arm"}:
        return key_label("effects.speaks_of", population=code_label("population", population))
    says_so = label_text(method, "en").startswith("unadjusted")
    return None if says_so else key_label("population.unadjusted")


def count_label(count: int) -> Label:
    """Return a whole number as words."""
    return {language: numbers.count(count, language) for language in LANGUAGES}


def contrast_label(row: Mapping[Any, Any], protocol: Protocol) -> Label:
    """Return the words of a row's contrast; a number of one arm names the arm."""
    contrast = str(row["contrast"])
    if contrast.endswith(("_1", "_0")):
        return key_label(f"contrast.{contrast}", arm=arm_label(protocol, str(row[f"arm_{contrast[-1]}"]), contrast[-1]))
    return code_label("contrast", contrast)


def arm_label(protocol: Protocol, code: str, which: str = "") -> Label:
    """Return an arm's words; without a code, those of the protocol's arm ``1`` or ``0``."""
    arms = {arm.id: arm.label for arm in protocol.arms.all()}
    if code in arms:
        return arms[code].model_dump()
    compared = protocol.arms.compared()
    if which == "1" or (which == "0" and len(compared) > 1):
        return compared[0 if which == "1" else 1].label.model_dump()
    return {"sv": code, "en": code}


def level_label(covariate: Covariate | None, level: str) -> Label:
    """Return the words of a level: the protocol's own, or those of the code that it is."""
    own = {} if covariate is None else covariate.levels
    return own[level].model_dump() if level in own else code_label("level", level)


def outcome_label(protocol: Protocol, estimand: str) -> Label:
    """Return the words of the outcome that an estimand asks about."""
    return protocol.outcome(protocol.estimand(estimand).outcome).label.model_dump()


def _manner(row: Mapping[Any, Any]) -> tuple[Format, int, str]:
    contrast, unit = str(row["contrast"]), str(row["unit"])
    if contrast in RATIOS:
        return "number", 2, ""
    if contrast in {"log_rank", "gray", "proportional_hazards", "proportionality"}:
        return "number", 2, ""
    if contrast.startswith("risk"):
        return ("points" if contrast.endswith("difference") else "percent"), 1, ""
    if contrast == "nnt":
        return "number", 1, ""
    if contrast in {"responders_difference", "share_difference"}:
        return "points", 1, ""
    if contrast.startswith(("share_", "responders")):
        return "percent", 1, ""
    if contrast in {"paired_difference", "net_benefit"}:
        return "points", 1, ""
    if contrast == "standardised_change":
        return "number", 2, ""
    if unit == "times":
        return "number", 2, unit
    if unit == "score":
        return "number", 1, ""
    told = unit if unit not in {"proportion", "ratio", ""} else ""
    a_year = "_per_year" if told and contrast in {"rate_1", "rate_0"} else ""
    return "number", 0 if unit in _COARSE else 1, told + a_year
