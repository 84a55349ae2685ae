"""What columns of sources are called in Swedish and English, and what their texts mean."""

from __future__ import annotations

import re
import unicodedata

from steget_eval.records.codes import INCOME_SOURCES, OCCUPATIONS, SEXES, STATES, Words

#: Ours to the names that a source may give it; compared as `plain` makes them.
NAMES: dict[str, tuple[str, ...]] = {
    "participant_id": ("participant_id", "deltagar_id", "deltagarid", "lopnr", "lopnummer", "personnummer", "pnr",
                       "person_id", "personnr", "id", "deltagare"),
    "enrolled_on": ("enrolled_on", "startdatum", "start", "inskriven", "inskrivningsdatum", "inskriven_den",
                    "start_date", "borjade", "fran", "from", "fran_datum", "fromdatum"),
    "discharged_on": ("discharged_on", "slutdatum", "slut", "avslutad", "avslutsdatum", "utskriven",
                      "utskrivningsdatum", "end_date", "end", "till", "till_datum", "tomdatum", "tom"),
    "arm": ("arm", "grupp", "group"),
    "site": ("site", "kommun", "ort", "plats", "enhet", "folkbokforingskommun", "municipality"),
    "sex": ("sex", "kon", "gender"),
    "birth_year": ("birth_year", "fodelsear", "fodd", "year_of_birth"),
    "occupation_before": ("occupation_before", "sysselsattning_fore", "sysselsattning_start", "sysselsattning"),
    "occupation_after": ("occupation_after", "sysselsattning_efter", "sysselsattning_avslut"),
    "income_before": ("income_before", "forsorjning_fore", "forsorjning_start", "forsorjning"),
    "income_after": ("income_after", "forsorjning_efter", "forsorjning_avslut"),
    "state": ("state", "tillstand", "status", "forman", "benefit"),
    "extent_percent": ("extent_percent", "omfattning", "extent", "procent"),
    "period": ("period", "ar", "year", "manad", "month"),
    "category": ("category", "kategori", "insats"),
    "n": ("n", "antal", "number", "count"),
}  # fmt: skip

# Columns whose texts are about one person alone, or name somebody, whatever they hold.
_PRIVATE = re.compile(
    r"namn|name|pnr|personn|adress|address|mail|epost|tele|phone|mobil|handlagg|kontakt|kommentar|comment|anteckn|note|"
    r"fritext|text|beskriv|diagnos"
)

_ALSO: dict[str, dict[str, str]] = {
    "sex": {"k": "woman", "m": "man", "f": "woman", "kvinnor": "woman", "female": "woman",
            "male": "man", "1": "man", "2": "woman"},
    "occupation": {"arbetar": "employed", "arbete": "employed", "studerar": "studying", "ovriga": "other",
                   "ovrigt": "other", "arbetssokande": "job_seeking"},
    "income_sources": {"a-kassa": "unemployment_benefit", "ekonomiskt bistand": "social_assistance",
                       "annan": "other", "ingen": "no_public_support"},
    "state": {"sjukpenning": "sickness_benefit", "rehabiliteringspenning": "sickness_benefit",
              "sjukersattning": "disability_benefit", "aktivitetsersattning": "disability_benefit"},
}  # fmt: skip
_LISTS: dict[str, dict[str, Words]] = {
    "sex": SEXES, "occupation": OCCUPATIONS, "income_sources": INCOME_SOURCES, "state": STATES,
}  # fmt: skip


def plain(name: str) -> str:
    """Return a name as it is compared: small letters a–z and digits, with ``_`` for all else."""
    bare = unicodedata.normalize("NFKD", name.strip().casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def is_private(name: str) -> bool:
    """Tell whether a column's name says that its texts name or describe somebody."""
    return _PRIVATE.search(plain(name)) is not None


def ours(name: str) -> str:
    """Return what of ours a source column of that name is, or an empty text."""
    found = next((column for column, names in NAMES.items() if plain(name) in names), "")
    return found or ("participant_id" if "lopnr" in plain(name) else "")


def code_of(text: str, column: str) -> str:
    """Return the code that a text means in one of our columns, or an empty text where that has to be decided."""
    if column == "occupation" and "|" in text:
        both = {code_of(part, column) for part in text.split("|")}
        return "employed_and_studying" if both == {"employed", "studying"} else ""
    said = plain(text)
    listed = {plain(word): code for code, words in _LISTS[column].items() for word in (code, words.sv, words.en)}
    also = {plain(word): code for word, code in _ALSO[column].items()}
    return listed.get(said) or also.get(said, "")
