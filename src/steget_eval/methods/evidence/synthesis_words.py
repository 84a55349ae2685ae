"""What each synthesis assumes, as a sentence in both languages that travels with the number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One sentence in Swedish with its twin in English."""

    sv: str
    en: str


COMMON_EFFECT = Assumption(
    sv="Alla studier antas skatta samma effekt; skillnader mellan dem ses som slump.",
    en="All studies are assumed to estimate one effect; differences between them are taken as chance.",
)
RANDOM_EFFECTS = Assumption(
    sv="Studiernas effekter antas vara dragna ur en normalfördelning, och de tillgängliga studierna antas inte ha "
    "valts ut efter sina resultat.",
    en="The studies' effects are assumed to be draws from one normal distribution, and the studies at hand are "
    "assumed not to have been selected by their results.",
)
PREDICTIVE = Assumption(
    sv="Programmet antas vara ännu ett utbytbart fall av det som studierna prövade: samma slags insats, deltagare, "
    "jämförelse, utfall och uppföljningstid.",
    en="The programme is assumed to be one more exchangeable case of what the studies tried: the same kind of support, "
    "participants, comparison, outcome and follow-up.",
)
META_REGRESSION = Assumption(
    sv="Sambandet gäller mellan studier, inte mellan människor; studierna lottades inte till sina egenskaper.",
    en="The association is between studies, not between people; studies were not randomised to their features.",
)
OWN_ARM = Assumption(
    sv="Före de egna uppgifterna antas alla andelar lika troliga, och människorna i armen oberoende av varandra.",
    en="Before one's own figures all shares are taken as equally likely, and the people of the arm as independent.",
)
POWER_PRIOR = Assumption(
    sv="Varje person i de publicerade armarna antas vara värd en given andel av en egen person; andelen är vald, inte "
    "skattad, och minskar inte om resultaten går isär.",
    en="Each person in the published arms is assumed to be worth a given share of one's own; the share was chosen, not "
    "estimated, and does not shrink where the results conflict.",
)
ROBUST_MAP = Assumption(
    sv="Den egna armens andel antas komma ur samma fördelning som de publicerade armarnas, utom med den "
    "sannolikhet som den vaga delen fick i förväg.",
    en="The share in one's own arm is assumed to come from the same distribution as those of the published arms, "
    "except with the probability that the vague part was given beforehand.",
)
BESIDE_CONTROLS = Assumption(
    sv="Utan programmet antas deltagarna ha klarat sig som människorna i de publicerade jämförelsearmarna; ingen "
    "lottades mellan dem, och skillnader i deltagare, arbetsmarknad och uppföljning räknas in i skillnaden.",
    en="Without the programme, its participants are assumed to have fared as the people of the published control arms "
    "did; nobody was randomised between them, and differences in participants, labour market and follow-up are part of "
    "the difference.",
)
MATCHING_ADJUSTED = Assumption(
    sv="Allt som skiljer programmets deltagare från den publicerade armens och som påverkar utfallet antas finnas "
    "bland de vägda egenskaperna; de publicerade medelvärdena räknas som kända utan fel.",
    en="Everything that sets the programme's participants apart from the published arm's and that bears on the outcome "
    "is assumed to be among the weighted features; the published means are taken as known without error.",
)
