"""Formats of advisory feeds, one a file, named for what it reads."""
