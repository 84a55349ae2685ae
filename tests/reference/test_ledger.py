"""The reproduction ledger, line by line: the verdict with the reason, and the page that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from steget_eval.study.reproduce import reproduce

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ledger():
    return {row.trial.key: row for row in reproduce().rows}


#: Lines that no counts could give, with the words that say why.
INCONSISTENT = {
    "lehman2002.2": "27 % against 7 % allow an odds ratio from 4.45 to 5.46",
    "latimer2006.1": "no count of 75 is printed as 18 %: 13/75 is 17.33, 14/75 is 18.67",
    "ottomanelli2014_sci.1": "no count of 81 is printed as 30.8 %: 24/81 is 29.63, 25/81 is 30.86",
    "ottomanelli2014_sci.2": "no count of 81 is printed as 30.8 %",
    "ottomanelli2014_sci.3": "the limits are those of 25/81 by agresti_coull",
    "ottomanelli2014_sci.7": "(the mirror of the lower limit is 3.99), and no table of 81 v 76 gives it by any formula",
    "kinoshita2013.2": "the mirror of the lower limit is 98.04",
    "kinoshita2013.5": "-2.94 to 22.17 has its middle at 9.62, not 3.86",
    "lones2017.2": "50 % against 5 % allow a risk ratio from 9 to 11.2",
    "nuechterlein2020.1": "no count of 23 is printed as 41 %: 9/23 is 39.13, 10/23 is 43.48",
    "nuechterlein2020.2": "no count of 46 is printed as 92 %",
}
#: Lines whose counts could exist, though no formula gives the figures.
NOT_REPRODUCIBLE = {
    "bejerholm2017_ies.1": "14/33 v 1/25 gives the estimate, but the limits by none of the formulas tried",
    "probyn_substance.1": "the mirror of the lower limit is 5.27), so that no log formula gives it whatever the counts",
    "wong2008.1": "but the limits by none of the formulas tried (woolf: 2.288 to 13.84)",
    "davis2012.3": "welch 0.0044, student 0.0037: neither is p <0.001",
}
#: Sound lines, with the formula that gives them.
REPRODUCED = {
    "burns2007_eqolise.1": "wald", "burns2007_eqolise.2": "share", "bejerholm2017_ies.2": "katz", "reme2019.1": "share",
    "reme2019.2": "share", "sveinsdottir2020_seed.1": "woolf", "sveinsdottir2020_seed.2": "katz",
    "killackey2008.1": "pearson", "killackey2019.1": "pearson", "killackey2019.2": "pearson",
    "killackey2019.3": "pearson", "bond2007.1": "share", "drake1999.1": "share", "lehman2002.1": "woolf",
    "mueser2004.1": "share", "mueser2004.2": "share", "mueser2004.3": "share", "mueser2004.4": "share",
    "twamley2012.1": "share", "twamley2012.2": "share", "tsang2010.1": "pearson", "tsang2010.3": "share",
    "waghorn2014.1": "woolf", "oshima2014.1": "n_minus_1", "davis2012.1": "katz", "davis2018_vipstar.1": "share",
    "davis2022_pact.1": "woolf", "poremski2017.1": "fisher_one_sided", "poremski2017.3": "katz", "zhang2017.1": "share",
    "zhang2017.2": "share", "zhang2017.3": "share", "hellstrom2017_ipsma.1": "share", "rognli2025_ipssud.1": "share",
    "lones2017.1": "katz", "lepage2016.1": "katz", "bond2015_justice.1": "katz",
    "ottomanelli2014_sci.4": "agresti_coull",
    "ottomanelli2014_sci.5": "agresti_coull", "ottomanelli2014_sci.6": "katz", "drake2013_mhts.1": "share",
    "drake2013_mhts.2": "share", "bond2012_pooled.1": "cohen_h",
    **{f"rosenheck2007.{line}": "share" for line in range(1, 11)},
}  # fmt: skip


@pytest.mark.parametrize(("key", "reason"), INCONSISTENT.items())
def test_an_impossible_line_is_told_with_its_reason(ledger, key, reason):
    assert ledger[key].verdict == "inconsistent"
    assert reason in ledger[key].judgement.reason


@pytest.mark.parametrize(("key", "reason"), NOT_REPRODUCIBLE.items())
def test_a_line_that_counts_could_give_is_only_not_reproducible(ledger, key, reason):
    assert ledger[key].verdict == "not_reproducible"
    assert reason in ledger[key].judgement.reason


@pytest.mark.parametrize(("key", "formula"), REPRODUCED.items())
def test_a_sound_line_is_reproduced_by_the_formula_named(ledger, key, formula):
    assert (ledger[key].verdict, ledger[key].judgement.formula) == ("reproduced", formula)


def test_every_other_line_lacks_what_it_takes_and_says_what(ledger):
    rest = set(ledger) - set(INCONSISTENT) - set(NOT_REPRODUCIBLE) - set(REPRODUCED)
    assert {ledger[key].verdict for key in rest} == {"not_enough_printed"}
    said = {ledger[key].judgement.reason.split(";")[0].split(":")[0] for key in rest}
    assert said == {
        "a pooled figure", "adjusted or modelled", "the counts were not printed",
        "the spread within the arms was not printed", "means without their spread give neither test nor limits",
        "no means with their spread were printed", "a p-value without counts gives no effect", "no effect was printed",
    }  # fmt: skip


def test_reconstructed_counts_are_never_told_as_proof(ledger):
    for row in ledger.values():
        rebuilt = row.verdict == "reproduced" and row.trial.status.startswith("reconstructed")
        bare = row.trial.measure != "share" or row.trial.published_low is None
        if rebuilt and bare and row.trial.measure != "p_value":
            assert "reconstructed" in row.judgement.reason, row.trial.key


def test_oshimas_p_is_neither_pearsons_nor_fishers(ledger):
    reason = ledger["oshima2014.1"].judgement.reason
    assert "pearson 0.0202" in reason
    assert "fisher 0.0293" in reason


def test_the_ledgers_page_is_up_to_date():
    import importlib.util

    spec = importlib.util.spec_from_file_location("build_ledger", ROOT / "docs" / "reference" / "build_ledger.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page()
