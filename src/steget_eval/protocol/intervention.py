"""The programme described so that somebody else could do it again."""

from __future__ import annotations

from steget_eval.protocol.base import Part, Text


class Intervention(Part):
    """What was done, in the words of TIDieR (Hoffmann et al. 2014); what nobody knows is left out.

    Attributes
    ----------
    name, why, what_materials, what_procedures, who_provided, how, where, when_how_much
        What the programme is called, why it should work, what is used and done, by whom, how, where and how much.
    tailoring, modifications
        What is fitted to each person, and what was changed on the way.
    fidelity_planned, fidelity_actual
        How it was to be followed up that the programme was given as meant, and how it turned out.
    usual_support
        What the comparison gets, or would have got.
    """

    name: Text | None = None
    why: Text | None = None
    what_materials: Text | None = None
    what_procedures: Text | None = None
    who_provided: Text | None = None
    how: Text | None = None
    where: Text | None = None
    when_how_much: Text | None = None
    tailoring: Text | None = None
    modifications: Text | None = None
    fidelity_planned: Text | None = None
    fidelity_actual: Text | None = None
    usual_support: Text | None = None

    def told(self) -> dict[str, Text]:
        """Return what is known, by name, in TIDieR's order."""
        return {name: getattr(self, name) for name in type(self).model_fields if getattr(self, name) is not None}
