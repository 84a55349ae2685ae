"""Arithmetic on what others have published."""
