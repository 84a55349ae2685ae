"""Answers: one file per kind of outcome, one function per method."""
