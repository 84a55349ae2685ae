"""The card of synthetic records: it says in both languages that nobody in them exists."""

from __future__ import annotations

from steget_eval.protocol.base import Text
from steget_eval.protocol.protocol import Protocol
from steget_eval.records.card import BaselineColumn, Label, RecordsCard
from steget_eval.records.codes import OCCASIONS
from steget_eval.simulate.tables import own_types
from steget_eval.simulate.truth import Truth

_LEVELS = {
    "compulsory": Label(sv="grundskola", en="compulsory school"),
    "upper_secondary": Label(sv="gymnasium", en="upper secondary school"),
    "tertiary": Label(sv="eftergymnasial utbildning", en="tertiary education"),
}

_BASELINE = {
    "education_level": BaselineColumn(
        type="code", label=Label(sv="utbildningsnivå", en="level of education"), codes=_LEVELS
    ),
    "worked_last_year": BaselineColumn(
        type="boolean", label=Label(sv="arbete under året före start", en="worked in the year before the start")
    ),
    "months_on_support": BaselineColumn(
        type="integer",
        label=Label(
            sv="månader med offentlig försörjning under två år före start",
            en="months on public support in the two years before the start",
        ),
    ),
    "motivation": BaselineColumn(type="integer", label=Label(sv="motivation (0–10)", en="motivation (0–10)")),
}


def synthetic_card(truth: Truth, seed: int, protocol: Protocol) -> RecordsCard:
    """Return the card of the records that `protocol`, `truth` and `seed` give, with the codes that are their own."""
    aggregate = protocol.design == "aggregate"
    baseline = {} if aggregate else {**_BASELINE, **{name: _own(truth, name) for name in truth.columns}}
    if protocol.clock.index == "none" and any(one.column == "age" for one in protocol.covariates):
        baseline["age"] = BaselineColumn(type="integer", label=Label(sv="ålder i år", en="age in years"))
    occasions = {name: one.label for name, one in truth.statuses.items()}
    occasions |= {one.occasion: one.label for one in truth.amounts}
    occasions |= {name: None for scale in truth.scales.values() for name in scale.change if name not in occasions}
    return RecordsCard(
        schema_version=1,
        title=Label(sv=truth.title.sv, en=truth.title.en),
        origin="synthetic",
        source=Label(
            sv=f"Syntetiska uppgifter: simulerade ur en angiven sanning med frö {seed}; ingen person finns.",
            en=f"Synthetic records: simulated from a stated truth with seed {seed}; no such person exists.",
        ),
        licence="MIT",
        baseline=baseline,
        occasions={name: _label(name, words) for name, words in occasions.items() if name not in OCCASIONS},
        items={one.item: _label(one.item, None) for one in truth.amounts},
        instruments={name: _label(name, scale.label) for name, scale in truth.scales.items()},
    )


def _own(truth: Truth, name: str) -> BaselineColumn:
    column, kind = truth.columns[name], own_types(truth)[name]
    levels = {level: _label(level, None) for level in column.levels} if kind == "code" else {}
    return BaselineColumn.model_validate(
        {"type": kind, "label": {"sv": column.label.sv, "en": column.label.en}, "codes": levels}
    )


def _label(name: str, words: Text | None) -> Label:
    said = name.replace("_", " ")
    return Label(sv=said, en=said) if words is None else Label(sv=words.sv, en=words.en)
