"""Makes the fixtures of functions_in_moto.py known to the tests here."""

from functions_in_moto import account

__all__ = ["account"]
