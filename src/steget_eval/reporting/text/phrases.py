"""The words of a report: phrase files in two languages with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from steget_eval.records.codes import FOLLOW_UP_ENDS, OCCASIONS, OCCUPATIONS, SEXES, STATES
from steget_eval.reporting.text.cell import Label, Language, key_label
from steget_eval.reporting.text.plural import said


def phrase(key: str, language: Language, **values: str) -> str:
    """Return a phrase with its places filled in, a number's word with it; the writer escapes, not this.

    Raises `KeyError` for a key that the phrase files do not hold or a place left empty.
    """
    return phrases(language)[key].format_map({name: said(value) for name, value in values.items()})


@cache
def phrases(language: Language) -> Mapping[str, str]:
    """Return every phrase of a language by its dotted key, from all ``phrases*`` files of this folder."""
    told: dict[str, str] = {}
    for file in sorted(files("steget_eval.reporting.text").iterdir(), key=lambda one: one.name):
        if file.name.startswith("phrases") and file.name.endswith(f".{language}.yaml"):
            told |= _flat(yaml.safe_load(file.read_text(encoding="utf-8")))
    return MappingProxyType(told)


def label_text(label: Label, language: Language) -> str:
    """Return the words of a label: its own in that language, or its phrase with what it takes."""
    if "key" not in label:
        return str(label[language])
    values = {name: label_text(value, language) for name, value in label.get("values", {}).items()}
    return phrase(label["key"], language, **values)


def code_label(family: str, code: str) -> Label:
    """Return the words of a code: a phrase ``family.code``, else the shared code lists', else the code itself.

    The last happens for a category's level that comes from the records, which the protocol does not name.
    """
    if f"{family}.{code}" in phrases("sv"):
        return key_label(f"{family}.{code}")
    lists = _CODES.get(family, {})
    if code in lists:
        return {"sv": lists[code].sv, "en": lists[code].en}
    plain = code.replace("_", " ")
    return {"sv": plain, "en": plain}


_CODES: dict[str, dict[str, Any]] = {
    "state": STATES,
    "level": {**SEXES, **OCCUPATIONS},
    "follow_up_end": FOLLOW_UP_ENDS,
    "occasion": OCCASIONS,
}


def _flat(tree: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{before}{name}"
        found += _flat(value, f"{key}.") if isinstance(value, Mapping) else [(key, str(value))]
    return found
