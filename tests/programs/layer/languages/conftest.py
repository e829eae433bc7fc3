"""Makes the fixtures of language_fixtures.py known to the tests here."""

from language_fixtures import function, guard, python

__all__ = ["function", "guard", "python"]
