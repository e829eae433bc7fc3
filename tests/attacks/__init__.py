"""Attacks on a function: each works without the guard, and with it does what the catalogue says."""
