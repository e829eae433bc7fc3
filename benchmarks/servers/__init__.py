"""Whole servers under load: the server is run as the variant says, the load generator never."""
