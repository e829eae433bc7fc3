"""Packages meet advisories: what applies, how bad it is, whether anybody still looks after the release."""
