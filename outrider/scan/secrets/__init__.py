"""Credentials that should not be there: patterns of the field, found in any text and never shown."""
