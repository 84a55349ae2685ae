"""The card of synthetic records: it says in both languages that nobody in them exists."""

from __future__ import annotations

from steget_eval.records.card import BaselineColumn, Label, RecordsCard
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


def synthetic_card(truth: Truth, seed: int) -> RecordsCard:
    """Return the card of the records that `truth` and `seed` give."""
    return RecordsCard(
        schema_version=1,
        title=Label(sv=truth.title.sv, en=truth.title.en),
        origin="synthetic",
        source=Label(
            sv=f"Syntetiska uppgifter: simulerade ur en angiven sanning med frö {seed}; ingen person finns.",
            en=f"Synthetic records: simulated from a stated truth with seed {seed}; no such person exists.",
        ),
        licence="MIT",
        baseline=_BASELINE,
    )
