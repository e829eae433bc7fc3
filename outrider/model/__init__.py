"""Frozen values everybody may speak of: events, outcomes, behaviour models, policies decided upon."""
