"""Which refusals may be told, and with what of their reason."""

from __future__ import annotations

import re
from dataclasses import replace

from steget_eval.reporting.suppress import Thresholds
from steget_eval.reporting.suppress_estimates import GatedEstimates
from steget_eval.study.results import Refusal

_UNSOLVED = "the calculation did not converge: something separates people, or repeats others"

#: What says how many, and what says that nobody or everybody was or did something: methods refuse where none, or few,
#: had the event. So do two codes whatever their words: an outcome that does not vary, or that the covariates settle.
_COUNTS, _NONE = re.compile(r"\d"), re.compile(r"nobody|everyone|everybody", re.IGNORECASE)
_OF_NONE = frozenset({"events", "empty_arm", "separation", "spread"})

#: Code of a reason to the code and the words that may be told without its numbers. How far people were followed,
#: whether the arms overlap and how the clusters lie say of nobody what the outcome was; that the covariates settle it
#: for some is told as no more than a calculation that found no answer.
_IN_GENERAL = {
    "horizon": ("horizon", "the question reaches beyond the follow-up of an arm"),
    "clusters": ("clusters", "there are too few clusters, or too uneven ones, to trust an interval"),
    "overlap": ("overlap", "the arms do not overlap enough"),
    "convergence": ("convergence", _UNSOLVED),
    "separation": ("convergence", _UNSOLVED),
    "dependent": ("convergence", _UNSOLVED),
}
UNTOLD = "the reason rests on numbers that may not be told"


def gate_refusals(
    refusals: tuple[Refusal, ...], estimates: GatedEstimates, thresholds: Thresholds
) -> tuple[Refusal, ...]:
    """Return the refusals that may be told: word for word, in general words, or only that their reason may not be told.

    Where an estimand's numbers are hidden, that a method refused it would say why, so nothing is told. Where no method
    answered at all the report says so, and the reason stands beside in general words. That nobody had the event is told
    where the policy publishes zeros.
    """
    rows = estimates.frame[estimates.frame["subgroup"] == "all"]
    hidden = set(rows.loc[rows["suppressed"].astype(bool), "estimand"])
    answered = set(rows["estimand"])
    return tuple(
        _told(refusal, answered=refusal.estimand in answered, zeros=thresholds.policy.publish_zero)
        for refusal in refusals
        if refusal.estimand not in hidden
    )


def _told(refusal: Refusal, *, answered: bool, zeros: bool) -> Refusal:
    reason = refusal.reason.replace("arm 1", "the treated arm").replace("arm 0", "the comparison arm")
    counts, none = _COUNTS.search(reason), refusal.code in _OF_NONE or _NONE.search(reason)
    if not counts and (zeros or (answered and not none)):
        return replace(refusal, reason=reason)
    code, general = _IN_GENERAL.get(refusal.code, ("untold", UNTOLD))
    return replace(refusal, reason=general, code=code)
