"""The code lists that records and protocols share, each code with its words in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A code's words."""

    sv: str
    en: str


#: States of a spell, in the order in which the month-by-month picture lets one state win over another that overlaps.
STATES: dict[str, Words] = {
    "custody": Words("frihetsberövad", "in custody"),
    "competitive_employment": Words("arbete på öppna arbetsmarknaden", "competitive employment"),
    "employment": Words("arbete, slaget okänt", "employment, kind unknown"),
    "self_employment": Words("eget företag", "self-employment"),
    "subsidised_employment": Words("subventionerad anställning", "subsidised employment"),
    "sheltered_employment": Words("skyddat arbete", "sheltered employment"),
    "education": Words("studier", "education"),
    "work_practice": Words("praktik eller arbetsträning", "work placement or work training"),
    "labour_market_training": Words("arbetsmarknadsutbildning", "labour-market training"),
    "labour_market_programme": Words("arbetsmarknadspolitiskt program", "labour-market programme"),
    "job_seeking": Words("arbetssökande", "job seeking"),
    "activity_support": Words("aktivitetsstöd", "activity grant"),
    "unemployment_benefit": Words("arbetslöshetsersättning", "unemployment benefit"),
    "sickness_benefit": Words("sjukpenning eller rehabiliteringspenning", "sickness or rehabilitation benefit"),
    "disability_benefit": Words("sjukersättning eller aktivitetsersättning", "sickness or activity compensation"),
    "parental_benefit": Words("föräldrapenning", "parental benefit"),
    "social_assistance": Words("ekonomiskt bistånd", "social assistance"),
    "inpatient_care": Words("sluten vård", "inpatient care"),
}

FOLLOW_UP_ENDS: dict[str, Words] = {
    "study_end": Words("studiens slut", "end of the study"),
    "death": Words("avliden", "death"),
    "emigration": Words("utflyttad", "emigration"),
    "withdrawn": Words("återkallat samtycke", "withdrawn consent"),
    "lost": Words("gick inte att nå", "lost to follow-up"),
}

SEXES: dict[str, Words] = {
    "woman": Words("kvinna", "woman"),
    "man": Words("man", "man"),
    "unknown": Words("okänt", "unknown"),
}

OCCUPATIONS: dict[str, Words] = {
    "employed": Words("förvärvsarbete", "gainful employment"),
    "studying": Words("studier", "education"),
    "employed_and_studying": Words("arbete och studier", "employment and education"),
    "job_seeking": Words("aktivt arbetssökande", "job seeking"),
    "other": Words("övrigt", "other"),
    "unknown": Words("okänt", "unknown"),
}

#: How a person was reached at an occasion.
CONTACTS: dict[str, Words] = {
    "visit": Words("besök", "visit"),
    "phone": Words("telefon", "phone"),
    "letter": Words("brev", "letter"),
    "register": Words("register", "register"),
}

#: What people live on at an occasion; several at once, but `no_public_support` always alone.
INCOME_SOURCES: dict[str, Words] = {
    "pay": Words("lön", "pay"),
    "sickness_benefit": Words("sjukpenning", "sickness benefit"),
    "rehabilitation_benefit": Words("rehabiliteringspenning", "rehabilitation benefit"),
    "sickness_compensation": Words("sjukersättning", "sickness compensation"),
    "activity_compensation": Words("aktivitetsersättning", "activity compensation"),
    "unemployment_benefit": Words("arbetslöshetsersättning", "unemployment benefit"),
    "activity_support": Words("aktivitetsstöd", "activity grant"),
    "social_assistance": Words("försörjningsstöd", "social assistance"),
    "study_support": Words("studiestöd", "study support"),
    "other": Words("annan inkomst", "other income"),
    "no_public_support": Words("ingen offentlig försörjning", "no public support"),
}

OCCASIONS: dict[str, Words] = {
    "start": Words("start", "start"),
    "exit": Words("avslut", "exit"),
    "follow_up_6m": Words("sex månader efter avslut", "six months after exit"),
    "month_6": Words("månad 6", "month 6"),
    "month_12": Words("månad 12", "month 12"),
    "month_18": Words("månad 18", "month 18"),
    "month_24": Words("månad 24", "month 24"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit in which amounts are stored as whole numbers, and how they are shown."""

    shown: str
    per_shown: int
    sv: str
    en: str


UNITS: dict[str, Unit] = {
    "ore": Unit("sek", 100, "kronor", "Swedish kronor"),
    "usd_cent": Unit("usd", 100, "dollar", "US dollars"),
    "days": Unit("days", 1, "dagar", "days"),
    "weeks": Unit("weeks", 1, "veckor", "weeks"),
    "hours": Unit("hours", 1, "timmar", "hours"),
}
