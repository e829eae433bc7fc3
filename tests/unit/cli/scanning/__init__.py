"""The composition of a scan."""
