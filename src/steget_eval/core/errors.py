"""The tree of refusals: each says where, what was found and what is allowed."""

from __future__ import annotations


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
    """A method refuses to answer; `study` turns it into a printed refusal."""


class HorizonError(MethodError):
    """The question reaches beyond what was observed."""


class EmptyArmError(MethodError):
    """An arm has nobody, or nobody with a known outcome."""


class OverlapError(MethodError):
    """The arms do not overlap: perfect separation or weights that explode."""


class ConvergenceError(MethodError):
    """An iteration did not reach its tolerance."""


class DisclosureError(StegetError):
    """Something would leave the house past the gate."""


class RunError(StegetError):
    """A job could not be run to its end; the command line exits with 3."""
