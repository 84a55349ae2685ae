"""What each line of the catalogue is asked of drawn people, and in which scenarios it is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steget_eval.core.catalogue import Method
from steget_eval.core.estimates import Estimates, gather
from steget_eval.methods.catalogue import CATALOGUE
from steget_eval.methods.effects.binary import risk_difference
from steget_eval.methods.effects.binary_adjusted import g_computation
from steget_eval.methods.missing.chained import Variable, impute
from steget_eval.methods.missing.rubin import pool_answers
from steget_eval.simulate.drawn_paths import STATES
from steget_eval.simulate.drawn_people import HORIZON, IMPORTANT, DrawnPeople, Scenario

#: What the rows of an answer call a contrast of the catalogue.
_ROW = {
    "risk": ("risk_1",), "mean": ("mean_1",), "moved": ("share_up", "share_same", "share_down"),
    "months_in_states": ("months_1", "months_difference"),
}  # fmt: skip
#: Of these nothing is too seldom wrong: they promise at least their level.
_AT_LEAST = frozenset({"clopper_pearson", "fisher", "mid_p", "site_permutation", "worst_case"})
#: What each way of looking twice answers.
_TWICE = {"paired_t": "mean_change", "becker": "standardised_change"}
#: The contrasts that drawn people have an answer to.
_ANSWERED = frozenset({
    "risk", "mean", "risk_difference", "risk_ratio", "odds_ratio", "nnt", "mean_difference", "rmst_difference",
    "rmtl_difference", "hazard_ratio", "subdistribution_hazard_ratio", "mean_change", "standardised_change",
    "responders", "moved", "paired_difference", "mean_ratio", "rate_ratio", "mean_change_difference",
    "responders_difference", "share_difference", "common_odds_ratio", "win_ratio", "win_odds", "net_benefit",
    "months_in_states",
})  # fmt: skip
#: They draw again and again within a replicate: fewer replicates.
NESTED = frozenset({"wild_bootstrap", "site_permutation", "imputed"})
#: Shown where people are lost by what was seen of them, which is more than their assumption allows.
_SHORT_OF_MISSING = frozenset({"ancova", "gee_independence", "gee_exchangeable", "gee_unstructured"})
_HAZARDS = frozenset({"cox", "fine_gray", "schoenfeld"})
_TIMES = frozenset({"time_to_event", "competing"})
#: Outcomes that sites share in a way of their own (`drawn_sites`).
_SHARED = frozenset({"ratio", "counts", "grade", "sub"})
_LEVELS = frozenset({"mantel_haenszel", "modified_poisson", "log_binomial"})
#: They match each of the treated once and nobody twice: where the comparison is no larger they have no choice.
_ONCE = frozenset({"matched_pairs", "nearest_neighbours"})
#: Asked beside them where one in four is treated; they speak of everyone, and their assumptions hold there too.
_BESIDE_MATCHED = frozenset({"ipw", "aipw", "full_matching", "abadie_imbens"})


_DIFFERENCES = frozenset({"risk_difference", "mean_difference"})
_STEPS = "steget_eval.methods.missing"
#: Steps of the ladder of missing outcomes, which stand around a line and are none of their own.
LADDER = (
    Method(name="complete_case", kinds=("binary",), contrasts=("risk_difference",), sees_unknown=True,
           function=f"{__name__}:complete_case", witness="tests/reference/missing.R"),
    Method(name="attrition", kinds=("binary",), contrasts=("risk_difference",), adjusts=True, sees_unknown=True,
           clusters=True, function=f"{_STEPS}.attrition:attrition_weighted", witness="tests/reference/missing.R"),
    Method(name="imputed", kinds=("binary",), contrasts=("risk_difference",), adjusts=True, sees_unknown=True,
           clusters=True, function=f"{__name__}:imputed", witness="tests/reference/missing.R"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line, one contrast.

    Attributes
    ----------
    line
        Of the catalogue.
    kind
        Of outcome.
    contrast
        As the rows of its answer call it.
    data
        Which outcome of the drawn people it reads.
    population
        Whom it speaks of; the first of the line's.
    judged
        Scenarios that meet its assumptions.
    shown
        Scenarios that do not, where it is run to show what comes of it.
    at_least
        Whether it promises at least its level, so that there is no upper bound.
    """

    line: Method
    kind: str
    contrast: str
    data: str
    population: str
    judged: tuple[Scenario, ...]
    shown: tuple[Scenario, ...] = ()
    at_least: bool = False

    @property
    def id(self) -> str:
        """Return its name among all cases."""
        return f"{self.kind}/{self.contrast}/{self.line.name}"

    @property
    def truth(self) -> str:
        """Return what `true_answers` calls its answer."""
        return f"{self.data}:{self.contrast}"


def cases() -> tuple[Case, ...]:
    """Return every case of the catalogue, in its order; those of `elsewhere` are left out."""
    found = []
    for line in (*CATALOGUE, *LADDER):
        for kind in line.kinds if _is_drawn(line) else ():
            data = _data(line, kind)
            for contrast in _contrasts(line, kind):
                population = next((one for one in line.populations if one != "arm"), "ATE")
                population = "ATE" if "ATE" in line.populations or line.name in _HAZARDS else population
                found.append(Case(
                    line=line, kind=kind, contrast=contrast, data=data, population=population,
                    judged=_judged(line, kind, contrast), shown=_shown(line, kind, contrast),
                    at_least=line.name in _AT_LEAST,
                ))  # fmt: skip
    return tuple(found)


def elsewhere() -> tuple[Method, ...]:
    """Return the lines that no drawn people have an answer to; their recovery case holds them."""
    return tuple(line for line in CATALOGUE if not _is_drawn(line))


def _is_drawn(line: Method) -> bool:
    return set(line.contrasts) <= _ANSWERED


def _is_turned_over(line: Method) -> bool:
    """Tell whether it turns another line's difference over, and so holds the truth exactly where that one does."""
    return ".needed:" in line.function


def _contrasts(line: Method, kind: str) -> tuple[str, ...]:
    if kind == "longitudinal" and line.populations == ("arm",):
        return (_TWICE.get(line.name, "responders"),)
    return tuple(row for one in line.contrasts for row in _ROW.get(one, (one,)))


def complete_case(y: np.ndarray, known: np.ndarray, a: np.ndarray, *, level: float = 0.95) -> Estimates:
    """Return the difference among those who were seen."""
    seen = known == 1
    return risk_difference(y[seen], a[seen], level=level)


def imputed(
    y: np.ndarray, known: np.ndarray, a: np.ndarray, X: np.ndarray, *, cluster: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimates:  # fmt: skip
    """Return the difference after multiple imputation, arm by arm; 20 sets, Rubin's rules.

    With clusters each has an intercept of its own in the imputation, and every set is answered without each in turn.
    """
    data = np.column_stack([np.where(known == 1, y, np.nan), X])
    variables = [Variable(name="y", kind="binary")] + [Variable(name=f"x{j}", kind="normal") for j in range(X.shape[1])]
    sets = impute(data, variables, seed=int(known.sum()), sets=20, iterations=1, arm=a, cluster=cluster).values[:, :, 0]
    if cluster is not None:
        told = [g_computation(one, a, X, cluster=cluster, level=level).only(contrast="risk_difference") for one in sets]
        return pool_answers([Estimates((row,)) for row in told], complete_df=np.unique(cluster).size - 1)
    rows = [risk_difference(one, a, interval="wald", level=level).only(contrast="risk_difference") for one in sets]
    return gather([pool_answers([Estimates((row,)) for row in rows], complete_df=a.size - 2)])


def ask(case: Case, people: DrawnPeople, scenario: Scenario) -> dict[str, Any]:
    """Return the arguments of the line's function for these people."""
    line, people = case.line, _as_shared(case, people)
    told: dict[str, Any] = dict(line.options)
    if not line.is_test:
        told["level"] = 0.95
    if case.data in {"scores", "steps"}:
        return _twice(case, people, told)
    if case.data in {"looks", "answers", "grade"}:
        return told | _between(case, people) | ({"cluster": people.site} if _by_site(line, scenario) else {})
    if case.data == "path":
        told |= {"path": people.path, "a": people.a, "states": STATES}
        return told | ({"cluster": people.site} if _by_site(line, scenario) else {})
    one_arm = not line.adjusts and ({"risk", "mean"} & set(line.contrasts)) and case.data in {"happened", "amount"}
    among = people.a == 1 if one_arm else np.ones(people.a.size, dtype=bool)
    if line.sees_unknown:
        return _unseen(case, people, among) | ({"cluster": people.site} if _by_site(line, scenario) else {})
    if case.data in {"alone", "competing", "sub"}:
        told["t"], told["d"] = _time(case.data, people)
        if line.name not in _HAZARDS and not line.is_test:
            told["horizon"] = HORIZON
    else:
        told["y"] = _OUTCOME[case.data](people)[among]
    if not one_arm:
        told["a"] = people.a
    if line.adjusts:
        told["X"] = people.X[:, 1:] if case.data in {"ratio", "odds"} else people.X
        if case.data == "sub":
            told["X"] = people.X[:, :1]
        if line.name not in _HAZARDS:
            told["population"] = case.population
    return told | ({"cluster": people.site} if _by_site(line, scenario) else {})


def _as_shared(case: Case, people: DrawnPeople) -> DrawnPeople:
    """Return people of sites with outcomes shared so that a ratio which is the same for everyone stays known."""
    if people.at_sites is None or not (case.line.name in _HAZARDS or case.data in _SHARED or case.line.sees_unknown):
        return people
    return replace(people, **{name: getattr(people.at_sites, name) for name in people.at_sites.__slots__})


def _by_site(line: Method, scenario: Scenario) -> bool:
    return line.clusters and scenario == "sites"


def _between(case: Case, people: DrawnPeople) -> dict[str, Any]:
    """Two arms that are looked at more than once, or once on a ladder."""
    told: dict[str, Any] = {"a": people.a * 1.0}
    if case.line.adjusts:
        told["X"] = people.X
        told |= {} if case.line.is_test else {"population": case.population}
    if case.data == "grade":
        return told | {"step": people.grade}
    if case.contrast == "responders_difference":
        told["important"] = IMPORTANT
    looks = people.answers if case.data == "answers" else people.scores_seen
    return told | {"before": looks[:, 0], "later": looks[:, 1:]}


_OUTCOME = {
    "happened": lambda people: people.happened,
    "ratio": lambda people: people.happened_by_ratio,
    "odds": lambda people: people.happened_by_odds,
    "amount": lambda people: people.amount,
    "parts": lambda people: people.parts,
    "parts_log_normal": lambda people: people.parts_log_normal,
    "counts": lambda people: people.counts,
}


def _time(data: str, people: DrawnPeople) -> tuple[np.ndarray, np.ndarray]:
    return {
        "alone": (people.t_alone, people.d_alone),
        "competing": (people.t, people.d),
        "sub": (people.t_sub, people.d_sub),
    }[data]


def _unseen(case: Case, people: DrawnPeople, among: np.ndarray) -> dict[str, Any]:
    told: dict[str, Any] = {"y": people.happened[among], "known": people.known[among] * 1.0}
    if case.contrast != "risk_1":
        told |= {"a": people.a} | ({"X": people.X} if case.line.adjusts else {})
    return told


def _twice(case: Case, people: DrawnPeople, told: dict[str, Any]) -> dict[str, Any]:
    if case.data == "scores":
        extra = {"important": IMPORTANT} if case.contrast == "responders" else {}
        return told | {"before": people.before, "after": people.after} | extra
    steps = people.step_before * 1.0, people.step_after * 1.0
    if case.contrast == "paired_difference":
        steps = (steps[0] > 0) * 1.0, (steps[1] > 0) * 1.0
    return told | dict(zip(("before", "after"), steps, strict=True))


def _data(line: Method, kind: str) -> str:
    if kind == "binary":
        if line.name in _LEVELS:
            return "odds" if line.contrasts == ("odds_ratio",) else "ratio"
        return "happened"
    if kind == "competing" and (line.name == "fine_gray" or line.name == "gray"):
        return "sub"
    if "months_in_states" in line.contrasts:
        return "path"
    if "share_difference" in line.contrasts:
        return "answers"
    if "arm" not in line.populations and kind in {"longitudinal", "transition"}:
        return "looks" if kind == "longitudinal" else "grade"
    if kind == "amount" and {"mean_ratio", "rate_ratio"} & set(line.contrasts):
        return {"two_part_log_normal": "parts_log_normal"}.get(
            line.name, "counts" if "rate_ratio" in line.contrasts else "parts"
        )
    return {
        "amount": "amount", "time_to_event": "alone", "competing": "competing", "longitudinal": "scores",
        "transition": "steps",
    }[kind]  # fmt: skip


def _only_by_site(line: Method) -> bool:
    return line.needs_assignment or line.name in {"cr2", "wild_bootstrap", "ancova_cr2"}


def _judged(line: Method, kind: str, contrast: str) -> tuple[Scenario, ...]:
    if line.name == "complete_case" or _is_turned_over(line):
        return ()
    if line.sees_unknown:
        return ("missing", "sites") if line.name == "attrition" else ("missing",)
    if line.is_test:
        return ("null",)
    if kind in {"longitudinal", "transition"} and "arm" in line.populations:
        return ("base",)
    if _only_by_site(line):
        return ("sites",)
    if line.name in _ONCE:
        return ("reservoir",)
    found: list[Scenario] = ["base"]
    beside = line.name in _BESIDE_MATCHED and kind in {"binary", "amount"} and contrast in _DIFFERENCES
    if line.name == "matched_regression" or beside:
        found.append("reservoir")
    if line.adjusts:
        # Pseudo-values of log-linear hazards follow no logistic model, nor two parts one log-linear.
        modelled = line.name == "g_computation" and (kind in _TIMES or "mean_ratio" in line.contrasts)
        found += [] if modelled else ["confounding"]
    if line.name == "mmrm":
        found.append("missing")  # at random given what was seen
    if kind in _TIMES or line.name == "state_occupation":
        found.append("censoring")
    if kind == "competing" and line.name != "fine_gray":
        found.append("exits")
    if line.clusters:
        found.append("sites")
    return tuple(found)


def _shown(line: Method, kind: str, contrast: str) -> tuple[Scenario, ...]:
    difference = contrast in _DIFFERENCES
    if line.name == "imputed":  # an intercept for each site in the imputation overstates the variance (Andridge 2011)
        return ("sites",)
    if line.sees_unknown:
        return ("missing",) if line.name == "complete_case" else ()
    found: list[Scenario] = []
    if line.name in _ONCE:
        found += ["base", "confounding"]
    if difference and not line.adjusts and not line.is_test and not line.needs_assignment:
        found.append("confounding")
    if difference and line.name == "g_computation" and kind in _TIMES:
        found.append("confounding")
    if difference and line.name in {"miettinen_nurminen", "welch"}:
        found.append("sites")
    if contrast == "mean_change_difference" and line.name in _SHORT_OF_MISSING:
        found.append("missing")
    if _only_by_site(line):
        return tuple(found)
    comparing = contrast not in {"risk_1", "mean_1", "months_1", "nnt"} and "arm" not in line.populations[:1]
    if comparing and not line.is_test:
        found.append("null")
    return tuple(found)
