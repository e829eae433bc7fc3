"""Advisories: every feed's format read into one, kept in sorted shards, looked up by package and version."""
