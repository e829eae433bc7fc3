"""Compliance: rules that answer pass, fail or not applicable with evidence, and packs that say whose control
it is."""
