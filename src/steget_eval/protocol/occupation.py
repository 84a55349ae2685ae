"""Which states people are followed through, month by month."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from steget_eval.protocol.base import Id, Part, Text
from steget_eval.records.codes import FOLLOW_UP_ENDS, STATES

End = Literal["death", "emigration"]

#: States that every protocol has beside its own: in none of them, and gone for good.
OTHER, ENDED = "other", "ended"


class StateGroup(Part):
    """States that are told as one.

    Attributes
    ----------
    states
        Codes of states in the records.
    """

    id: Id
    label: Text
    states: tuple[str, ...] = Field(min_length=1)


class Occupation(Part):
    """Months in each state by arm, and the moves between them.

    Attributes
    ----------
    groups
        The states told of, the first the one aimed for; whoever is in none of them is in ``other``.
    ends
        Reasons that end follow-up and that nobody comes back from; whoever is lost for another reason is taken to have
        gone on as those in the same state.
    ended_apart
        Whether those for whom it ended so are in a state of their own, or in ``other``.
    """

    groups: tuple[StateGroup, ...] = Field(min_length=1, max_length=6)
    ends: tuple[End, ...] = ("death",)
    ended_apart: bool = True

    @model_validator(mode="after")
    def _tells_each_state_once(self) -> Occupation:
        named = [state for group in self.groups for state in group.states]
        strange = sorted(set(named) - set(STATES))
        if strange:
            raise ValueError(f"groups: {strange[0]!r} is no state; allowed: {', '.join(sorted(STATES))}")
        twice = sorted({one for one in named if named.count(one) > 1})
        if twice:
            raise ValueError(f"groups: the state {twice[0]!r} stands more than once")
        ids = [group.id for group in self.groups]
        taken = sorted({one for one in ids if ids.count(one) > 1 or one in {OTHER, ENDED}})
        if taken:
            raise ValueError(
                f"groups: the id {taken[0]!r} is taken; ids are each a group's own, and not other or ended"
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The states in order: the groups, then ``other``, then ``ended`` where it is a state of its own."""
        return (*(group.id for group in self.groups), OTHER, *((ENDED,) if self.ends and self.ended_apart else ()))

    def label(self, state: str) -> Text | None:
        """Return a state's words; None for ``other``, which the report names itself."""
        if state == ENDED:
            return Text(
                sv=" eller ".join(FOLLOW_UP_ENDS[end].sv for end in self.ends),
                en=" or ".join(FOLLOW_UP_ENDS[end].en for end in self.ends),
            )
        return next((group.label for group in self.groups if group.id == state), None)
