"""Judges of candidates: checksums, encodings and how random a text is."""
