"""Versions, compared as each ecosystem compares them. Every comparison is that of two byte strings."""
