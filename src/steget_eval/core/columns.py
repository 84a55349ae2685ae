"""The glossary of the answer's columns: name, type, words in both languages, and whether it counts people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerColumn:
    """One column of the table of estimates.

    Attributes
    ----------
    role
        ``key`` says which question the row answers; ``number`` is suppressed with the row; ``count`` counts people
        and decides whether the row may leave; ``word`` is text about the number.
    """

    name: str
    dtype: Literal["text", "float", "count"]
    role: Literal["key", "number", "count", "word"]
    sv: str
    en: str


def _column(
    name: str,
    dtype: Literal["text", "float", "count"],
    role: Literal["key", "number", "count", "word"],
    sv: str,
    en: str,
) -> AnswerColumn:
    return AnswerColumn(name=name, dtype=dtype, role=role, sv=sv, en=en)


ANSWER_COLUMNS: tuple[AnswerColumn, ...] = (
    _column("programme", "text", "key", "program", "programme"),
    _column("estimand", "text", "key", "estimand", "estimand"),
    _column("outcome", "text", "key", "utfall", "outcome"),
    _column("kind", "text", "key", "utfallets slag", "kind of outcome"),
    _column(
        "population",
        "text",
        "key",
        "population: ATE alla, ATT de behandlade, ATC jämförelsens, ATO överlappet, arm en arm, unadjusted ojusterat",
        "population: ATE everyone, ATT the treated, ATC the comparison's, ATO the overlap, arm one arm, unadjusted",
    ),
    _column("contrast", "text", "key", "effektmått", "contrast"),
    _column("method", "text", "key", "metod", "method"),
    _column("subgroup", "text", "key", "undergrupp", "subgroup"),
    _column("arm_1", "text", "key", "arm 1 (den som jämförs)", "arm 1 (the one compared)"),
    _column("arm_0", "text", "key", "arm 0 (jämförelsen)", "arm 0 (the comparison)"),
    _column("horizon", "float", "key", "horisont", "horizon"),
    _column("horizon_unit", "text", "key", "horisontens enhet", "unit of the horizon"),
    _column("estimate", "float", "number", "punktskattning", "point estimate"),
    _column("std_error", "float", "number", "standardfel", "standard error"),
    _column("conf_low", "float", "number", "undre gräns", "lower limit"),
    _column("conf_high", "float", "number", "övre gräns", "upper limit"),
    _column("conf_level", "float", "word", "konfidensnivå", "confidence level"),
    _column("interval_kind", "text", "word", "intervallets slag", "kind of interval"),
    _column("p_value", "float", "number", "p-värde", "p-value"),
    _column("n_1", "count", "count", "personer i arm 1", "people in arm 1"),
    _column("n_0", "count", "count", "personer i arm 0", "people in arm 0"),
    _column("events_1", "count", "count", "personer med händelsen i arm 1", "people with the event in arm 1"),
    _column("events_0", "count", "count", "personer med händelsen i arm 0", "people with the event in arm 0"),
    _column("unit", "text", "word", "enhet", "unit"),
    _column("scale", "text", "word", "skala för standardfelet", "scale of the standard error"),
    _column("note", "text", "word", "anmärkning", "note"),
)

ANSWER_NAMES: tuple[str, ...] = tuple(column.name for column in ANSWER_COLUMNS)
COUNT_NAMES: tuple[str, ...] = tuple(column.name for column in ANSWER_COLUMNS if column.role == "count")
NUMBER_NAMES: tuple[str, ...] = tuple(column.name for column in ANSWER_COLUMNS if column.role == "number")
