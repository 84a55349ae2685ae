"""Reads and writes records, and says in sentences what is wrong with them."""

from steget_eval.intake.findings import Finding, Findings
from steget_eval.intake.read import check_records, read_records
from steget_eval.intake.stored import open_records
from steget_eval.intake.trials import read_trials
from steget_eval.intake.write import write_records

__all__ = ["Finding", "Findings", "check_records", "open_records", "read_records", "read_trials", "write_records"]
