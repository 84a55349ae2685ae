"""Which groups of people the answer is told by, decided before anything is compared between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from steget_eval.protocol.base import Id, Part

if TYPE_CHECKING:
    from steget_eval.protocol.cohort_rules import Covariate
    from steget_eval.protocol.protocol import Protocol


class Subgroups(Part):
    """The groups and the questions asked by group; together they are the family of tests that is adjusted for.

    Attributes
    ----------
    by
        Ids of covariates in categories or binary. Sex is always among the groups where the records have it, named or
        not.
    estimands
        The questions asked by group; empty asks the primary one, which is asked by sex in any case.
    minimum
        Fewest people in each arm and level; with fewer the group is not told at all. Of what happened or did not,
        `disclosure.minimum_cell` with it and as many without are needed as well.
    """

    by: tuple[Id, ...] = ()
    estimands: tuple[Id, ...] = ()
    minimum: int = Field(default=20, ge=5, le=1000)


def sex_covariate(protocol: Protocol) -> Covariate | None:
    """Return the covariate that is the sex the records have, or None where the protocol names none."""
    return next((one for one in protocol.covariates if one.column == "sex" and one.kind == "category"), None)


def group_names(protocol: Protocol) -> tuple[str, ...]:
    """Return the groups that are asked by, sex first: its covariate's id, or ``sex`` where there is none."""
    found = sex_covariate(protocol)
    sex = "sex" if found is None else found.id
    return (sex, *(one for one in protocol.subgroups.by if one != sex))


def asked_by_group(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Return every estimand and group that are asked together; the primary one is asked by sex in any case."""
    estimands, groups = protocol.subgroups.estimands or (protocol.primary,), group_names(protocol)
    first = ((protocol.primary, groups[0]),) if protocol.primary not in estimands else ()
    return (*first, *((estimand, group) for estimand in estimands for group in groups))


def refuse_groups(protocol: Protocol) -> None:
    """Raise `ValueError` where a group or a question is asked for that the protocol does not have."""
    asked = protocol.subgroups
    if protocol.design in {"aggregate", "prestudy"} and (asked.by or asked.estimands):
        raise ValueError(f"subgroups needs rows of persons, which a {protocol.design} design has not")
    allowed = [one.id for one in protocol.covariates if one.kind != "number"]
    for name in asked.by:
        if name not in allowed:
            raise ValueError(
                f"subgroups.by: {name!r} is no covariate with levels; allowed, of kind binary or category: "
                f"{', '.join(allowed) or 'none'}"
            )
    estimands = [one.id for one in protocol.estimands]
    for name in asked.estimands:
        if name not in estimands:
            raise ValueError(f"subgroups.estimands: {name!r} is no estimand; allowed: {', '.join(estimands)}")
    for key, names in (("by", asked.by), ("estimands", asked.estimands)):
        if len(set(names)) < len(names):
            raise ValueError(f"subgroups.{key} names one more than once")
