"""The reason behind a verdict of the ledger, in both languages."""

from __future__ import annotations

import re

from steget_eval.reporting.text.cell import Label, Language
from steget_eval.reporting.text.phrases import code_label, label_text, phrase

_T = r"\S+ v \S+"
_N = r"[-\d.e]+"
#: Each clause of a reason, with the places that its phrase takes; the first that fits is taken.
_CLAUSES: tuple[tuple[str, str], ...] = (
    (r"a pooled figure: the studies' own inputs were not printed with it", "pooled"),
    (r"the counts were not printed", "no_counts"),
    (r"nor were the denominators", "no_denominators"),
    (r"(?P<counts>\d+/\d+)", "counts"),
    (rf"(?P<counts>{_T}) gives both percentages", "both_percentages"),
    (r"the counts were reconstructed from these percentages, which are so far only possible", "rebuilt_percentages"),
    (r"adjusted or modelled: four counts do not give it", "modelled"),
    (r"means without their spread give neither test nor limits", "no_spread"),
    (r"the spread within the arms was not printed", "no_spread_within"),
    (r"a p-value without counts gives no effect", "p_alone"),
    (r"no effect was printed", "no_effect"),
    (rf"(?P<counts>{_T}) gives the estimate and both limits", "estimate_and_limits"),
    (r"the counts were reconstructed with these figures, which are so far only possible", "rebuilt"),
    (rf"(?P<counts>{_T}) gives the estimate", "estimate"),
    (r"(?P<counts>\S+) gives the share and both limits", "share_and_limits"),
    (r"(?P<counts>\S+) gives the share", "share"),
    (r"no limits were printed", "no_limits"),
    (r"(?P<p>p (?:= )?\S+) by (?P<test>\w+)", "p_by"),
    (rf"(?P<counts>{_T}) gives (?P<p>p (?:= )?\S+) by (?P<test>\w+) \((?P<others>.+)\)", "p_from_counts"),
    (rf"the percentages allow (?P<low>{_N}) to (?P<high>{_N}), which (?P<value>{_N}) is among", "allowed"),
    (r"the limits of a difference of means lie equally far out whatever the data, "
     rf"but (?P<low>{_N}) to (?P<high>{_N}) has its middle at (?P<middle>{_N}), not (?P<value>{_N})", "off_middle"),
    (rf"the mirror of the lower limit is (?P<value>{_N})", "mirror"),
    (r"no means with their spread were printed", "no_means"),
    (rf"t = (?P<t>{_N}) on (?P<df>\d+) degrees of freedom has p from (?P<low>{_N}) to (?P<high>{_N}), "
     r"which agrees with (?P<p>p .+)", "t_agrees"),
    (r"no count of (?P<n>\d+) is printed as (?P<percent>\S+) %: (?P<about>.+)", "no_count"),
    (r"of somewhat fewer people (?P<fewer>[\d, ]+) allow it(?: \(arm (?P<arm>\d)\))?", "fewer"),
    (rf"(?P<counts>{_T}) gives the estimate, but the limits by none of the formulas tried"
     rf"(?: \((?P<formula>\w+): (?P<low>{_N}) to (?P<high>{_N})\))?", "limits_by_none"),
    (rf"other counts could, as (?P<counts>{_T}) \((?P<formula>\w+)\)", "other_counts"),
    (r"means and standard deviations give p by (?P<told>.+): neither is (?P<p>p .+)", "p_by_neither"),
    (r"another test may", "another_test"),
    (rf"(?:a percentage|p|a ratio|a difference of shares) is from (?P<low>{_N}) to (?P<high>{_N}), "
     rf"which (?P<value>{_N}) is not", "beyond_scale"),
    (rf"a ratio is never below 0, as (?P<value>{_N}) is", "below_zero"),
    (rf"the lower limit (?P<low>{_N}) is above the upper (?P<high>{_N})", "limits_crossed"),
    (rf"the estimate (?P<value>{_N}) lies outside its own limits (?P<low>{_N}) to (?P<high>{_N})", "outside_limits"),
    (rf"(?P<number>\d+) tables of (?P<people>.+) people give it, as (?P<counts>{_T}) \((?P<formula>\w+)\)", "tables"),
    (rf"(?P<first>\S+) % against (?P<second>\S+) % allow an? (?P<measure>[a-z ]+) from (?P<low>{_N}) "
     rf"to (?P<high>{_N}), whatever the counts: (?P<value>{_N}) is not among them", "beyond_shares"),
    (r"the limits are those of (?P<counts>\S+) by (?P<formula>\w+)", "limits_of"),
    (rf"(?P<low>{_N}) to (?P<high>{_N}) is off centre about (?P<value>{_N}) on the log scale \(the mirror of the lower "
     rf"limit is (?P<mirror>{_N})\), and no table of (?P<people>.+) gives it by any formula", "off_centre_none"),
    (rf"(?P<low>{_N}) to (?P<high>{_N}) is off centre about (?P<value>{_N}) on the log scale \(the mirror of the lower "
     rf"limit is (?P<mirror>{_N})\), so that no log formula gives it whatever the counts", "off_centre"),
    (rf"a score formula could, as (?P<counts>{_T}) \((?P<formula>\w+)\)", "score_could"),
    (r"(?P<share>\S+) % of (?P<n>\d+) is (?P<counts>.+?), (?P<share_2>\S+) % of (?P<n_2>\d+) is (?P<counts_2>.+)",
     "shares_of"),
)  # fmt: skip
#: The places of a clause that hold codes of formulas.
_FORMULA_PLACES = frozenset({"formula", "test", "others", "told"})
_COMPILED = tuple((re.compile(pattern), key) for pattern, key in _CLAUSES)


def ledger_reason(reason: str) -> Label:
    """Return a verdict's reason: the ledger's own sentence in English, clause by clause in Swedish.

    Formulas, which the ledger names by their codes, have their names in both. A clause that is not known here is told
    in general words, that the reason stands in the ledger.
    """
    clauses = reason.split("; ")
    return {"sv": "; ".join(map(_swedish, clauses)), "en": "; ".join(map(_english, clauses))}


def is_known_reason(reason: str) -> bool:
    """Tell whether every clause of a reason has words of its own in Swedish."""
    return all(any(pattern.fullmatch(clause) for pattern, _ in _COMPILED) for clause in reason.split("; "))


def _swedish(clause: str) -> str:
    for pattern, key in _COMPILED:
        if found := pattern.fullmatch(clause):
            groups = {name: value or "" for name, value in found.groupdict().items()}
            values = {name: _number_words(_named(name, value, "sv")) for name, value in groups.items()}
            return phrase(f"ledger_reason.{key}", "sv", **values).replace(" (arm )", "").replace(" (:  till )", "")
    return phrase("ledger_reason.other", "sv")


def _english(clause: str) -> str:
    """The clause with the names of its formulas for their codes, from the last to the first."""
    found = next((found for pattern, _ in _COMPILED if (found := pattern.fullmatch(clause))), None)
    if found is None:
        return clause
    for name in sorted(set(found.groupdict()) & _FORMULA_PLACES, key=found.start, reverse=True):
        if found[name]:
            clause = clause[: found.start(name)] + _named(name, found[name], "en") + clause[found.end(name) :]
    return clause


def _named(place: str, value: str, language: Language) -> str:
    if place not in _FORMULA_PLACES:
        return value
    return re.sub(r"\b[a-z]\w*\b", lambda code: label_text(code_label("evidence_formula", code[0]), language), value)


def _number_words(text: str) -> str:
    decimal = re.sub(r"(?<=\d)\.(?=\d)|(?<=^)\.(?=\d)", ",", text)
    swedish = {" is ": " är ", " or ": " eller ", "odds ratio": "oddskvot", "risk ratio": "riskkvot",
               "risk difference": "riskskillnad", " v ": " mot "}  # fmt: skip
    for english, word in swedish.items():
        decimal = decimal.replace(english, word)
    return decimal
