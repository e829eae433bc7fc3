"""Makes the fixtures of extension_fixtures.py known to the tests here."""

from extension_fixtures import platform, running, sanitized, shipped, start, start_shipped

__all__ = ["platform", "running", "sanitized", "shipped", "start", "start_shipped"]
