"""Which words a design may use of what a programme did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from steget_eval.protocol.programme import Design
from steget_eval.reporting.text.cell import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one design in one language.

    Attributes
    ----------
    headline
        What the answer is called.
    allowed
        Fixed expressions that hold a forbidden word and are right all the same.
    forbidden
        Patterns of whole words that claim more than the design can carry.
    """

    headline: str
    allowed: tuple[str, ...]
    forbidden: tuple[str, ...]


#: Claims of a cause, which only randomisation carries, and proof, which no study carries.
_CAUSE = {
    "sv": (r"tack vare", r"led(?:er|de|a) till", r"lett till", r"orsaka\w*", r"medför\w*", r"bidr(?:ar|og) till",
           r"har hjälpt", r"gör att fler"),
    "en": (r"thanks to", r"le(?:ads?|d) to", r"caus(?:es?|ed|ing)", r"brought about", r"resulted in", r"contributed to",
           r"helped", r"owing to"),
}  # fmt: skip
_PROOF = {"sv": (r"bevis(?:ar|ade|at|et)?", r"garanterar"), "en": (r"prove[sdn]?", r"proof", r"guarantees?")}
_EFFECT = {"sv": (r"effekt(?:en|er|erna|ens|s|fullt?)?",), "en": (r"effects?", r"impacts?")}
#: A single arm says nothing beside other programmes, and nothing of a change it did not measure.
_COMPARED = {
    "sv": (r"bättre än", r"sämre än", r"fler än utan", r"ökade", r"minskade"),
    "en": (r"better than", r"worse than", r"more than without", r"increased", r"decreased"),
}

#: Technical terms that are no claim.
_TERMS = {
    "sv": ("effektmått", "effektiv urvalsstorlek", "effektutvärdering", "bevisar inte"),
    "en": ("effect measure", "effect size", "effective sample size", "effect evaluation", "does not prove"),
}
_ESTIMATED = {
    "sv": ("skattad effekt", "skattade effekten", "skattade effekter", "skattade effekterna"),
    "en": ("estimated effect", "estimated effects"),
}
_HEADLINES: dict[str, dict[str, str]] = {
    "randomised": {"sv": "effekt", "en": "effect"},
    "comparison": {"sv": "skattad effekt under de angivna antagandena",
                   "en": "estimated effect under the stated assumptions"},
    "before_after": {"sv": "förändring", "en": "change"},
    "single_arm": {"sv": "nått, ej visat, under", "en": "reached, not shown, below"},
    "aggregate": {"sv": "antal", "en": "number"},
    "staggered": {"sv": "skattad effekt under de angivna antagandena",
                  "en": "estimated effect under the stated assumptions"},
    "interrupted": {"sv": "avvikelse från den framskrivna trenden", "en": "departure from the carried-on trend"},
    "prestudy": {"sv": "planeringsvärde", "en": "planning value"},
}  # fmt: skip


def words_of(design: Design, language: Language) -> Words:
    """Return the words of a design."""
    adjusted = design in {"comparison", "staggered"}
    forbidden = _PROOF[language]
    if design != "randomised":
        forbidden += _CAUSE[language] + _EFFECT[language]
    if design in {"single_arm", "prestudy", "aggregate"}:
        forbidden += _COMPARED[language]
    allowed = _TERMS[language] + (_ESTIMATED[language] if adjusted else ())
    return Words(headline=_HEADLINES[design][language], allowed=allowed, forbidden=forbidden)


def forbidden_words(
    text: str, design: Design, language: Language, *, names: Iterable[str] = (), is_ips: bool = True
) -> tuple[str, ...]:
    """Return the words of a text that its design must not use, in order; empty where all is well.

    Parameters
    ----------
    names
        Words that are not the report's own and may stand as they are: a programme's name, a data set's title.
    is_ips
        Where False, the programme may not be called IPS either; a sentence that says it is not IPS may stand.
    """
    told = words_of(design, language)
    plain = text
    for fixed in sorted((*names, *told.allowed), key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(fixed)}(?!\w)", " ", plain, flags=re.IGNORECASE)
    patterns = told.forbidden
    if not is_ips:
        plain = re.sub(r"\b(?:inte|not|om|of)\s+IPS\b", " ", plain)
        patterns += ("IPS",)
    joined = "|".join(patterns)
    return tuple(match[0] for match in re.finditer(rf"(?<!\w)(?:{joined})(?!\w)", plain, flags=re.IGNORECASE))
