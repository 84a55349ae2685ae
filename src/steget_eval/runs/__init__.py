"""Runs jobs: a notebook with parameters and inputs becomes a whole report folder, or none.

The room knows no statistics and imports `core` alone; a job carries the dotted names of what fingerprints, checks,
writes and headlines it.
"""
