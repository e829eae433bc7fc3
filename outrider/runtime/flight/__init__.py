"""The flight record's file format: every event of one container, compressed, crash-safe, chained.

README.md here is the one description of it.
"""
