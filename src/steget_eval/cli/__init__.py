"""The command line: parses, calls, prints."""

from steget_eval.cli.app import app, main

__all__ = ["app", "main"]
