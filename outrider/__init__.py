"""Outrider: runtime defence for code that owns no host."""

__version__ = "0.1.0"
