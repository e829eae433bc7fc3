"""Shapes that attacks have. A detector is a file here, and a line in `registry.py`."""
