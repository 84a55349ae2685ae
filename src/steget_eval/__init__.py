"""From a protocol and records to a report that can be verified.

The names below are imported on first use, so that ``import steget_eval`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Public name to the module that holds it; a module's own name stands for the module itself.
_PUBLIC: dict[str, str] = {
    "load_protocol": "steget_eval.protocol",
    "load_evidence": "steget_eval.protocol",
    "load_mapping": "steget_eval.protocol",
    "read_records": "steget_eval.intake",
    "open_records": "steget_eval.intake",
    "check_records": "steget_eval.intake",
    "load_recipe": "steget_eval.intake.recipes",
    "import_files": "steget_eval.intake.importing",
    "write_import": "steget_eval.intake.importing",
    "Pseudonymiser": "steget_eval.intake.pseudonyms",
    "read_trials": "steget_eval.intake",
    "simulate_records": "steget_eval.simulate",
    "build_cohort": "steget_eval.cohort",
    "write_person_rows": "steget_eval.cohort",
    "evaluate": "steget_eval.study",
    "analyse": "steget_eval.study",
    "weigh": "steget_eval.study",
    "disclose": "steget_eval.reporting",
    "review": "steget_eval.study",
    "evaluate_panel": "steget_eval.study",
    "map_prestudy": "steget_eval.study",
    "reproduce": "steget_eval.study",
    "synthesise": "steget_eval.study",
    "synthesise_all": "steget_eval.study",
    "audit_table": "steget_eval.study",
    "rehearse": "steget_eval.face",
    "blocks": "steget_eval.reporting.blocks",
    "write_report": "steget_eval.reporting",
    "run_batch": "steget_eval.face",
    "verify_report": "steget_eval.face",
    "tables": "steget_eval.reporting.tables",
    "figures": "steget_eval.reporting.figures",
    "text": "steget_eval.reporting.text",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'steget_eval' has no attribute {name!r}")
    module = import_module(_PUBLIC[name])
    return module if _PUBLIC[name].endswith(f".{name}") and not hasattr(module, name) else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
