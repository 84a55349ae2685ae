"""Months in states and the moves between them, from the paths to the page, through the gate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from steget_eval import blocks, disclose
from steget_eval.cohort.paths import Paths
from steget_eval.core.estimates import Estimates
from steget_eval.methods.effects.occupation import months_in_states
from steget_eval.protocol.disclosure import Disclosure
from steget_eval.protocol.occupation import Occupation
from steget_eval.reporting.suppress import Published, Thresholds
from steget_eval.reporting.suppress_occupation import gate_occupation
from steget_eval.study.occupied import Occupied, told_paths

WORDS = {"sv": "läge", "en": "state"}
ASKED = {"groups": [{"id": "work", "label": WORDS, "states": ["competitive_employment"]},
                    {"id": "study", "label": WORDS, "states": ["education"]},
                    {"id": "looking", "label": WORDS, "states": ["job_seeking"]}]}  # fmt: skip
NAMES = ("work", "study", "looking", "other")


def _asked(**more) -> Occupation:
    return Occupation.model_validate({**ASKED, "ended_apart": False, **more})


def _found(counts: dict[str, int], n: int = 40, moves: np.ndarray | None = None) -> Occupied:
    path = np.tile(np.arange(n)[:, None] % 4, (1, 4))
    months = months_in_states(np.vstack([path, path]), np.arange(2 * n) < n, NAMES).label(
        arm_1="ips", arm_0="usual", estimand="occupation", outcome="occupation"
    )
    ever = [(arm, state, counts[state], n) for arm in ("ips", "usual") for state in NAMES]
    N = np.full((4, 4), 20) if moves is None else moves
    told = [(arm, one, other, int(N[i, j]), int(N[i, j])) for arm in ("ips", "usual")
            for i, one in enumerate(NAMES) for j, other in enumerate(NAMES)]  # fmt: skip
    return Occupied(
        months=Estimates(tuple(months)), ever=pd.DataFrame(ever, columns=["arm", "state", "people", "n"]),
        moves=pd.DataFrame(told, columns=["arm", "before", "after", "n", "people"]),
    )  # fmt: skip


def _gate(found: Occupied, results):
    protocol = results.protocol.model_copy(update={"occupation": _asked()})
    policy = Thresholds(Disclosure(minimum_cell=5, minimum_denominator=10))
    return gate_occupation(found, results.estimates.to_frame().assign(suppressed=False), Published(policy), protocol)


def test_death_is_gone_for_good_and_the_lost_are_not(results_two_arms):
    class OfPaths:
        paths = Paths(
            states=("competitive_employment", "none"), code=np.array([[0, -1], [1, -1], [0, 1]]),
            ended_by=np.array(["death", "lost", ""], dtype=object),
        )  # fmt: skip

    together, apart = told_paths(OfPaths, _asked()), told_paths(OfPaths, _asked(ended_apart=True))
    assert together.tolist() == [[0, 3], [3, -1], [0, 3]]
    assert apart.tolist() == [[0, 4], [3, -1], [0, 3]]


def test_a_state_that_few_were_ever_in_is_hidden_with_another(results_two_arms):
    gated = _gate(_found({"work": 20, "study": 3, "looking": 30, "other": 12}), results_two_arms)
    hidden = set(gated.months.loc[gated.months["suppressed"], "subgroup"])
    assert hidden == {"state=study", "state=other"}  # the smallest beside it: the months add up to the horizon
    assert gated.months.loc[gated.months["suppressed"], ["estimate", "conf_low", "n_1"]].isna().all(axis=None)
    assert not gated.moves["before"].isin(["study", "other"]).any()


def test_a_state_of_a_hidden_outcome_is_hidden(results_two_arms):
    found = _found(dict.fromkeys(NAMES, 20))
    protocol = results_two_arms.protocol.model_copy(update={"occupation": _asked()})
    rows = results_two_arms.estimates.to_frame()
    rows = rows.assign(suppressed=rows["outcome"] == "employed")
    policy = Published(Thresholds(Disclosure(minimum_cell=5, minimum_denominator=10)))
    gated = gate_occupation(found, rows, policy, protocol)
    assert gated.months.loc[gated.months["subgroup"] == "state=work", "suppressed"].all()


def test_a_move_that_few_people_made_is_told_by_no_cell(results_two_arms):
    N = np.full((4, 4), 30)
    N[0, 1] = 2
    gated = _gate(_found(dict.fromkeys(NAMES, 20), moves=N), results_two_arms)
    for _, mine in gated.moves.groupby("arm"):
        told = mine[~mine["suppressed"]]
        assert (told["n"] >= 5).all()
        assert not ((told["before"] == "work") & (told["after"] == "study")).any()


def test_many_moves_by_few_people_are_hidden(results_two_arms):
    found = _found(dict.fromkeys(NAMES, 20), moves=np.full((4, 4), 30))
    rare = (found.moves["before"] == "work") & (found.moves["after"] == "study")
    moves = found.moves.assign(people=np.where(rare, 2, 20))
    gated = _gate(replace(found, moves=moves), results_two_arms)
    told = gated.moves[~gated.moves["suppressed"]]
    assert not ((told["before"] == "work") & (told["after"] == "study")).any()


def test_the_block_tells_months_and_moves_in_both_languages(results_two_arms):
    protocol = results_two_arms.protocol.model_copy(update={"occupation": _asked()})
    found = _found(dict.fromkeys(NAMES, 20))
    release = disclose(replace(results_two_arms, protocol=protocol, occupied=found), internal=True)
    made = {child.id: child for child in blocks.states(release).children}
    assert {"states-months", "states-moves-ips", "states-moves-usual"} <= set(made)
    assert len(made["states-months"].body["rows"]) == 4
    assert {row[6] for row in blocks.estimates(release).body["rows"]} >= {"state_occupation"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"groups": [{"id": "other", "label": WORDS, "states": ["education"]}]}, "is taken"),
        ({"groups": [{"id": "a", "label": WORDS, "states": ["leisure"]}]}, "is no state"),
        ({"groups": [{"id": "a", "label": WORDS, "states": ["education", "education"]}]}, "more than once"),
    ],
)
def test_a_protocol_that_tells_states_wrongly_is_refused(change, said):
    with pytest.raises(ValidationError, match=said):
        Occupation.model_validate({**ASKED, **change})


def test_a_state_that_nobody_was_in_has_months_without_an_interval():
    path = np.tile(np.arange(40)[:, None] % 2, (1, 4))
    rows = months_in_states(np.vstack([path, path]), np.arange(80) < 40, ("work", "study", "never"))
    never = [row for row in rows if row.subgroup == "state=never"]
    assert [(row.estimate, row.interval_kind) for row in never] == [(0.0, "none")] * 3
    assert "nobody was ever seen" in never[0].note
    assert np.isnan(never[0].conf_low)
    assert {row.interval_kind for row in rows if row.subgroup == "state=work"} == {"confidence"}
