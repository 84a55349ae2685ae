"""Two questions asked of the same people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steget_eval.protocol.base import Id, Part, Text

if TYPE_CHECKING:
    from steget_eval.protocol.outcome import Outcome
    from steget_eval.protocol.protocol import Protocol


class Joint(Part):
    """Who had neither of two outcomes, one of them, or both.

    Attributes
    ----------
    first, second
        What the two outcomes are called in a few words, as part of a sentence.
    estimands
        Two risks of binary outcomes: told of those whose both outcomes are known.
    under_censoring
        The same two outcomes with kind competing: told of everybody, each for as long as they were followed. None
        where nobody was lost, or where the outcomes have no days.
    """

    id: Id
    question: Text
    first: Text
    second: Text
    estimands: tuple[Id, Id]
    under_censoring: tuple[Id, Id] | None = None


def refuse_unlike(protocol: Protocol) -> None:
    """Raise `ValueError` where a joint question has no two outcomes that can be told at once."""
    if protocol.joint and protocol.compares:
        raise ValueError("joint is asked of one arm; leave it out where two are compared")
    known = {one.id for one in protocol.joint}
    for choice in protocol.choices:
        for reading in choice.alternatives:
            if reading.joint is not None and reading.joint not in known:
                raise ValueError(f"choices.{choice.id} names the joint {reading.joint!r}, which there is none of")
    for one in protocol.joint:
        at = f"joint.{one.id}"
        pairs = {"estimands": one.estimands} | ({} if one.under_censoring is None else {
            "under_censoring": one.under_censoring
        })  # fmt: skip
        for key, names in pairs.items():
            _pair_fits(protocol, f"{at}.{key}", names, "binary" if key == "estimands" else "competing")
        if one.under_censoring is not None:
            _counts_the_same(protocol, at, one)


def _pair_fits(protocol: Protocol, at: str, names: tuple[str, str], kind: str) -> None:
    known = {estimand.id: estimand for estimand in protocol.estimands}
    for name in names:
        if name not in known or known[name].contrast != "risk":
            raise ValueError(f"{at} names {name!r}, which is no estimand of a risk")
        if protocol.outcome(known[name].outcome).kind != kind:
            raise ValueError(f"{at} needs outcomes of kind {kind}, and {name} has another")
    one, other = (known[name] for name in names)
    if one.outcome == other.outcome:
        raise ValueError(f"{at} needs two outcomes, and both ask of {one.outcome}")
    ends = [[event.sources for event in protocol.outcome(each.outcome).intercurrent_events] for each in (one, other)]
    if ends[0] != ends[1] or one.strategies != other.strategies:
        raise ValueError(f"{at}: both outcomes need the same intercurrent events, met in the same way")


def _counts_the_same(protocol: Protocol, at: str, asked: Joint) -> None:
    """Hold each binary outcome to the competing one beside it: the same events, for all or for those followed."""
    assert asked.under_censoring is not None
    for name, other in zip(asked.estimands, asked.under_censoring, strict=True):
        told = [_counted(protocol.outcome(protocol.estimand(each).outcome)) for each in (name, other)]
        if told[0] != told[1]:
            raise ValueError(f"{at}: {name} and {other} must count the same events")


def _counted(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.events, outcome.minimum_dose, outcome.bridge_days, outcome.measure, outcome.until)
