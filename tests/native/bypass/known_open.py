"""Tricks known to do what they should not, each with the reason: the suite prints OPEN and counts them."""

KNOWN_OPEN: dict[str, str] = {}
