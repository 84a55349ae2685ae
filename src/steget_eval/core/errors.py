"""The tree of refusals: each says where, what was found and what is allowed."""

from __future__ import annotations

from typing import ClassVar


class StegetError(Exception):
    """Something was refused; the message is a sentence for the person at the keyboard."""


class InputError(StegetError):
    """What a person gave cannot be used; the command line exits with 1."""


class SpecError(InputError):
    """A protocol, a batch or another decision written in YAML is refused."""


class RecordsError(InputError):
    """Records are refused; the message names file, column and rows, never a person's value."""


class CohortError(InputError):
    """Protocol and records do not fit each other, or nobody is eligible."""


class MethodError(StegetError):
    """A method refuses to answer; `study` turns it into a printed refusal.

    Raised by one of the classes below it, whose `code` is the reason in one word: a report says by it, in either
    language and without a number, why there is no answer.
    """

    code: ClassVar[str] = "method"


class ArgumentError(MethodError):
    """A method was given what it cannot take: another shape, an unknown option, a value out of range."""

    code = "argument"


class ScopeError(MethodError):
    """The question, or the kind of data, is none that the method answers."""

    code = "scope"


class OneByOneError(ScopeError):
    """The method takes people one by one, and the protocol says that they come in clusters."""

    code = "one_by_one"


class ConversionError(ScopeError):
    """No published conversion takes the contrast where it would have to go."""

    code = "no_conversion"


class HorizonError(MethodError):
    """The question reaches beyond what was observed."""

    code = "horizon"


class EmptyArmError(MethodError):
    """An arm has nobody, or nobody with a known outcome."""

    code = "empty_arm"


class EventsError(MethodError):
    """Nobody had the event, or everybody did, in an arm or in both."""

    code = "events"


class SpreadError(MethodError):
    """Nothing varies, so that an interval would have no width."""

    code = "spread"


class FewError(MethodError):
    """There are too few people, studies or periods to say anything."""

    code = "few"


class ControlsError(FewError):
    """There are too few negative controls."""

    code = "few_controls"


class ClusterError(MethodError):
    """The clusters are too few, or too uneven, for an interval that can be trusted."""

    code = "clusters"


class OverlapError(MethodError):
    """The arms do not overlap: perfect separation or weights that explode."""

    code = "overlap"


class DependentError(MethodError):
    """A coefficient is not determined: columns repeat each other or never vary."""

    code = "dependent"


class OutsideError(MethodError):
    """The arithmetic ends in a number that cannot be: a risk outside 0 to 1, an infinite ratio."""

    code = "outside"


class ConvergenceError(MethodError):
    """An iteration did not reach its tolerance."""

    code = "convergence"


class SeparationError(ConvergenceError):
    """The covariates tell the outcome with certainty, so that no coefficient is finite."""

    code = "separation"


class DisclosureError(StegetError):
    """Something would leave the house past the gate."""


class RunError(StegetError):
    """A job could not be run to its end; the command line exits with 3."""
